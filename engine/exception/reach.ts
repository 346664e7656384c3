/** What a suppression governs: its own line, or the next line and what that line opens. */
import type { Document, Node, Part, Span } from '../model.ts';

/**
 * The stretch of the file that a comment governs: a trailing comment governs its line; a comment on its own line governs
 * the next line that is neither blank nor a comment and, where that line opens a mapping entry or a list item, all in it.
 */
export function reachOf(document: Document, comment: Span, comments: readonly Span[]): Span {
  const { text } = document.file;
  const lineStart = text.lastIndexOf('\n', comment.start - 1) + 1;
  if (text.slice(lineStart, comment.start).trim() !== '') return { start: lineStart, end: lineEnd(text, comment.end) };
  const start = nextLine(text, comment, comments);
  const line = { start, end: lineEnd(text, start) };
  const part = document.parts.findLast(({ offset }) => offset <= line.start);
  return part === undefined ? line : opened(part, line, text);
}

function nextLine(text: string, comment: Span, comments: readonly Span[]): number {
  let at = Math.min(text.length, lineEnd(text, comment.end) + 1);
  while (at < text.length) {
    const end = lineEnd(text, at);
    const first = at + text.slice(at, end).search(/\S/);
    const isComment = first >= at && comments.some(({ start, end: to }) => start <= first && first < to);
    if (first >= at && !isComment) return at;
    at = end + 1;
  }
  return text.length;
}

/** The line, and the whole of the outermost entry or item that begins on it (the document itself is none). */
function opened(part: Part, line: Span, text: string): Span {
  const start = line.start - part.offset;
  const end = line.end - part.offset;
  const reach = part.content.root === null ? null : outermost(part.content.root, start, end);
  return reach === null ? line : { start: line.start, end: Math.max(line.end, lineEnd(text, reach + part.offset)) };
}

function outermost(node: Node, start: number, end: number): number | null {
  if (node.kind === 'scalar' || node.span.end < start) return null;
  for (const child of childrenOf(node)) {
    if (child.end < start) continue;
    if (child.start > end) return null;
    if (child.start >= start) return child.end;
    if (child.node !== null) return outermost(child.node, start, end);
  }
  return null;
}

interface Child extends Span {
  readonly node: Node | null;
}

function childrenOf(node: Exclude<Node, { kind: 'scalar' }>): readonly Child[] {
  if (node.kind === 'list')
    return node.items.map((item) => ({ start: item.span.start, end: item.span.end, node: item }));
  return node.entries.map(({ keySpan, value }) => ({
    start: keySpan.start,
    end: Math.max(keySpan.end, value?.span.end ?? 0),
    node: value,
  }));
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}
