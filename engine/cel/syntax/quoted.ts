/** String and bytes literals: quotes, escapes, raw forms. */

import { encodeUtf8 } from '../utf8.ts';
import type { Report } from './token.ts';

interface Opening {
  /** Of `r` and `b`, in any case and order. */
  readonly prefix: string;
  readonly quote: string;
}

interface Quoted {
  readonly value: string | Uint8Array;
  readonly end: number;
}

/** Reads a literal that begins at `start`; a literal without an end stretches to the end of its line, or of the source. */
export function readQuoted(source: string, start: number, opening: Opening, report: Report): Quoted {
  const raw = /r/i.test(opening.prefix);
  const from = start + opening.prefix.length + opening.quote.length;
  const to = findEnd(source, from, opening.quote, raw);
  const closed = source.startsWith(opening.quote, to);
  const end = closed ? to + opening.quote.length : to;
  if (!closed) report({ start, end }, 'the string has no end');
  const text = source.slice(from, to);
  const bytes = /b/i.test(opening.prefix);
  if (raw) return { value: bytes ? encodeUtf8(text) : text, end };
  const complain = (at: number, length: number, message: string) =>
    report({ start: from + at, end: Math.min(from + at + length, Math.max(to, from + at + 1)) }, message);
  return { value: bytes ? unescapeBytes(text, complain) : unescapeString(text, complain), end };
}

function findEnd(source: string, from: number, quote: string, raw: boolean): number {
  for (let at = from; at < source.length; at++) {
    if (source[at] === '\\' && !raw) at++;
    else if (quote.length === 1 && (source[at] === '\n' || source[at] === '\r')) return at;
    else if (source.startsWith(quote, at)) return at;
  }
  return source.length;
}

type Complain = (at: number, length: number, message: string) => void;

const escapes = /\\(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([abfnrtv\\?"'`]))/y;
const named: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

function unescapeString(text: string, complain: Complain): string {
  if (!text.includes('\\')) return text;
  return walkEscapes(text, complain, (code) => String.fromCodePoint(code)).join('');
}

function unescapeBytes(text: string, complain: Complain): Uint8Array {
  const pieces = walkEscapes(text, complain, (code) => code);
  return Uint8Array.from(pieces.flatMap((piece) => (typeof piece === 'number' ? [piece] : [...encodeUtf8(piece)])));
}

/** Text between escapes, and what `byCode` makes of hexadecimal and octal escapes. */
function walkEscapes<T>(text: string, complain: Complain, byCode: (code: number) => T): (string | T)[] {
  const pieces: (string | T)[] = [];
  let from = 0;
  for (let at = text.indexOf('\\'); at !== -1; at = text.indexOf('\\', from)) {
    pieces.push(text.slice(from, at));
    escapes.lastIndex = at;
    const found = escapes.exec(text);
    from = at + (found?.[0].length ?? 2);
    if (found === null) complain(at, 2, 'unknown escape; write \\\\ for a backslash, or a raw string r"…"');
    else pieces.push(readEscape(found, at, complain, byCode));
  }
  pieces.push(text.slice(from));
  return pieces;
}

function readEscape<T>(
  found: RegExpExecArray,
  at: number,
  complain: Complain,
  byCode: (code: number) => T,
): string | T {
  const [whole, hex, short, long, octal, letter] = found;
  if (letter !== undefined) return named[letter] ?? letter;
  if (hex !== undefined) return byCode(Number.parseInt(hex, 16));
  if (octal !== undefined) return byCode(Number.parseInt(octal, 8));
  const code = Number.parseInt(short ?? long ?? '', 16);
  if (typeof byCode(0) === 'number') complain(at, whole.length, 'bytes have no \\u escape; write \\x');
  else if (code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)) return String.fromCodePoint(code);
  else complain(at, whole.length, 'this is no Unicode character');
  return '';
}
