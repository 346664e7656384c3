import type { Span } from '../model.ts';
import { once } from '../once.ts';
import type { Expression } from './policy.ts';

/**
 * Where the characters of an expression's text stand in the file that it was read from: the scalar may be quoted, escaped,
 * folded or indented there. Both texts are walked together, once; what only the file has (quotes, indentation) is stepped over.
 */
export interface ScalarPlaces {
  /** From a stretch of the text to one of the file. */
  toFile(within: Span): Span;
  /** From an offset of the file to one of the text; the nearest one after it. */
  fromFile(offset: number): number;
}

/** The places of a scalar; nothing is walked before the first question. */
export function scalarPlaces(source: string, { text, span }: Expression): ScalarPlaces {
  const raw = source.slice(span.start, span.end);
  const places = once(() => placesOf(raw, text));
  const inFile = (at: number): number => Math.min(at, raw.length) + span.start;
  return {
    toFile({ start, end }) {
      const known = places();
      const last = Math.min(end, text.length) - 1;
      const after = last < 0 ? contentStart(raw) : (known[last] ?? 0) + 1;
      const before = start >= text.length || end <= start ? after : (known[start] ?? 0);
      return { start: inFile(before), end: inFile(Math.max(after, before)) };
    },
    fromFile(offset) {
      const found = places().findIndex((place) => span.start + place >= offset);
      return found === -1 ? text.length : found;
    },
  };
}

/** One stretch alone. */
export function scalarSpan(source: string, expression: Expression, within: Span): Span {
  return scalarPlaces(source, expression).toFile(within);
}

/** For each character of the text, where it stands in the scalar as it is written. */
function placesOf(raw: string, text: string): Uint32Array {
  const places = new Uint32Array(text.length);
  let at = contentStart(raw);
  for (let index = 0; index < text.length; index++) {
    at = seek(raw, at, text[index] ?? '');
    places[index] = at;
    at++;
  }
  return places;
}

/** Where a scalar's content begins: behind its quote, or below the line of its block sign. */
function contentStart(raw: string): number {
  if (/^[|>]/.test(raw)) return raw.indexOf('\n') + 1;
  return /^["']/.test(raw) ? 1 : 0;
}

/** More than an indentation or an escape ever takes: what is not found costs no more than that. */
const maxStep = 1_000;

/** The next place at or after `at` where the file has this character; where it has none near by, `at`. */
function seek(raw: string, at: number, character: string): number {
  const isSpace = /\s/.test(character);
  const end = Math.min(raw.length, at + maxStep);
  for (let index = at; index < end; index++) {
    const found = raw[index] ?? '';
    if (isSpace ? /\s/.test(found) : found === character) return index;
  }
  return at;
}
