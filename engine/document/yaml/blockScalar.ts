import type { Value } from '../../model.ts';
import { Unknown } from '../../model.ts';
import { scalarNode } from '../node.ts';
import { touchesTemplate } from '../template.ts';
import { type Cursor, isEnd, type Placed, pipe, skipSpaces, tab } from './cursor.ts';

/**
 * Reads the block scalar at the cursor (`|`, `>`, `|-`, `>-`), whose lines stand further right than `column`. Null for
 * all that is rarer: other indicators, lines of white space that are longer than the indentation, no content.
 */
export function readBlockScalar(cursor: Cursor, column: number): Placed | null {
  const { text, at: start } = cursor;
  header.lastIndex = start;
  if (!header.test(text)) return null;
  const body = header.lastIndex;
  const indent = indentOf(text, body);
  if (indent <= column) return null;
  const lines = linesOf(text, body, indent);
  if (lines === null) return null;
  const last = lines.end;
  const end = Math.min(last + 1, text.length);
  cursor.at = last;
  cursor.scalars.push({ start: body, end });
  const isLiteral = text.charCodeAt(start) === pipe;
  const isStripped = body - start > 2;
  const content = isLiteral ? lines.contents.join('\n') : folded(lines.contents);
  if (content === null) return null;
  const value: Value = touchesTemplate(cursor.templates, start, end)
    ? new Unknown('a template')
    : isStripped
      ? content
      : `${content}\n`;
  return { node: scalarNode(start, last), value };
}

const header = /[|>]-?\n/y;

/** The column of the first line that is not blank. */
function indentOf(text: string, from: number): number {
  for (let line = from; ; ) {
    const at = skipSpaces(text, line);
    if (!isEnd(text.charCodeAt(at))) return at - line;
    if (at >= text.length) return -1;
    line = at + 1;
  }
}

interface Lines {
  /** Without their indentation; without the blank ones at the end. */
  readonly contents: string[];
  /** Where the last of them ends. */
  readonly end: number;
}

function linesOf(text: string, from: number, indent: number): Lines | null {
  const contents: string[] = [];
  let count = 0;
  let end = from;
  for (let line = from; line < text.length; ) {
    const at = skipSpaces(text, line);
    const isEmpty = isEnd(text.charCodeAt(at));
    if (isEmpty && (at - line > indent || at >= text.length)) return null;
    if (!isEmpty && at - line < indent) break;
    const feed = text.indexOf('\n', at);
    const stop = feed < 0 ? text.length : feed;
    contents.push(isEmpty ? '' : text.slice(line + indent, stop));
    if (!isEmpty) {
      count = contents.length;
      end = stop;
    }
    line = stop + 1;
  }
  contents.length = count;
  return { contents, end };
}

/** Lines as one where no blank line is between them; null where one is indented further, and so stands by itself. */
function folded(lines: readonly string[]): string | null {
  let text = '';
  let breaks = 0;
  for (const [index, line] of lines.entries()) {
    if (line === '') {
      breaks++;
      continue;
    }
    if (line.startsWith(' ') || line.charCodeAt(0) === tab) return null;
    text += index === 0 ? line : breaks === 0 ? ` ${line}` : '\n'.repeat(breaks) + line;
    breaks = 0;
  }
  return text;
}
