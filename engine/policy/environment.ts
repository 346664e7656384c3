/** What a policy's CEL sees, by name and type. */
import type { Environment } from '../cel/index.ts';
import { bool, dyn, object, openObject, string, type Type } from '../cel/type.ts';
import { resourceKinds } from '../resource/index.ts';
import { elementType, typeAt } from './fieldType.ts';
import { parameterType } from './parameter.ts';
import type { Parameter, PatternRule, Policy } from './policy.ts';

const fileType = object('File', { path: string, name: string, extension: string, isTest: bool });
const contextType = openObject('Context', { gate: string, date: string });

/** The variables of every expression of a policy for one resource kind; an unknown kind leaves `self` open. */
export function environmentOf(
  { parameters }: { readonly parameters: Readonly<Record<string, Pick<Parameter, 'type'>>> },
  name: string,
): Environment {
  const kind = resourceKinds.find((one) => one.kind === name);
  const types: Record<string, Type> = {};
  for (const [parameter, { type }] of Object.entries(parameters)) types[parameter] = parameterType(type);
  return {
    variables: {
      object: dyn,
      ...kind?.relatives,
      self: kind?.self ?? dyn,
      file: fileType,
      context: contextType,
      params: object('params', types),
    },
    ...(kind?.functions === undefined ? {} : { functions: kind.functions }),
  };
}

/** What else an expression sees that is judged for each element of `each`. Elements of several lists may be anything. */
export function itemTypes({ each }: { readonly each: Policy['each'] }, kind: string): Record<string, Type> {
  const [path, ...others] = each;
  if (path === undefined) return {};
  return { item: (others.length === 0 ? elementType(typeAt(selfType(kind), path)) : null) ?? dyn, key: dyn };
}

/** What `self` is; `dyn` for an unknown kind. */
export function selfType(name: string): Type {
  return resourceKinds.find(({ kind }) => kind === name)?.self ?? dyn;
}

/** What else a message sees of what a pattern, a secret or a rule of Rego found. Of a rule that is still being written only the form is known. */
export function matchTypes({
  rule,
}: {
  readonly rule: Policy['rule'] | Pick<Policy['rule'], 'kind'>;
}): Record<string, Type> {
  if (rule.kind === 'require') return {};
  if (rule.kind === 'secret') return { match: object('match', { masked: string }) };
  if (rule.kind === 'rego') return { match: openObject('match', { msg: string }) };
  return { match: 'patterns' in rule ? object('match', metavariables(rule.patterns)) : dyn };
}

/** What the patterns bind, under the names that a message knows them by, and the whole match. */
function metavariables(patterns: readonly PatternRule[]): Record<string, Type> {
  return Object.fromEntries(['text', ...patterns.flatMap(metavariablesOf)].map((name) => [name, string]));
}

/** The names that a pattern binds, and those that it makes of them. */
export function metavariablesOf({
  rule,
  constraints,
  utils,
  transform,
}: Omit<PatternRule, 'language' | 'fix'>): readonly string[] {
  const bound = JSON.stringify([rule, constraints, utils, transform]).matchAll(/\$([A-Z_][A-Z0-9_]*)/g);
  return [...Object.keys(transform ?? {}), ...Array.from(bound, ([, name]) => name ?? '')];
}
