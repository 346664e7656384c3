/** The marked lines of a file as a person sees them: line numbers, text, and a line under the mark. */
import type { Excerpt, Range } from './report.ts';
import { printable, type Style, widthOf } from './style.ts';

/** Lines ready to be printed, each indented by two spaces. */
export function frameOf(excerpt: Excerpt, range: Range, style: Style, paint: (text: string) => string): string[] {
  const gutter = String(excerpt.firstLine + excerpt.lines.length - 1).length;
  return excerpt.lines.flatMap((text, index) => {
    const line = excerpt.firstLine + index;
    const isMarked = line >= range.start.line && line <= lastMarkedLine(range);
    const cut = excerpt.cutColumns > 0 ? '…' : '';
    const number = String(line).padStart(gutter);
    const shown =
      `  ${isMarked ? paint(number) : style.dim(number)} ${style.dim('│')} ${cut}${printable(text)}`.trimEnd();
    // Of a mark over several lines the first is underlined; the numbers of the others are painted.
    if (line !== range.start.line) return [shown];
    const mark = markOf(text, range, excerpt.cutColumns);
    return [
      shown,
      `  ${' '.repeat(gutter)} ${style.dim('│')} ${' '.repeat(cut.length)}${mark.before}${paint(mark.carets)}`,
    ];
  });
}

function markOf(text: string, { start, end }: Range, cutColumns: number): { before: string; carets: string } {
  const from = Math.max(0, start.column - 1 - cutColumns);
  const to = start.line === end.line ? end.column - 1 - cutColumns : text.trimEnd().length;
  const width = widthOf(printable(text.slice(from, Math.max(from, to))));
  return { before: ' '.repeat(widthOf(printable(text.slice(0, from)))), carets: '^'.repeat(Math.max(1, width)) };
}

/** A range that ends at the very beginning of a line does not mark it. */
function lastMarkedLine({ start, end }: Range): number {
  return end.column === 1 && end.line > start.line ? end.line - 1 : end.line;
}
