/**
 * The parser of CEL: source in, tree and problems out. It never fails; where the source says nothing, the tree has an
 * `invalid` node, and the parser goes on, so that there is a tree of all of it. Nothing is told of what follows the first
 * place that could not be read.
 */
import type { Span } from '../../model.ts';
import { children, type Expression, type Invalid, type Operator } from './expression.ts';
import { foreignCondition, foreignOperators, unexpectedHint } from './foreign.ts';
import { expandMacro } from './macro.ts';
import { expect, type Parser, peek, skip, startParser, take } from './parser.ts';
import { parseArguments, parsePrimary } from './primary.ts';
import type { Token } from './token.ts';

export interface Parsed {
  readonly root: Expression;
  readonly problems: readonly ParseProblem[];
  /** From where on nothing is certain: the first place that could not be read. Null where all was. */
  readonly lost: number | null;
}
interface ParseProblem {
  readonly span: Span;
  readonly message: string;
}

/** The longest source that is read, in UTF-16 units. */
const maxLength = 100_000;
/** The deepest tree that is accepted. */
const maxDepth = 500;

export function parse(source: string): Parsed {
  if (source.length > maxLength) return refuse(source, `the expression is longer than ${maxLength} characters`);
  const parser = startParser(source, parseExpression);
  if (peek(parser).kind === 'end') return refuse(source, 'an expression is missing here');
  const root = parseWhole(parser);
  const tooDeep = parser.problems.length === 0 && depthOf(root) > maxDepth;
  if (tooDeep) return refuse(source, `the expression is nested deeper than ${maxDepth}`);
  const places = parser.problems.flatMap(({ span, recovery }) => (recovery === 'lost' ? [span.start] : []));
  const lost = places.length === 0 ? null : Math.min(...places);
  return { root, lost, problems: parser.problems.filter(({ span }) => lost === null || span.start <= lost) };
}

function refuse(source: string, message: string): Parsed {
  const span = { start: 0, end: source.length };
  return { root: { kind: 'invalid', span, parts: [] }, problems: [{ span, message }], lost: 0 };
}

/** Reads to the end of the source; what stands after a complete expression is a problem, and is read for more of them. */
function parseWhole(parser: Parser): Expression {
  const root = parseExpression(parser);
  const parts = [root];
  while (peek(parser).kind !== 'end') {
    const extra = peek(parser);
    const hint = extra.kind === 'name' ? unexpectedHint(extra, peek(parser, -1)) : '';
    parser.report(extra, `${describe(extra.text)} is not expected here${hint}`, 'lost');
    skip(parser);
    while (isBetween(peek(parser))) skip(parser);
    if (peek(parser).kind !== 'end') parts.push(parseExpression(parser));
  }
  if (parts.length === 1) return root;
  return { kind: 'invalid', span: { start: root.span.start, end: peek(parser).start }, parts };
}

/** Whether a token can only stand after an expression. */
function isBetween({ kind, text }: Token): boolean {
  return kind === 'symbol' && !['!', '-', '(', '[', '{', '.'].includes(text);
}

function describe(text: string): string {
  return text === '' ? 'this' : JSON.stringify(text);
}

function parseExpression(parser: Parser): Expression {
  const condition = parseLogical(parser, '||');
  const { start } = peek(parser);
  if (!take(parser, '?')) return condition;
  const turned = foreignCondition(peek(parser), start);
  const positive = parseLogical(parser, '||');
  if (turned !== null && peek(parser).text !== ':') parser.report({ start, end: start + 2 }, turned, 'lost');
  expect(parser, ':', 'the other case is missing: condition ? value : other');
  const negative = parser.nested(parseExpression);
  return {
    kind: 'conditional',
    span: { start: condition.span.start, end: negative.span.end },
    condition,
    positive,
    negative,
  };
}

function parseLogical(parser: Parser, operator: '&&' | '||'): Expression {
  const parseOperand = () => (operator === '||' ? parseLogical(parser, '&&') : parseBinary(parser, 0));
  const first = parseOperand();
  const operands = [first];
  let isGuessed = false;
  for (;;) {
    const isWord = takeWord(parser, operator);
    if (!isWord && !take(parser, operator)) break;
    isGuessed ||= isWord;
    operands.push(parseOperand());
  }
  const last = operands.at(-1) ?? first;
  if (operands.length === 1) return first;
  const span = { start: first.span.start, end: last.span.end };
  return isGuessed ? guessed(span, operands) : { kind: 'logical', operator, operands, span };
}

/** What stands around an operator of another language is checked by itself, and not by an operator that nobody wrote. */
function guessed(span: Span, parts: readonly Expression[]): Invalid {
  return { kind: 'invalid', span, parts };
}

/** `and` and `or`, as other languages write them: no name can stand there, so that what follows is read as it was meant. */
function takeWord(parser: Parser, operator: '&&' | '||'): boolean {
  const token = peek(parser);
  const word = operator === '&&' ? 'and' : 'or';
  if (token.kind !== 'name' || token.text.toLowerCase() !== word) return false;
  parser.report(token, `write ${operator} instead of ${token.text}`);
  skip(parser);
  return true;
}

const levels: readonly ReadonlySet<string>[] = [
  new Set(['==', '!=', '<', '<=', '>', '>=', 'in']),
  new Set(['+', '-']),
  new Set(['*', '/', '%']),
];

