/** What expressions are made of: literals, names, calls, lists, maps, messages, parentheses. */
import type { Span } from '../../model.ts';
import { readNumber } from '../number.ts';
import { Bytes } from '../value.ts';
import type { Expression, ListItem, Literal, MapEntry } from './expression.ts';
import { expandMacro } from './macro.ts';
import { expect, type Parser, peek, skip, take } from './parser.ts';
import type { Token } from './token.ts';

/** Names that the specification keeps for itself; they may name fields, never variables. */
const reserved = new Set(
  'as break const continue else for function if import let loop namespace package return var void while'.split(' '),
);
/** What is meant by words that begin a statement elsewhere. */
const statements: ReadonlyMap<string, string> = new Map([
  ['if', '; a choice is written condition ? value : other'],
  ['return', '; a rule is one expression, and its value is what it gives'],
  ['let', '; cel.bind(x, value, expression) names a value'],
  ['var', '; cel.bind(x, value, expression) names a value'],
  ['const', '; cel.bind(x, value, expression) names a value'],
  ['for', '; list.all(x, condition) and list.exists(x, condition) go through a list'],
  ['function', '; a condition on elements is written list.all(x, condition)'],
]);
/** Words before a name that begin a condition on elements elsewhere. */
const beginnings: ReadonlyMap<string, string> = new Map([
  ['some', 'list.exists(x, condition)'],
  ['any', 'list.exists(x, condition)'],
  ['every', 'list.all(x, condition)'],
  ['all', 'list.all(x, condition)'],
  ['lambda', 'list.all(x, condition)'],
]);
const constants: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

export function parsePrimary(parser: Parser): Expression {
  const token = peek(parser);
  switch (token.kind) {
    case 'int':
    case 'uint':
    case 'double':
      return parseNumber(parser);
    case 'string':
      skip(parser);
      return literal(token, token.text, 'string');
    case 'bytes':
      skip(parser);
      return literal(token, new Bytes(token.bytes ?? new Uint8Array()), 'bytes');
    case 'name':
      return parseWord(parser);
    case 'symbol':
      return parseSymbol(parser, token);
    default:
      return missing(parser, token);
  }
}

function literal(span: Span, value: Literal['value'], type: Literal['type']): Literal {
  return { kind: 'literal', span: { start: span.start, end: span.end }, value, type };
}

function parseNumber(parser: Parser): Expression {
  const sign = take(parser, '-') ? 1 : 0;
  const token = peek(parser);
  skip(parser);
  const span = { start: token.start - sign, end: token.end };
  const type = token.kind === 'uint' || token.kind === 'double' ? token.kind : 'int';
  const value = readNumber(sign === 1 ? `-${token.text}` : token.text, type);
  if (value !== null) return literal(span, value, type);
  parser.report(span, `the number is out of the range of ${type}`);
  return { kind: 'invalid', span, parts: [] };
}

function parseWord(parser: Parser): Expression {
  const token = peek(parser);
  const constant = constants.get(token.text);
  if (constant !== undefined) {
    skip(parser);
    return literal(token, constant, constant === null ? 'null' : 'bool');
  }
  if (token.text === 'in') return missing(parser, token);
  const next = peek(parser, 1);
  const before = next.kind === 'name' && next.text !== 'in' ? beginnings.get(token.text) : undefined;
  if (before !== undefined) parser.report(token, `write ${before} instead of ${token.text}`, 'lost');
  if (token.text === 'f' && next.kind === 'string' && next.start === token.end)
    parser.report(token, 'a text is put together with +, or with "…%s".format([value])', 'lost');
  if (reserved.has(token.text)) {
    const hint = statements.get(token.text) ?? '';
    parser.report(token, `"${token.text}" is reserved and cannot be a name${hint}`, 'lost');
  }
  return parseName(parser, token.start);
}

/** A name, a call, or a message with a qualified type name; `start` is before a leading dot. */
function parseName(parser: Parser, start: number): Expression {
  const token = peek(parser);
  skip(parser);
  const root = start !== token.start;
  const span = { start, end: token.end };
  if (take(parser, '(')) {
    const { args, end } = parseArguments(parser, ')');
    const call = { kind: 'call', target: null, name: token.text, nameSpan: span, args, span: { start, end } } as const;
    return expandMacro(call, parser.report);
  }
  return parseMessage(parser, span) ?? { kind: 'name', name: token.text, root, span };
}

