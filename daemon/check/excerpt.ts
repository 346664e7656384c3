/** What of a file is shown around a finding: few lines, bounded in width, without secrets. */
import type { Lines } from '../../engine/index.ts';
import type { Excerpt, Range } from '../report/report.ts';
import type { Masker } from './mask.ts';

const before = 1;
const after = 1;
/** A longer mark is shown by its beginning. */
const maxMarkedLines = 6;
/** Longer lines are shown around the mark, in UTF-16 units. */
const maxLineLength = 160;
/** How far beyond what is shown a secret is looked for: what is cut must not show half of one. */
const margin = 1_000;

/** The excerpt for a range of a file, whose lines are `lines`. */
export function excerptOf({ masked, mask }: Masker, lines: Lines, range: Range): Excerpt {
  const first = Math.max(1, range.start.line - before);
  const last = Math.min(range.end.line, range.start.line + maxMarkedLines - 1, lines.count - after) + after;
  const spans = Array.from({ length: last - first + 1 }, (_, index) => lines.line(first + index));
  const longest = Math.max(...spans.map(({ start, end }) => end - start));
  const isCut = longest > maxLineLength && range.start.column >= maxLineLength / 2;
  const cutColumns = isCut ? range.start.column - 1 - maxLineLength / 4 : 0;
  const shown = spans.map(({ start, end }) => {
    const from = Math.max(start, start + cutColumns - margin);
    const window = mask(masked.slice(from, Math.min(end, start + cutColumns + maxLineLength + margin)));
    const offset = start + cutColumns - from;
    return window.slice(offset, offset + maxLineLength);
  });
  while (shown.at(-1) === '' && first + shown.length - 1 > range.end.line) shown.pop();
  return { firstLine: first, cutColumns, lines: shown };
}
