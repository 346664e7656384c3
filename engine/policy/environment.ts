/** What a policy's CEL sees, by name and type. */
import type { Environment } from '../cel/index.ts';
import { bool, dyn, object, openObject, string, type Type } from '../cel/type.ts';
import { resourceKinds } from '../resource/index.ts';
import { parameterType } from './parameter.ts';
import type { Parameter, Policy } from './policy.ts';

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

/** What else an expression sees that is judged for each element of `each`. */
export function itemTypes({ each }: { readonly each: Policy['each'] }): Record<string, Type> {
  return each.length > 0 ? { item: dyn, key: dyn } : {};
}

/** What else a message sees of a pattern's or a secret's match. */
export function matchTypes({ rule }: { readonly rule: Pick<Policy['rule'], 'kind'> }): Record<string, Type> {
  return rule.kind === 'require' ? {} : { match: dyn };
}
