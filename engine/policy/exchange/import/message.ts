/** The expression of a message as Kerb's text with CEL in braces. */
import type { Expression } from '../../../cel/syntax/expression.ts';
import { parse } from '../../../cel/syntax/parse.ts';
import { escaped } from './draft.ts';

/** `"pod " + object.metadata.name` becomes `pod {self.metadata.name}`. The expression is in Kerb's words already. */
export function messageOf(source: string): string {
  const { root, problems } = parse(source);
  if (problems.length > 0) return `{${source}}`;
  return summandsOf(root)
    .map((part) => pieceOf(part, source))
    .join('');
}

function summandsOf(node: Expression): readonly Expression[] {
  return node.kind === 'operation' && node.operator === '+' ? node.operands.flatMap(summandsOf) : [node];
}

function pieceOf(node: Expression, source: string): string {
  if (node.kind === 'literal' && typeof node.value === 'string') return escaped(node.value);
  // What stands in braces is made a text anyway.
  const [only] = node.kind === 'call' && node.name === 'string' && node.target === null ? node.args : [];
  const { start, end } = (only ?? node).span;
  return `{${source.slice(start, end)}}`;
}
