import type { Span } from '../model.ts';
import type { Expression } from './policy.ts';

/**
 * Where a stretch of an expression's text stands in the file that it was read from: the scalar may be quoted, escaped,
 * folded or indented there. Both texts are walked together; what only the file has (quotes, indentation) is stepped over.
 */
export function scalarSpan(source: string, expression: Expression, within: Span): Span {
  const raw = source.slice(expression.span.start, expression.span.end);
  let at = contentStart(raw);
  let start = at;
  let end = at;
  for (let index = 0; index < expression.text.length && index < within.end; index++) {
    const character = expression.text[index] ?? '';
    at = seek(raw, at, character);
    if (index === within.start || index === 0) start = at;
    at++;
    end = at;
  }
  if (within.start >= expression.text.length || within.end <= within.start) start = end;
  const offset = expression.span.start;
  return { start: Math.min(start, raw.length) + offset, end: Math.min(Math.max(end, start), raw.length) + offset };
}

/** The inverse: which offset of an expression's text stands at an offset of the file; the nearest one after it. */
export function scalarOffset(source: string, expression: Expression, offset: number): number {
  const raw = source.slice(expression.span.start, expression.span.end);
  let at = contentStart(raw);
  for (let index = 0; index < expression.text.length; index++) {
    at = seek(raw, at, expression.text[index] ?? '');
    if (expression.span.start + at >= offset) return index;
    at++;
  }
  return expression.text.length;
}

/** Where a scalar's content begins: behind its quote, or below the line of its block sign. */
function contentStart(raw: string): number {
  if (/^[|>]/.test(raw)) return raw.indexOf('\n') + 1;
  return /^["']/.test(raw) ? 1 : 0;
}

/** The next place at or after `at` where the file has this character; where it has none, `at`. */
function seek(raw: string, at: number, character: string): number {
  const isSpace = /\s/.test(character);
  for (let index = at; index < raw.length; index++) {
    const found = raw[index] ?? '';
    if (isSpace ? /\s/.test(found) : found === character) return index;
  }
  return at;
}
