/** What a suppression governs: its own line, or the next line and what that line opens. */
import { nodeAt } from '../evaluation/place.ts';
import type { Document, Node, Part, Span } from '../model.ts';
import { liftResources } from '../resource/index.ts';

/**
 * The stretch of the file that a comment governs: a trailing comment governs its line; a comment on its own line governs
 * the next line that is neither blank nor a comment and, where that line opens a mapping entry or a list item, all in it.
 */
export function createReach(document: Document, comments: readonly Span[]): (comment: Span) => Span {
  const { text } = document.file;
  const next = nextLines(text, comments);
  const instructions = document.kind === 'dockerfile' ? instructionsOf(document) : [];
  return (comment) => {
    const lineStart = text.lastIndexOf('\n', comment.start - 1) + 1;
    if (text.slice(lineStart, comment.start).trim() !== '')
      return { start: lineStart, end: lineEnd(text, comment.end) };
    const start = next.get(comment) ?? text.length;
    const line = { start, end: lineEnd(text, start) };
    const instruction = instructions.find((one) => one.start >= line.start && one.start <= line.end);
    if (instruction !== undefined) return { start: line.start, end: lineEnd(text, instruction.end) };
    const part = document.parts.findLast(({ offset }) => offset <= line.start);
    return part === undefined ? line : opened(part, line, text);
  };
}

/** The instructions of a Dockerfile, with the lines that continue them, in the file's offsets. */
function instructionsOf(document: Document): readonly Span[] {
  return liftResources(document).flatMap(({ part, resources }) =>
    resources.flatMap(({ kind, path }) => {
      const span = kind === 'docker.instruction' ? nodeAt(part.content.root, path)?.span : undefined;
      return span === undefined ? [] : [{ start: span.start + part.offset, end: span.end + part.offset }];
    }),
  );
}

/** For each comment the next line that says something. Backwards, so that a long row of comments is walked once. */
function nextLines(text: string, comments: readonly Span[]): ReadonlyMap<Span, number> {
  const lines = new Map<Span, number>();
  const byStart = new Map<number, number>();
  for (const comment of comments.toReversed()) {
    const from = Math.min(text.length, lineEnd(text, comment.end) + 1);
    const first = firstWord(text, from);
    const lineStart = text.lastIndexOf('\n', first - 1) + 1;
    const line = byStart.get(first) ?? lineStart;
    lines.set(comment, line);
    byStart.set(comment.start, line);
  }
  return lines;
}

function firstWord(text: string, from: number): number {
  const word = /\S/g;
  word.lastIndex = from;
  return word.exec(text)?.index ?? text.length;
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
