/** The lexer of CEL. Never fails: what is no token becomes a problem and is left out. */
import type { Span } from '../../model.ts';
import { readQuoted } from './quoted.ts';

export interface Token {
  /** `field`: the name of a field in backticks. */
  readonly kind: 'name' | 'field' | 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'symbol' | 'end';
  /** What the token says; empty at the end, and for bytes. */
  readonly text: string;
  readonly bytes?: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export type Report = (span: Span, message: string) => void;

/** The tokens of a source, ended by one of kind `end`. */
export function tokenize(source: string, report: Report): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    at = skipSpace(source, at);
    if (at >= source.length) break;
    at = readToken(source, at, tokens, report);
  }
  tokens.push({ kind: 'end', text: '', start: source.length, end: source.length });
  return tokens;
}

const space = /(?:[ \t\r\n\f]+|\/\/[^\n]*)+/y;
const quote = /([rR]?[bB]?|[bB][rR])("""|'''|"|')/y;
const name = /[A-Za-z_][A-Za-z0-9_]*/y;
const field = /`([A-Za-z0-9_.\-/ ]+)`/y;
const number = /0[xX][0-9a-fA-F]+[uU]?|(?:\d+\.\d+|\.\d+)(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\d+[uU]?/y;
const symbol = /&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()[\]{}]/y;

function skipSpace(source: string, at: number): number {
  return at + (matchAt(space, source, at)?.[0].length ?? 0);
}

/** Reads one token into `tokens`; returns where it ends. */
function readToken(source: string, start: number, tokens: Token[], report: Report): number {
  const opening = matchAt(quote, source, start);
  if (opening !== null) {
    const read = readQuoted(source, start, { prefix: opening[1] ?? '', quote: opening[2] ?? '' }, report);
    tokens.push(
      typeof read.value === 'string'
        ? { kind: 'string', text: read.value, start, end: read.end }
        : { kind: 'bytes', text: '', bytes: read.value, start, end: read.end },
    );
    return read.end;
  }
  const token = readWord(source, start) ?? readNumber(source, start) ?? readSymbol(source, start);
  if (token !== null) {
    tokens.push(token);
    return token.end;
  }
  return readUnknown(source, start, tokens, report);
}

/** What is no token; half an operator is read as the whole one, so that the rest can still be understood. */
function readUnknown(source: string, start: number, tokens: Token[], report: Report): number {
  const character = String.fromCodePoint(source.codePointAt(start) ?? 0);
  const end = start + character.length;
  const text = halves.get(character);
  if (text === undefined) report({ start, end }, `unexpected character ${JSON.stringify(character)}`);
  else {
    report({ start, end }, `write ${text} instead of ${character}`);
    tokens.push({ kind: 'symbol', text, start, end });
  }
  return end;
}

const halves: ReadonlyMap<string, string> = new Map([
  ['=', '=='],
  ['&', '&&'],
  ['|', '||'],
]);

function readWord(source: string, start: number): Token | null {
  const word = matchAt(name, source, start);
  if (word !== null) return { kind: 'name', text: word[0], start, end: start + word[0].length };
  const quoted = matchAt(field, source, start);
  return quoted === null ? null : { kind: 'field', text: quoted[1] ?? '', start, end: start + quoted[0].length };
}

function readNumber(source: string, start: number): Token | null {
  const found = matchAt(number, source, start);
  if (found === null) return null;
  const text = found[0];
  const hex = /^0[xX]/.test(text);
  const kind = /[uU]$/.test(text) ? 'uint' : !hex && /[.eE]/.test(text) ? 'double' : 'int';
  return { kind, text, start, end: start + text.length };
}

function readSymbol(source: string, start: number): Token | null {
  const found = matchAt(symbol, source, start);
  return found === null ? null : { kind: 'symbol', text: found[0], start, end: start + found[0].length };
}

function matchAt(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(source);
}
