/** Where the parser stands: tokens, position, problems and limits. */
import type { Span } from '../../model.ts';
import type { Expression } from './expression.ts';
import { type Recovery, type Report, type Token, tokenize } from './token.ts';

export interface Parser {
  readonly tokens: readonly Token[];
  readonly problems: { readonly span: Span; readonly message: string; readonly recovery: Recovery }[];
  at: number;
  depth: number;
  /** Reports a problem, unless one has been reported at the same place, or too many already. */
  readonly report: Report;
  /** Parses one level deeper; too deep a source is given up, with a problem. */
  nested(rule: (parser: Parser) => Expression): Expression;
  /** The rule of a whole expression. */
  readonly expression: (parser: Parser) => Expression;
}

const maxProblems = 20;
/** Nesting of brackets and prefixes; a bound on the parser's own stack. */
const maxNesting = 250;

export function startParser(source: string, expression: (parser: Parser) => Expression): Parser {
  const problems: Parser['problems'] = [];
  const report: Report = ({ start, end }, message, recovery = 'resumes') => {
    if (problems.length < maxProblems && !problems.some((problem) => problem.span.start === start)) {
      problems.push({ span: { start, end }, message, recovery });
    }
  };
  const parser: Parser = {
    tokens: tokenize(source, report),
    problems,
    at: 0,
    depth: 0,
    report,
    expression,
    nested: (rule) => parseNested(parser, rule),
  };
  return parser;
}

export function peek(parser: Parser, ahead = 0): Token {
  return parser.tokens[parser.at + ahead] ?? (parser.tokens.at(-1) as Token);
}

export function skip(parser: Parser): void {
  if (parser.at < parser.tokens.length - 1) parser.at++;
}

/** Whether the next token is this symbol; if so, it is taken. */
export function take(parser: Parser, symbol: string): boolean {
  const token = peek(parser);
  if (token.kind !== 'symbol' || token.text !== symbol) return false;
  skip(parser);
  return true;
}

/** Takes a symbol that must come next, or reports that it is missing. Returns where it, or what stands before it, ends. */
export function expect(parser: Parser, symbol: string, message: string): number {
  const token = peek(parser);
  if (take(parser, symbol)) return token.end;
  parser.report(token, message, 'lost');
  return parser.tokens[parser.at - 1]?.end ?? token.start;
}

function parseNested(parser: Parser, rule: (parser: Parser) => Expression): Expression {
  if (parser.depth < maxNesting) {
    parser.depth++;
    const inner = rule(parser);
    parser.depth--;
    return inner;
  }
  const { start, end } = peek(parser);
  parser.report({ start, end }, `the expression is nested deeper than ${maxNesting}`);
  parser.at = parser.tokens.length - 1;
  return { kind: 'invalid', span: { start, end }, parts: [] };
}
