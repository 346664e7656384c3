import type { PatternRule } from '../policy/policy.ts';
import { regexNeed } from './regexNeed.ts';

/**
 * What a text must contain for a rule to match anywhere in it. It only ever rules out: `always` says nothing. Asking it
 * costs a search for a few words, where asking ast-grep costs a walk of the tree.
 */
export type Need =
  | { readonly kind: 'always' }
  | { readonly kind: 'word'; readonly word: string }
  | { readonly kind: 'all'; readonly needs: readonly Need[] }
  | { readonly kind: 'any'; readonly needs: readonly Need[] };

/** Derives what every match of the rule must contain. */
export function needOf({ rule, constraints, utils }: Pick<PatternRule, 'rule' | 'constraints' | 'utils'>): Need {
  const context: Context = { utils: utils ?? {}, open: new Set() };
  const constrained = Object.entries(constraints ?? {})
    .filter(([name]) => alwaysBinds(rule.pattern, name))
    .map(([, constraint]) => ruleNeed(constraint, context));
  return all([ruleNeed(rule, context), ...constrained]);
}

/** Whether the text has what is needed. */
export function isMet(need: Need, text: string): boolean {
  switch (need.kind) {
    case 'always':
      return true;
    case 'word':
      return text.includes(need.word);
    case 'all':
      return need.needs.every((part) => isMet(part, text));
    case 'any':
      return need.needs.some((part) => isMet(part, text));
  }
}

interface Context {
  readonly utils: Readonly<Record<string, unknown>>;
  /** Utilities being looked into, so that one that names itself ends. */
  readonly open: ReadonlySet<string>;
}

const always: Need = { kind: 'always' };

/** All keys of a rule object must hold at once. `not`, `kind` and what is not known here say nothing. */
function ruleNeed(rule: unknown, context: Context): Need {
  if (!isObject(rule)) return always;
  const needs = Object.entries(rule).map(([key, value]) => keyNeed(key, value, context));
  return all(needs);
}

function keyNeed(key: string, value: unknown, context: Context): Need {
  switch (key) {
    case 'pattern':
      return patternNeed(value);
    case 'regex':
      return typeof value === 'string' ? regexNeed(value) : always;
    case 'all':
      return Array.isArray(value) ? all(value.map((part) => ruleNeed(part, context))) : always;
    case 'any':
      return Array.isArray(value) ? any(value.map((part) => ruleNeed(part, context))) : always;
    case 'inside':
    case 'has':
    case 'precedes':
    case 'follows':
      return isObject(value) ? ruleNeed({ ...value, stopBy: undefined, field: undefined }, context) : always;
    case 'matches':
      return typeof value === 'string' ? utilityNeed(value, context) : always;
    default:
      return always;
  }
}

function utilityNeed(name: string, { utils, open }: Context): Need {
  if (open.has(name) || !Object.hasOwn(utils, name)) return always;
  return ruleNeed(utils[name], { utils, open: new Set([...open, name]) });
}

/** Every word of a pattern stands in what it matches, save metavariables; looser strictness than the default may drop words. */
function patternNeed(pattern: unknown): Need {
  if (typeof pattern === 'string') return words(pattern);
  if (!isObject(pattern) || typeof pattern.context !== 'string' || pattern.selector !== undefined) return always;
  const { strictness } = pattern;
  return strictness === undefined || strictness === 'smart' || strictness === 'cst' ? words(pattern.context) : always;
}

const minLength = 2;

function words(pattern: string): Need {
  const literal = pattern.replace(/\$+[A-Z_][A-Z_0-9]*|\$+/g, ' ');
  const found = literal.match(/[A-Za-z_][A-Za-z_0-9]*/g) ?? [];
  return all([...new Set(found)].filter((word) => word.length >= minLength).map((word) => ({ kind: 'word', word })));
}

/** A constraint counts only where its variable is bound in every match: in the rule's own pattern. */
function alwaysBinds(pattern: unknown, name: string): boolean {
  return typeof pattern === 'string' && new RegExp(`(?<!\\$)\\$${name.replace(/\W/g, '')}(?![A-Z_0-9])`).test(pattern);
}

function all(needs: readonly Need[]): Need {
  const telling = needs.filter((need) => need.kind !== 'always');
  return telling.length === 0 ? always : telling.length === 1 ? telling[0]! : { kind: 'all', needs: telling };
}

function any(needs: readonly Need[]): Need {
  if (needs.length === 0 || needs.some((need) => need.kind === 'always')) return always;
  return needs.length === 1 ? needs[0]! : { kind: 'any', needs };
}

/** Whether a value is a mapping. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
