/** Operators and amounts as other languages write them, and what is said of them. */
import type { Token } from './token.ts';

/** Operators of other languages that are methods here. */
const infix: ReadonlyMap<string, string> = new Map([
  ['contains', '; write value.contains(part)'],
  ['includes', '; write value.contains(part)'],
  ['matches', '; write value.matches(pattern)'],
  ['like', '; write value.matches(pattern)'],
  ['startswith', '; write value.startsWith(part)'],
  ['endswith', '; write value.endsWith(part)'],
  ['instanceof', '; write type(value) == string'],
]);

/** What a name means behind an expression that is complete. */
export function unexpectedHint({ text, start }: Token, before: Token): string {
  const isAmount =
    ['int', 'double'].includes(before.kind) && before.end === start && /^(?:[numkMGTPE]|[KMGTPE]i)$/.test(text);
  if (isAmount) return `; an amount is a text: quantity("${before.text}${text}")`;
  return infix.get(text.toLowerCase()) ?? '';
}

/** Operators that are words elsewhere, and what is written instead. */
export const foreignOperators: ReadonlyMap<string, string> = new Map([
  ['is', '=='],
  ['eq', '=='],
  ['equals', '=='],
  ['is not', '!='],
  ['ne', '!='],
  ['lt', '<'],
  ['le', '<='],
  ['gt', '>'],
  ['ge', '>='],
  ['not in', '!(value in list)'],
]);

/** `a?.b` and `a ?? b`, unless they turn out to be choices. */
export function foreignCondition({ text, start }: Token, question: number): string | null {
  if (start !== question + 1) return null;
  if (text === '.') return 'write .? instead of ?.';
  return text === '?' ? 'write optional.orValue(other) instead of ??' : null;
}
