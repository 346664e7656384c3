/** What each word of an expression is, for colours that know more than a grammar. */
import type { Span } from '../../model.ts';
import type { Environment } from '../index.ts';
import type { Expression } from '../syntax/expression.ts';
import { tokenize } from '../syntax/token.ts';
import { analyse } from './analysis.ts';
import { all } from './describe.ts';

export type TokenKind =
  | 'variable'
  | 'parameter'
  | 'property'
  | 'function'
  | 'method'
  | 'macro'
  | 'string'
  | 'number'
  | 'keyword'
  | 'operator';

export interface SemanticToken {
  readonly span: Span;
  readonly kind: TokenKind;
}

/** The tokens of an expression, in order, none touching another. */
export function semanticTokens(source: string, environment: Environment): readonly SemanticToken[] {
  const { root, notes } = analyse(source, environment);
  const named = new Map<number, TokenKind>();
  for (const node of all(root)) for (const [span, kind] of wordsOf(node, notes.calls)) named.set(span.start, kind);
  for (const variable of notes.slots.keys()) named.set(variable.span.start, 'parameter');
  for (const node of all(root)) {
    const to = node.kind === 'name' ? notes.references.get(node) : undefined;
    if (to?.kind === 'slot' && !Object.hasOwn(environment.variables, to.name)) named.set(node.span.start, 'parameter');
  }
  return tokenize(source, () => undefined).flatMap(({ kind, text, start, end }) => {
    const found = named.get(start) ?? plainKind(kind, text);
    return found === null || end === start ? [] : [{ span: { start, end }, kind: found }];
  });
}

function wordsOf(node: Expression, calls: ReadonlyMap<Expression, unknown>): readonly (readonly [Span, TokenKind])[] {
  switch (node.kind) {
    case 'name':
      return [[node.span, 'variable']];
    case 'select':
      return [[node.fieldSpan, 'property']];
    case 'call':
      return [[node.nameSpan, node.target === null || !calls.has(node) ? 'function' : 'method']];
    case 'comprehension':
      return [[node.macroSpan, 'macro']];
    default:
      return [];
  }
}

function plainKind(kind: string, text: string): TokenKind | null {
  if (kind === 'string' || kind === 'bytes') return 'string';
  if (kind === 'int' || kind === 'uint' || kind === 'double') return 'number';
  if (kind === 'name') return ['true', 'false', 'null', 'in'].includes(text) ? 'keyword' : 'macro';
  return kind === 'symbol' && /[-+*/%<>=!&|?]/.test(text) ? 'operator' : null;
}
