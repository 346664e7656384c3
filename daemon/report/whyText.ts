/** An evaluation as an indented tree: each part of the expression, and what it gave. */
import type { WhyNode } from '../../engine/index.ts';
import { printable, type Style } from './style.ts';

/** Lines for an expression and its parts. What was not asked, and what is plainly a name, takes no further lines. */
export function whyText(node: WhyNode, style: Style, indent: string): string {
  const head = `${indent}${painted(node.value, style)}  ${printable(node.source)}\n`;
  const parts = node.value === 'not asked' ? [] : node.parts;
  return head + parts.map((part) => whyText(part, style, `${indent}  `)).join('');
}

function painted(value: string, style: Style): string {
  const text = printable(value);
  if (value === 'true') return style.green(text);
  if (value === 'false' || value.startsWith('error: ')) return style.red(text);
  return value === 'not asked' || value === 'unknown' ? style.dim(text) : style.cyan(text);
}
