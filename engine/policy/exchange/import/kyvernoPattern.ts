/**
 * Kyverno's `validate.pattern` as CEL (https://kyverno.io/docs/policy-types/cluster-policy/validate): every key of a pattern must be
 * there and match, every element of a list; anchors in parentheses say otherwise. What is not certain to mean the same is refused.
 */
import type { Path } from '../../../model.ts';
import { literalOf } from '../rewrite.ts';
import { Refusal } from './refusal.ts';

/** The condition that an object fits a pattern. `subject`: CEL of the object. Throws `Refusal`. */
export function patternCondition(pattern: unknown, subject: string, path: Path): string {
  if (!isMap(pattern)) throw new Refusal(path, 'a pattern is a map');
  return mapCondition(pattern, { subject, path, depth: 0 });
}

interface Place {
  /** CEL of what is matched. */
  readonly subject: string;
  readonly path: Path;
  /** How many lists it stands in. */
  readonly depth: number;
}

type Pattern = Readonly<Record<string, unknown>>;

function mapCondition(pattern: Pattern, place: Place): string {
  const entries = Object.entries(pattern).map(([key, value]) => ({
    ...anchorOf(key, [...place.path, key]),
    value,
    key,
  }));
  const premises = entries.filter(({ anchor }) => anchor === '()').map((entry) => entryCondition(entry, place));
  const rest = entries.filter(({ anchor }) => anchor !== '()').map((entry) => entryCondition(entry, place));
  if (premises.length === 0) return both(rest);
  return rest.length === 0 ? 'true' : `(!(${both(premises)}) || ${both(rest)})`;
}

function both(conditions: readonly string[]): string {
  return conditions.length === 0 ? 'true' : conditions.join(' && ');
}

type Anchor = '' | '()' | '=' | 'X' | '^';

interface Entry {
  readonly anchor: Anchor;
  readonly name: string;
  /** As it is written. */
  readonly key: string;
  readonly value: unknown;
}

function anchorOf(key: string, path: Path): { readonly anchor: Anchor; readonly name: string } {
  const [, sign, inner] = /^([=X^<+]?)\((.+)\)$/.exec(key) ?? [];
  const name = inner ?? key;
  if (sign === '<') throw new Refusal(path, 'a global anchor decides about the whole rule');
  if (sign === '+') throw new Refusal(path, 'an anchor that adds belongs to mutation');
  if (/[*?]/.test(name)) throw new Refusal(path, 'a key with wildcards is not carried over');
  return { anchor: inner === undefined ? '' : sign === '' ? '()' : (sign as Anchor), name };
}

function entryCondition({ anchor, name, key, value }: Entry, place: Place): string {
  const isName = /^[A-Za-z_]\w*$/.test(name);
  const optional = isName ? `${place.subject}.?${name}` : `${place.subject}[?${literalOf(name)}]`;
  const subject = isName ? `${place.subject}.${name}` : `${place.subject}[${literalOf(name)}]`;
  if (anchor === 'X') return `!${optional}.hasValue()`;
  const field = { ...place, path: [...place.path, key], subject, optional };
  const condition = valueCondition(value, field, anchor === '^' ? 'exists' : 'all');
  return anchor === '=' ? `(!${optional}.hasValue() || ${condition})` : condition;
}

interface Field extends Place {
  /** CEL of the same as an optional. */
  readonly optional: string;
}

function valueCondition(value: unknown, field: Field, macro: 'all' | 'exists'): string {
  const { subject, optional, path, depth } = field;
  const known = `${optional}.orValue(null)`;
  if (isMap(value)) return `type(${known}) == map && ${mapCondition(value, field)}`;
  if (Array.isArray(value)) {
    const [first, ...others] = value;
    if (others.length > 0 || !isMap(first))
      throw new Refusal(path, 'a list is carried over where its one element is a map');
    const each = depth === 0 ? 'each' : `each${depth + 1}`;
    const inner = mapCondition(first, { subject: each, path: [...path, 0], depth: depth + 1 });
    return `type(${known}) == list && ${subject}.${macro}(${each}, type(${each}) == map && ${inner})`;
  }
  if (macro === 'exists') throw new Refusal(path, 'an existence anchor is for a list');
  if (typeof value === 'boolean' || typeof value === 'number') return `${known} == ${literalOf(value)}`;
  if (typeof value !== 'string') throw new Refusal(path, 'a pattern of nothing is not carried over');
  return textCondition(value, optional, path);
}

function textCondition(pattern: string, subject: string, path: Path): string {
  const parts = pattern.split('|').map((any) => any.split('&').map((one) => oneCondition(one.trim(), subject, path)));
  const alternatives = parts.map(both);
  return alternatives.length === 1 && parts[0]?.length === 1
    ? (alternatives[0] ?? 'true')
    : `(${alternatives.join(' || ')})`;
}

function oneCondition(pattern: string, subject: string, path: Path): string {
  if (/^!?(?:[<>]|\d\S*\s*-\s*\d)/.test(pattern))
    throw new Refusal(path, 'a comparison of numbers or quantities is not carried over');
  if (pattern.includes('$(') || pattern.includes('{{')) throw new Refusal(path, 'it refers to another value');
  const isNegated = pattern.startsWith('!');
  const text = isNegated ? pattern.slice(1) : pattern;
  if (text === '' || /^\*+$/.test(text)) throw new Refusal(path, 'whether a missing value fits this is not certain');
  const test = /[*?]/.test(text)
    ? `textOf(${subject}).matches(${literalOf(wildcardRegex(text))})`
    : `textOf(${subject}) == ${literalOf(text)}`;
  return isNegated ? `${subject}.hasValue() && !(${test})` : test;
}

/** `*` is any text, `?` one character, as a regular expression over all of the text. */
export function wildcardRegex(text: string): string {
  const source = text
    .replace(/[\\^$.+()[\]{}|]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return `^(?s:${source})$`;
}

function isMap(value: unknown): value is Pattern {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
