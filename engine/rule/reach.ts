/** How far a pattern looks around a node: what stays in the node's top-level statement can be remembered with it. */
import type { CodeLanguage } from '../model.ts';
import type { PatternRule } from '../policy/policy.ts';
import { isObject } from './prefilter.ts';

type Rule = Readonly<Record<string, unknown>>;
type Searched = Pick<PatternRule, 'rule' | 'constraints' | 'utils'>;

/** The kind of a whole file. `module` is one in Python, and something inside of a file in TypeScript. */
const wholeFile: Readonly<Record<CodeLanguage, string>> = {
  typescript: 'program',
  tsx: 'program',
  javascript: 'program',
  python: 'module',
  go: 'source_file',
  bash: 'program',
  java: 'program',
};
const wholeFiles = new Set(Object.values(wholeFile));

/**
 * A rule without what it asks of the whole file (`inside: { kind: program, stopBy: end, has: … }` among what must all
 * hold), and that apart: rules that must each match somewhere in the file.
 */
export function splitFileConditions(
  rule: Rule,
  languages: readonly CodeLanguage[],
): { readonly rule: Rule; readonly conditions: readonly Rule[] } {
  const own = conditionOf(rule, languages);
  if (own !== null) return { rule: without(rule, 'inside'), conditions: [own] };
  if (!Array.isArray(rule.all)) return { rule, conditions: [] };
  const conditions = rule.all.map((part: unknown) => (isAlone(part) ? conditionOf(part, languages) : null));
  const left = rule.all.filter((_, index) => conditions[index] === null);
  if (left.length === rule.all.length || left.length === 0) return { rule, conditions: [] };
  return { rule: { ...rule, all: left }, conditions: conditions.filter((condition) => condition !== null) };
}

function isAlone(part: unknown): part is Rule {
  return isObject(part) && Object.keys(part).length === 1;
}

/** What `inside` asks of the file as a whole. A metavariable in it would tie it to the node. */
function conditionOf({ inside }: Rule, languages: readonly CodeLanguage[]): Rule | null {
  if (!isObject(inside) || Object.keys(inside).length !== 3) return null;
  const { kind, stopBy, has } = inside;
  if (stopBy !== 'end' || languages.some((language) => wholeFile[language] !== kind)) return null;
  if (!isObject(has) || has.stopBy !== 'end' || 'field' in has || /\$[A-Z_]/.test(JSON.stringify(has))) return null;
  if (typeof has.kind !== 'string' || wholeFiles.has(has.kind)) return null;
  return without(has, 'stopBy');
}

function without(rule: Rule, key: string): Rule {
  return Object.fromEntries(Object.entries(rule).filter(([name]) => name !== key));
}

/**
 * A rule that matches wherever the given one does, and rests on nothing outside of the top-level statement that a node is
 * in: the rule without what looks further, the very same where nothing does, null where nothing is left.
 */
export function localPart<Given extends Searched>(searched: Given): Given | null {
  const { rule, constraints, utils } = searched;
  const context: Context = { utils: utils ?? {}, open: new Set() };
  const entries = Object.entries(rule).map(
    ([key, value]) => [key, key === 'all' ? staying(value, context) : value] as const,
  );
  const kept = entries.filter(([key, value]) => keyStaysIn(key, value, 'self', context));
  const bound = Object.entries(constraints ?? {}).filter(([, one]) => staysIn(one, 'self', context));
  const local = { ...searched, rule: Object.fromEntries(kept) };
  if (!isBelow(local.rule, context)) return null;
  const isSame =
    JSON.stringify(local.rule) === JSON.stringify(rule) && bound.length === Object.keys(constraints ?? {}).length;
  if (isSame) return searched;
  return constraints === undefined ? local : { ...local, constraints: Object.fromEntries(bound) };
}

function staying(all: unknown, context: Context): unknown {
  return Array.isArray(all) ? all.filter((part) => staysIn(part, 'self', context)) : all;
}

interface Context {
  readonly utils: Readonly<Record<string, unknown>>;
  /** Utilities being looked into, so that one that names itself ends. */
  readonly open: ReadonlySet<string>;
}

/** Whether a node is the match itself, which may be a top-level statement, or below it. */
type Position = 'self' | 'below';

function staysIn(rule: unknown, position: Position, context: Context): boolean {
  return isObject(rule) && Object.entries(rule).every(([key, value]) => keyStaysIn(key, value, position, context));
}

function keyStaysIn(key: string, value: unknown, position: Position, context: Context): boolean {
  switch (key) {
    case 'pattern':
    case 'kind':
    case 'regex':
    case 'field':
      return true;
    case 'stopBy':
      return typeof value === 'string' || staysIn(value, position, context);
    case 'has':
      return staysIn(value, 'below', context);
    case 'inside':
      return isBelow(value, context) && staysIn(value, 'self', context);
    case 'nthChild':
      return position === 'below' && !isObject(value);
    case 'not':
      return staysIn(value, position, context);
    case 'all':
    case 'any':
      return Array.isArray(value) && value.every((part) => staysIn(part, position, context));
    case 'matches':
      return ofUtility(value, context, true, (utility, inner) => staysIn(utility, position, inner));
    default:
      // `follows` and `precedes` look at other statements; what is not known here may do anything.
      return false;
  }
}

/** Whether only nodes below the file's own can match. */
function isBelow(rule: unknown, context: Context): boolean {
  if (!isObject(rule)) return false;
  const { kind, pattern, all, any, matches } = rule;
  return (
    pattern !== undefined ||
    (typeof kind === 'string' && !wholeFiles.has(kind)) ||
    (Array.isArray(all) && all.some((part) => isBelow(part, context))) ||
    (Array.isArray(any) && any.length > 0 && any.every((part) => isBelow(part, context))) ||
    (matches !== undefined && ofUtility(matches, context, false, isBelow))
  );
}

/** What holds for a utility; `again` for one that names itself. */
function ofUtility(
  name: unknown,
  { utils, open }: Context,
  again: boolean,
  holds: (utility: unknown, context: Context) => boolean,
): boolean {
  if (typeof name !== 'string' || !Object.hasOwn(utils, name)) return false;
  return open.has(name) ? again : holds(utils[name], { utils, open: new Set([...open, name]) });
}
