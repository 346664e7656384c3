import type { Edit, Span } from '../model.ts';

/** Takes a comment out: with its line where it stands alone, with the blanks before it where it trails. */
export function withoutComment(text: string, { start, end }: Span): readonly Edit[] {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const lineEnd = text.indexOf('\n', end);
  const isAlone = text.slice(lineStart, start).trim() === '';
  const isLast = lineEnd < 0 ? text.slice(end).trim() === '' : text.slice(end, lineEnd).trim() === '';
  if (isAlone && isLast)
    return [{ span: { start: lineStart, end: lineEnd < 0 ? text.length : lineEnd + 1 }, text: '' }];
  const before = text.slice(lineStart, start).trimEnd().length + lineStart;
  return [{ span: { start: isAlone ? start : before, end }, text: '' }];
}
