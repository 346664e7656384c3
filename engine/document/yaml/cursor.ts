import type { Node, Span, Value } from '../../model.ts';
import { Unknown } from '../../model.ts';
import { scalarNode } from '../node.ts';
import { touchesTemplate } from '../template.ts';
import type { Mode } from './piece.ts';
import { plainValue } from './scalar.ts';

/** A text that is read from its beginning to its end. */
export interface Cursor {
  readonly text: string;
  readonly raw: string;
  readonly mode: Mode;
  readonly templates: readonly Span[];
  /** The spans of scalars in order, where no comment can be. */
  readonly scalars: Span[];
  at: number;
  /** Where the line begins. */
  line: number;
  /** The column of the first thing on the line; -1 at the end of the text. */
  column: number;
  /** Whether what stands here is an error for certain. */
  isBroken: boolean;
}

/** A value and where it stands. */
export interface Placed {
  readonly node: Node;
  readonly value: Value;
}

export interface Key {
  readonly text: string;
  readonly span: Span;
}

/** Longer keys are refused by the parser of the whole language. */
const maxKey = 1_000;

/** Takes the key that ends at `end`, and its colon; null where there is none. */
export function takeKey(cursor: Cursor, end: number): Key | null {
  const { text, at: start } = cursor;
  if (end < 0 || end - start > maxKey) return null;
  const sign = skipSpaces(text, end);
  if (text.charCodeAt(sign) !== colon || !isBlank(text.charCodeAt(sign + 1))) return null;
  const word = touchesTemplate(cursor.templates, start, end)
    ? cursor.raw.slice(start, end)
    : unquoted(text.slice(start, end));
  if (word === null || word === '<<') return null;
  const span = { start, end };
  cursor.scalars.push(span);
  cursor.at = sign + 1;
  return { text: word, span };
}

/** Takes the scalar that ends at `end`; null where there is none. */
export function takeScalar(cursor: Cursor, end: number): Placed | null {
  if (end < 0) return null;
  const { text, at: start } = cursor;
  const source = text.slice(start, end);
  const word = unquoted(source);
  if (word === null) return null;
  cursor.at = end;
  cursor.scalars.push({ start, end });
  const node = scalarNode(start, end);
  if (touchesTemplate(cursor.templates, start, end)) return { node, value: new Unknown('a template') };
  return { node, value: isQuote(text.charCodeAt(start)) ? word : plainValue(word, cursor.mode.kubernetes) };
}

/** Where a scalar in quotes ends; -1 if not on its line. */
export function quotedEnd(text: string, at: number): number {
  const form = text.charCodeAt(at) === doubleQuote ? doubleQuoted : singleQuoted;
  form.lastIndex = at;
  return form.test(text) ? form.lastIndex : -1;
}

const doubleQuoted = /"[^"\\\n]*(?:\\.[^"\\\n]*)*"/y;
const singleQuoted = /'[^'\n]*(?:''[^'\n]*)*'/y;

/** The text that a scalar writes; null for escapes that JSON does not have. */
function unquoted(source: string): string | null {
  const first = source.charCodeAt(0);
  if (first === singleQuote) return source.slice(1, -1).replaceAll("''", "'");
  if (first !== doubleQuote) return source;
  return source.includes('\\') ? unescaped(source.slice(1, -1)) : source.slice(1, -1);
}

function unescaped(source: string): string | null {
  let isKnown = true;
  const text = source.replace(/\\(?:u([\da-fA-F]{4})|(.))/g, (_, code?: string, sign = '') => {
    const meant = code === undefined ? escapes.get(sign) : String.fromCharCode(Number.parseInt(code, 16));
    isKnown &&= meant !== undefined;
    return meant ?? '';
  });
  return isKnown ? text : null;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** Whether a plain scalar may begin with these two characters. */
export function beginsPlain(first: number, second: number): boolean {
  if (first === dash || first === colon || first === question) return !isBlank(second);
  return first > space && !(first < 128 && indicators.has(first));
}

const indicators: ReadonlySet<number> = new Set([...'[]{},#&*!|>\'"%@`'].map((sign) => sign.charCodeAt(0)));

export function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === space) at++;
  return at;
}

/** A space, a tab, the end of the line or of the text. */
export function isBlank(unit: number): boolean {
  return unit === space || unit === newline || unit === tab || Number.isNaN(unit);
}

/** The end of the line or of the text. */
export function isEnd(unit: number): boolean {
  return unit === newline || Number.isNaN(unit);
}

export function isQuote(unit: number): boolean {
  return unit === doubleQuote || unit === singleQuote;
}

export const [tab, newline, space, doubleQuote, hash, singleQuote] = [9, 10, 32, 34, 35, 39] as const;
export const [comma, dash, colon, greater, question, pipe] = [44, 45, 58, 62, 63, 124] as const;
export const [openBracket, closeBracket, openBrace, closeBrace] = [91, 93, 123, 125] as const;
