/** What of a file is shown around a finding: few lines, bounded in width. Its text must be masked already. */
import type { Lines } from '../../engine/index.ts';
import type { Excerpt, Range } from '../report/report.ts';

const before = 1;
const after = 1;
/** A longer mark is shown by its beginning. */
const maxMarkedLines = 6;
/** Longer lines are shown around the mark, in UTF-16 units. */
const maxLineLength = 160;

/** The excerpt for a range of `text`, whose lines are `lines`. */
export function excerptOf(text: string, lines: Lines, range: Range): Excerpt {
  const first = Math.max(1, range.start.line - before);
  const last = Math.min(range.end.line, range.start.line + maxMarkedLines - 1) + after;
  const shown: string[] = [];
  for (let line = first; line <= Math.min(last, lines.count); line++) {
    const { start, end } = lines.line(line);
    if (start < end || line <= range.end.line) shown.push(text.slice(start, end));
  }
  const longest = Math.max(...shown.map((line) => line.length));
  const cutColumns =
    longest <= maxLineLength || range.start.column < maxLineLength / 2 ? 0 : range.start.column - 1 - maxLineLength / 4;
  return {
    firstLine: first,
    cutColumns,
    lines: shown.map((line) => line.slice(cutColumns, cutColumns + maxLineLength)),
  };
}
