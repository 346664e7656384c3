import type { Span } from './model.ts';

/** Stands for one UTF-16 unit of what must not be seen. */
const dot = '•';

/**
 * The text with every character in the spans replaced by a dot, so that offsets, lines and columns stay what they are.
 * Spans may come in any order, overlap, and reach beyond the text.
 */
export function mask(text: string, spans: readonly Span[]): string {
  const pieces: string[] = [];
  let from = 0;
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    const begin = Math.max(from, start);
    const stop = Math.min(end, text.length);
    if (begin >= stop) continue;
    pieces.push(text.slice(from, begin), text.slice(begin, stop).replace(/[^\r\n]/g, dot));
    from = stop;
  }
  return pieces.join('') + text.slice(from);
}
