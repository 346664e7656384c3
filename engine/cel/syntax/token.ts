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

/** Whether what follows a mistake can still be read as it was meant. */
export type Recovery = 'resumes' | 'lost';
/** Without a recovery, reading resumes. */
export type Report = (span: Span, message: string, recovery?: Recovery) => void;

/** The tokens of a source, ended by one of kind `end`. */
export function tokenize(source: string, report: Report): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = skipSpace(source, 0); at < source.length; at = skipSpace(source, at)) {
    const token = readToken(source, at, report);
    at = token === null ? readUnknown(source, at, tokens, report) : token.end;
    if (token !== null) tokens.push(token);
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
  const code = source.charCodeAt(at);
  return code <= 0x20 || code === 0x2f ? at + (matchAt(space, source, at)?.[0].length ?? 0) : at;
}

/** The first character says what may begin. */
function readToken(source: string, start: number, report: Report): Token | null {
  const first = source[start] ?? '';
  if ('"\'rRbB'.includes(first)) {
    const opening = matchAt(quote, source, start);
    if (opening !== null) return readString(source, start, opening, report);
  }
  if (/[A-Za-z_`]/.test(first)) return readWord(source, start);
  if (/[0-9.]/.test(first)) return readNumber(source, start) ?? readSymbol(source, start);
  return readForeign(source, start, report) ?? readSymbol(source, start);
}

function readString(source: string, start: number, opening: RegExpExecArray, report: Report): Token {
  const { value, end } = readQuoted(source, start, { prefix: opening[1] ?? '', quote: opening[2] ?? '' }, report);
  return typeof value === 'string'
    ? { kind: 'string', text: value, start, end }
    : { kind: 'bytes', text: '', bytes: value, start, end };
}

/** What is no token; half an operator is read as the whole one, so that the rest can still be understood. */
function readUnknown(source: string, start: number, tokens: Token[], report: Report): number {
  const character = String.fromCodePoint(source.codePointAt(start) ?? 0);
  const end = start + character.length;
  const text = halves.get(character);
  const hint = others.get(character) ?? '';
  if (text === undefined) report({ start, end }, `unexpected character ${JSON.stringify(character)}${hint}`, 'lost');
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

const others: ReadonlyMap<string, string> = new Map([
  [';', '; nothing ends an expression'],
  ['#', '; a comment begins with //'],
  ['“', '; a text stands in plain quotes: "…"'],
  ['”', '; a text stands in plain quotes: "…"'],
  ['‘', "; a text stands in plain quotes: '…'"],
  ['’', "; a text stands in plain quotes: '…'"],
]);

/** An operator of other languages is read as the one that is meant. */
function readForeign(source: string, start: number, report: Report): Token | null {
  const found = matchAt(foreign, source, start);
  const meant = found === null ? undefined : operators.get(found[0]);
  if (found === null || meant === undefined) return null;
  const end = start + found[0].length;
  report({ start, end }, `write ${meant.write} instead of ${found[0]}`);
  return { kind: 'symbol', text: meant.text, start, end };
}

const foreign = /===|!==|<>|=<|:=|=~|!~|=>|->|::/y;
const operators: ReadonlyMap<string, { readonly text: string; readonly write: string }> = new Map([
  ['===', { text: '==', write: '==' }],
  ['!==', { text: '!=', write: '!=' }],
  ['<>', { text: '!=', write: '!=' }],
  [':=', { text: '==', write: '==' }],
  ['=<', { text: '<=', write: '<=' }],
  ['=~', { text: '==', write: 'value.matches(pattern)' }],
  ['!~', { text: '!=', write: '!value.matches(pattern)' }],
  ['=>', { text: ',', write: 'a comma' }],
  ['->', { text: '.', write: '.' }],
  ['::', { text: '.', write: '.' }],
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
