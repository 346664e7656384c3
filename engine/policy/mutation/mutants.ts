/** A policy with one small mistake in it: what its cases should notice. */
import type { Span } from '../../model.ts';
import type { Expression, PatternRule, Policy, Rule, SecretRule } from '../policy.ts';
import { scalarPlaces } from '../scalar.ts';
import { changed, quoted } from './change.ts';
import { expressionChanges } from './expression.ts';
import { regexChanges } from './regex.ts';

/** A policy that differs from the one that was written in one place. */
export interface Mutant {
  readonly policy: Policy;
  /** What is different, for a person: `in require: && becomes ||`. */
  readonly title: string;
  /** Where the difference is, in the policy's source. */
  readonly span: Span;
  /** A keyword is looked for around a match: whether it is missed shows where no other line lends its own. */
  readonly shows: 'in files' | 'in lines';
}

/** More than any policy of sensible size has. */
const maxMutants = 400;

/** Every mutant of a policy, in the order of its source, up to a bound. Not all of them compile. */
export function mutantsOf({ vetted: _vetted, ...policy }: Policy): readonly Mutant[] {
  return [...whereMutants(policy), ...ruleMutants(policy)].slice(0, maxMutants);
}

function whereMutants(policy: Policy): readonly Mutant[] {
  const { where } = policy;
  if (where === null) return [];
  const shows = 'in files';
  const without: Mutant = { policy: { ...policy, where: null }, title: 'without `where`', span: where.span, shows };
  return [without, ...expressionMutants(policy, where, 'where', (text) => ({ ...policy, where: { ...where, text } }))];
}

function ruleMutants(policy: Policy): readonly Mutant[] {
  const { rule } = policy;
  if (rule.kind === 'require') {
    const { require } = rule;
    const remake = (text: string): Policy => ({ ...policy, rule: { ...rule, require: { ...require, text } } });
    return expressionMutants(policy, require, 'require', remake);
  }
  const made = (other: Rule, title: string, span: Span, shows: Mutant['shows'] = 'in files'): Mutant => ({
    policy: { ...policy, rule: other },
    title,
    span,
    shows,
  });
  if (rule.kind === 'secret')
    return secretChanges(rule.secret).map(({ secret, title, shows }) =>
      made({ ...rule, secret }, title, rule.span, shows),
    );
  // What was compiled elsewhere is not altered here.
  if (rule.kind === 'rego') return [];
  return patternChanges(rule.patterns).map(({ patterns, index, title }) =>
    made({ ...rule, patterns }, title, rule.spans[index] ?? rule.span),
  );
}

function expressionMutants(
  policy: Policy,
  expression: Expression,
  field: string,
  remake: (text: string) => Policy,
): readonly Mutant[] {
  const { toFile } = scalarPlaces(policy.source, expression);
  return expressionChanges(expression.text).map((change) => ({
    policy: remake(changed(expression.text, change)),
    title: `in \`${field}\`: ${change.title}`,
    span: toFile(change.span),
    shows: 'in files',
  }));
}

interface SecretChange {
  readonly secret: SecretRule;
  readonly title: string;
  readonly shows?: Mutant['shows'];
}

function secretChanges(secret: SecretRule): readonly SecretChange[] {
  const { entropy, before, allow } = secret;
  return [
    ...regexChanges(secret.regex).map((change) => ({
      secret: { ...secret, regex: changed(secret.regex, change) },
      title: `in \`regex\`: ${change.title}`,
    })),
    ...(secret.keywords.length < 2 ? [] : secret.keywords).map((keyword) => ({
      secret: { ...secret, keywords: secret.keywords.filter((other) => other !== keyword) },
      title: `without the keyword ${quoted(keyword)}`,
      shows: 'in lines' as const,
    })),
    ...(allow ?? []).map((regex) => ({
      secret: { ...secret, allow: allow?.filter((other) => other !== regex) ?? [] },
      title: `without what ${quoted(regex)} allows`,
    })),
    ...(entropy === undefined ? [] : [{ secret: without(secret, 'entropy'), title: 'without `entropy`' }]),
    ...(before === undefined ? [] : [{ secret: without(secret, 'before'), title: 'without `before`' }]),
  ];
}

interface PatternChange {
  readonly patterns: readonly PatternRule[];
  /** Which of the patterns is another. */
  readonly index: number;
  readonly title: string;
}

function patternChanges(patterns: readonly PatternRule[]): readonly PatternChange[] {
  return patterns.flatMap((pattern, index) => {
    const replace = (other: PatternRule, title: string): PatternChange => ({
      patterns: patterns.with(index, other),
      index,
      title: `in pattern ${index + 1}: ${title}`,
    });
    const alone =
      patterns.length < 2
        ? []
        : [{ patterns: patterns.toSpliced(index, 1), index, title: `without pattern ${index + 1}` }];
    const rules = ruleChanges(pattern.rule).map(({ value, title }) =>
      replace({ ...pattern, rule: value as PatternRule['rule'] }, title),
    );
    const constraints = Object.keys(pattern.constraints ?? {}).map((name) =>
      replace(
        { ...pattern, constraints: without(pattern.constraints ?? {}, name) },
        `without the constraint of \`${name}\``,
      ),
    );
    return [...alone, ...rules, ...constraints];
  });
}

/** Keys of ast-grep's rule objects that narrow what matches. */
const narrowing: readonly string[] = ['not', 'inside', 'has', 'follows', 'precedes', 'regex'];

/** A rule object with an alternative or a condition less, at any depth. */
function ruleChanges(rule: unknown): readonly { readonly value: unknown; readonly title: string }[] {
  if (Array.isArray(rule))
    return rule.flatMap((item, index) =>
      ruleChanges(item).map(({ value, title }) => ({ value: rule.with(index, value), title })),
    );
  if (typeof rule !== 'object' || rule === null) return [];
  const entries = Object.entries(rule);
  return entries.flatMap(([key, inner]) => {
    const dropped =
      narrowing.includes(key) && entries.length > 1
        ? [{ value: without(rule, key), title: `without ${quoted(`${key}: ${JSON.stringify(inner)}`)}` }]
        : [];
    const fewer =
      (key === 'any' || key === 'all') && Array.isArray(inner) && inner.length > 1
        ? inner.map((item: unknown, index) => ({
            value: { ...rule, [key]: inner.toSpliced(index, 1) },
            title: `\`${key}\` without ${quoted(JSON.stringify(item))}`,
          }))
        : [];
    const deeper = ruleChanges(inner).map(({ value, title }) => ({ value: { ...rule, [key]: value }, title }));
    return [...dropped, ...fewer, ...deeper];
  });
}

function without<T extends object>(object: T, key: string): T {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key)) as T;
}
