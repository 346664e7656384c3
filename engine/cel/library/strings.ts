/** The strings extension of CEL, all versions: https://github.com/google/cel-go/tree/master/ext#strings */
import type { FunctionDeclaration } from '../function.ts';
import { codePointCount } from '../text.ts';
import { int, list, string } from '../type.ts';
import { type CelError, celError, type Int, type ListValue, type Result } from '../value.ts';
import {
  func,
  listCost,
  method,
  noOverload,
  outOfRange,
  pointIndex,
  sliceText,
  textCost,
  unitOffset,
} from './declare.ts';
import { formatFunction } from './format.ts';

/** The most that one call may write, in UTF-16 units. */
const longestResult = 1 << 20;

export const strings: readonly FunctionDeclaration[] = [
  method('charAt', { parameters: [string, int], result: string, cost: textCost, call: charAt }),
  method(
    'indexOf',
    {
      parameters: [string, string],
      result: int,
      cost: textCost,
      call: (text: string, part: string) => indexOf(text, part, 0),
    },
    { parameters: [string, string, int], result: int, cost: textCost, call: indexOf },
  ),
  method(
    'lastIndexOf',
    { parameters: [string, string], result: int, cost: textCost, call: lastIndexOf },
    { parameters: [string, string, int], result: int, cost: textCost, call: lastIndexOf },
  ),
  method(
    'join',
    { parameters: [list(string)], result: string, cost: listCost, call: (items: ListValue) => join(items, '') },
    { parameters: [list(string), string], result: string, cost: listCost, call: join },
  ),
  method('lowerAscii', { parameters: [string], result: string, cost: textCost, call: lowerAscii }),
  method('upperAscii', { parameters: [string], result: string, cost: textCost, call: upperAscii }),
  method(
    'replace',
    { parameters: [string, string, string], result: string, cost: replaceCost, call: replace },
    { parameters: [string, string, string, int], result: string, cost: replaceCost, call: replace },
  ),
  method(
    'split',
    { parameters: [string, string], result: list(string), cost: textCost, call: split },
    { parameters: [string, string, int], result: list(string), cost: textCost, call: split },
  ),
  method(
    'substring',
    { parameters: [string, int], result: string, cost: textCost, call: substring },
    { parameters: [string, int, int], result: string, cost: textCost, call: substring },
  ),
  method('trim', { parameters: [string], result: string, cost: textCost, call: trim }),
  method('reverse', {
    parameters: [string],
    result: string,
    cost: textCost,
    call: (text: string) => [...text].reverse().join(''),
  }),
  func('strings.quote', { parameters: [string], result: string, cost: textCost, call: quote }),
  formatFunction,
];

function charAt(text: string, at: Int): Result {
  const length = codePointCount(text);
  if (at < 0 || at > length) return outOfRange(at);
  return sliceText(text, Number(at), Number(at) + 1);
}

function indexOf(text: string, part: string, from: Int): Result {
  if (from < 0 || from > codePointCount(text)) return outOfRange(from);
  const unit = text.indexOf(part, unitOffset(text, Number(from)));
  return unit < 0 ? -1 : pointIndex(text, unit);
}

function lastIndexOf(text: string, part: string, from?: Int): Result {
  const length = codePointCount(text);
  if (from !== undefined && (from < 0 || from > length)) return outOfRange(from);
  const unit = text.lastIndexOf(part, unitOffset(text, Number(from ?? length)));
  return unit < 0 ? -1 : pointIndex(text, unit);
}

function join(items: ListValue, between: string): Result {
  let length = 0;
  for (const item of items) {
    if (typeof item !== 'string') return noOverload();
    length += item.length + between.length;
    if (length > longestResult) return tooLong();
  }
  return items.join(between);
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function upperAscii(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

function replaceCost(text: string, part: string, by: string): number {
  return textCost(text) + (text.length / Math.max(1, part.length)) * textCost(by);
}

/** An empty part stands before every code point and at the end, as in Go. */
function replace(text: string, part: string, by: string, limit: Int = -1): Result {
  const pieces = part === '' ? ['', ...text] : text.split(part);
  const most = part === '' ? pieces.length : pieces.length - 1;
  const count = limit < 0 ? most : Math.min(most, Number(limit));
  if (text.length + count * by.length > longestResult) return tooLong();
  if (part === '') return [...text, ''].map((character, at) => (at < count ? by : '') + character).join('');
  return [...pieces.slice(0, count), pieces.slice(count).join(part)].join(by);
}

function split(text: string, by: string, limit: Int = -1): Result {
  if (limit === 0) return [];
  const pieces = by === '' ? [...text] : text.split(by);
  if (limit < 0 || pieces.length <= limit) return pieces;
  const count = Number(limit) - 1;
  return [...pieces.slice(0, count), pieces.slice(count).join(by)];
}

function substring(text: string, start: Int, end?: Int): Result {
  const length = codePointCount(text);
  if (start < 0 || start > length) return outOfRange(start);
  if (end !== undefined && (end < 0 || end > length)) return outOfRange(end);
  if (end !== undefined && end < start) return celError(`invalid substring range. start: ${start}, end: ${end}`);
  return sliceText(text, Number(start), Number(end ?? length));
}

/** Unicode's White_Space; JavaScript's own `trim` also takes U+FEFF and leaves U+0085. */
function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && whitespace.test(text[start]!)) start++;
  while (end > start && whitespace.test(text[end - 1]!)) end--;
  return text.slice(start, end);
}

const whitespace = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

function quote(text: string): string {
  const escaped = text
    .toWellFormed()
    .replace(/[\u0007\b\f\n\r\t\v\\"]/g, (character) => escapes[character] ?? character);
  return `"${escaped}"`;
}

const escapes: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

function tooLong(): CelError {
  return celError(`the result is longer than ${longestResult} characters`);
}
