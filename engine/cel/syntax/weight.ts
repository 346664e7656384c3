/** The static cost of expressions: how many steps one evaluation takes at most, rounds of macros aside. */
import { children, type Expression } from './expression.ts';

/** One for each node; what a macro does in its rounds is paid for round by round. */
export function weightOf(node: Expression): number {
  const inner = node.kind === 'comprehension' ? [node.range] : children(node);
  return inner.reduce((sum, child) => sum + weightOf(child), 1);
}