function parseBinary(parser: Parser, level: number): Expression {
  if (level === levels.length) return parseUnary(parser);
  let left = parseBinary(parser, level + 1);
  for (;;) {
    const token = peek(parser);
    const operator = operatorAt(parser, level);
    if (operator === null) return left;
    const { end } = peek(parser, -1);
    const right = parseBinary(parser, level + 1);
    const span = { start: left.span.start, end: right.span.end };
    if (operator === 'foreign') {
      left = guessed(span, [left, right]);
      continue;
    }
    left = {
      kind: 'operation',
      operator,
      operatorSpan: { start: token.start, end },
      operands: [left, right],
      span,
    };
  }
}

/** Takes an operator of a level, also one that is a word in other languages, which is reported. */
function operatorAt(parser: Parser, level: number): Operator | 'foreign' | null {
  const token = peek(parser);
  if (token.kind !== 'symbol' && token.kind !== 'name') return null;
  if (levels[level]?.has(token.text)) {
    skip(parser);
    return token.text as Operator;
  }
  if (token.kind === 'symbol' || level !== 0) return null;
  const next = peek(parser, 1);
  const pair = foreignOperators.get(`${token.text} ${next.text}`.toLowerCase());
  const meant = pair ?? foreignOperators.get(token.text.toLowerCase());
  if (meant === undefined) return null;
  const [text, end] = pair === undefined ? [token.text, token.end] : [`${token.text} ${next.text}`, next.end];
  parser.report({ start: token.start, end }, `write ${meant} instead of ${text}`);
  parser.at += pair === undefined ? 1 : 2;
  return 'foreign';
}

function parseUnary(parser: Parser): Expression {
  const token = peek(parser);
  const next = peek(parser, 1);
  if (token.kind === 'name' && token.text === 'not' && next.kind === 'name' && next.text !== 'in') {
    parser.report(token, 'write ! instead of not');
    skip(parser);
    return parser.nested(parseUnary);
  }
  if (token.kind !== 'symbol' || (token.text !== '!' && token.text !== '-')) return parseMember(parser);
  if (token.text === '-' && (next.kind === 'int' || next.kind === 'double')) return parseMember(parser);
  skip(parser);
  const operand = parser.nested(parseUnary);
  return {
    kind: 'operation',
    operator: token.text === '!' ? '!' : 'negate',
    operatorSpan: { start: token.start, end: token.end },
    operands: [operand],
    span: { start: token.start, end: operand.span.end },
  };
}

function parseMember(parser: Parser): Expression {
  let operand = parsePrimary(parser);
  for (;;) {
    const start = operand.span.start;
    if (take(parser, '.')) operand = parseSelect(parser, operand);
    else if (take(parser, '[')) operand = parseIndex(parser, operand);
    else return operand;
    if (operand.span.start !== start) return operand;
  }
}

function parseSelect(parser: Parser, operand: Expression): Expression {
  const optional = take(parser, '?');
  const token = peek(parser);
  const start = operand.span.start;
  if (token.kind !== 'name' && token.kind !== 'field') {
    parser.report(token, 'the name of a field is missing after the dot', 'lost');
    return invalid({ start, end: token.start }, [operand]);
  }
  skip(parser);
  const fieldSpan = { start: token.start, end: token.end };
  if (token.kind === 'field' || optional || peek(parser).text !== '(' || peek(parser).kind !== 'symbol') {
    return { kind: 'select', operand, field: token.text, fieldSpan, optional, span: { start, end: token.end } };
  }
  skip(parser);
  const { args, end } = parseArguments(parser, ')');
  return expandMacro(
    { kind: 'call', target: operand, name: token.text, nameSpan: fieldSpan, args, span: { start, end } },
    parser.report,
  );
}

function parseIndex(parser: Parser, operand: Expression): Expression {
  const optional = take(parser, '?');
  const index = parser.nested(parseExpression);
  const swallowed = numberWithField(index);
  if (swallowed !== null) {
    const message = take(parser, ']') ? 'the ] belongs here' : 'a ] is missing here';
    parser.report({ start: swallowed, end: swallowed }, message, 'lost');
    return invalid({ start: operand.span.start, end: swallowed }, [operand]);
  }
  const end = expect(parser, ']', 'a ] is missing here');
  return { kind: 'index', operand, index, optional, span: { start: operand.span.start, end } };
}

/** Where a number ends of which a field is asked: the field is one of the element, as in `ports[0.containerPort > 1`. */
function numberWithField(index: Expression): number | null {
  let first = index;
  let isSelected = false;
  for (;;) {
    if (first.kind === 'literal') return isSelected && first.type === 'int' ? first.span.end : null;
    isSelected = first.kind === 'select';
    const next = first.kind === 'select' ? first.operand : 'operands' in first ? first.operands[0] : undefined;
    if (next === undefined) return null;
    first = next;
  }
}

function invalid(span: Span, parts: readonly Expression[]): Invalid {
  return { kind: 'invalid', span, parts };
}

/** Counted with a list of its own, since a long chain (`a + a + …`) is deep without having been nested. */
function depthOf(root: Expression): number {
  let depth = 0;
  for (let level: readonly Expression[] = [root]; level.length > 0; level = level.flatMap(children)) depth++;
  return depth;
}