/** `a.b.Type{`: looks ahead, since only the brace tells a type name from selections. */
function parseMessage(parser: Parser, first: Span): Expression | null {
  const names = [peek(parser, -1).text];
  let ahead = 0;
  while (peek(parser, ahead).text === '.' && peek(parser, ahead + 1).kind === 'name') {
    names.push(peek(parser, ahead + 1).text);
    ahead += 2;
  }
  const brace = peek(parser, ahead);
  if (brace.kind !== 'symbol' || brace.text !== '{') return null;
  parser.at += ahead;
  const nameSpan = { start: first.start, end: peek(parser, -1).end };
  skip(parser);
  const fields = parseSeparated(parser, '}', () => parseField(parser));
  const end = expect(parser, '}', 'a } is missing here');
  return { kind: 'message', name: names.join('.'), nameSpan, fields, span: { start: first.start, end } };
}

function parseField(parser: Parser): Expression {
  take(parser, '?');
  const name = peek(parser);
  if (name.kind === 'name' || name.kind === 'field') skip(parser);
  else parser.report(name, 'the name of a field is missing here', 'lost');
  expect(parser, ':', 'a : is missing here');
  return parser.nested(parser.expression);
}

function parseSymbol(parser: Parser, token: Token): Expression {
  switch (token.text) {
    case '-':
      return parseNumber(parser);
    case '(':
      return parseParenthesis(parser);
    case '[':
      return parseList(parser);
    case '{':
      return parseMap(parser);
    case '.':
      skip(parser);
      return peek(parser).kind === 'name' ? parseName(parser, token.start) : missing(parser, peek(parser));
    default:
      return missing(parser, token);
  }
}

function parseParenthesis(parser: Parser): Expression {
  const { start } = peek(parser);
  skip(parser);
  const inner = parser.nested(parser.expression);
  if (isSymbol(peek(parser), ','))
    parser.report({ start, end: start + 1 }, 'a list is written in brackets: [a, b]', 'lost');
  const end = expect(parser, ')', 'a ) is missing here');
  return inner.kind === 'invalid' ? inner : { ...inner, span: { start, end } };
}

function parseList(parser: Parser): Expression {
  const { start } = peek(parser);
  skip(parser);
  const items = parseSeparated(parser, ']', (): ListItem => {
    const optional = take(parser, '?');
    return { optional, value: parser.nested(parser.expression) };
  });
  const end = expect(parser, ']', 'a ] is missing here');
  return { kind: 'list', items, span: { start, end } };
}

function parseMap(parser: Parser): Expression {
  const { start } = peek(parser);
  skip(parser);
  const entries = parseSeparated(parser, '}', (): MapEntry => {
    const optional = take(parser, '?');
    const key = parser.nested(parser.expression);
    expect(parser, ':', 'a : is missing here');
    return { optional, key, value: parser.nested(parser.expression) };
  });
  const end = expect(parser, '}', 'a } is missing here');
  return { kind: 'map', entries, span: { start, end } };
}

/** The arguments of a call, whose opening parenthesis has been taken. */
export function parseArguments(
  parser: Parser,
  close: ')',
): { readonly args: readonly Expression[]; readonly end: number } {
  const args = parseSeparated(parser, close, () => parser.nested(parser.expression));
  return { args, end: expect(parser, close, `a ${close} is missing here`) };
}

/** Items between commas up to `close`, which is left. A comma may stand before it, except in the arguments of a call. */
function parseSeparated<T>(parser: Parser, close: string, parseItem: () => T): readonly T[] {
  const items: T[] = [];
  while (!isSymbol(peek(parser), close) && peek(parser).kind !== 'end') {
    const before = parser.at;
    items.push(parseItem());
    if (take(parser, ',')) {
      if (close === ')' && isSymbol(peek(parser), close)) parser.report(peek(parser), 'an argument is missing here');
      continue;
    }
    if (isSymbol(peek(parser), close) || isCloser(peek(parser))) break;
    if (peek(parser).kind === 'end') break;
    parser.report(peek(parser), `a , or ${close} is missing here`, 'lost');
    if (parser.at === before) skip(parser);
  }
  return items;
}

function isSymbol(token: Token, text: string): boolean {
  return token.kind === 'symbol' && token.text === text;
}

function isCloser(token: Token): boolean {
  return isSymbol(token, ')') || isSymbol(token, ']') || isSymbol(token, '}');
}

/** Nothing is taken, so that whoever expects this token finds it. */
function missing(parser: Parser, token: Token): Expression {
  const span = { start: token.start, end: token.end };
  const hint = token.text === '/' && token.kind === 'symbol' ? '; a pattern is a text: value.matches("…")' : '';
  parser.report(span, `an expression is missing here${hint}`, 'lost');
  return { kind: 'invalid', span: { start: token.start, end: token.start }, parts: [] };
}
