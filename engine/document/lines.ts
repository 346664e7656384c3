/** A place as people count: line and column from 1, columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Lines and columns of a text, both from 1, columns in UTF-16 units. Only `\n`, `\r\n` and `\r` break lines, as in editors. */
export interface Lines {
  readonly count: number;
  /** The position of an offset; one beyond the text counts as its end. */
  position(offset: number): Position;
  /** The offset of a position; one beyond its line counts as the line's end, before the line break. */
  offset(line: number, column: number): number;
  /** The offset where a line begins and where it ends, without its break. */
  line(line: number): { readonly start: number; readonly end: number };
}

/** Finds the lines of a text once, so that each question afterwards is a binary search. */
export function createLines(text: string): Lines {
  const starts = lineStarts(text);
  const line = (number: number) => {
    const index = Math.min(Math.max(number, 1), starts.length) - 1;
    const start = starts[index]!;
    const next = starts[index + 1];
    return { start, end: next === undefined ? text.length : beforeBreak(text, next) };
  };
  return {
    count: starts.length,
    line,
    position(offset) {
      const at = Math.min(Math.max(offset, 0), text.length);
      const index = lastAtMost(starts, at);
      return { line: index + 1, column: at - starts[index]! + 1 };
    },
    offset(number, column) {
      if (number > starts.length) return text.length;
      const { start, end } = line(number);
      return Math.min(start + Math.max(column, 1) - 1, end);
    },
  };
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  if (!text.includes('\r')) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    return starts;
  }
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 10 || (unit === 13 && text.charCodeAt(at + 1) !== 10)) starts.push(at + 1);
  }
  return starts;
}

function beforeBreak(text: string, next: number): number {
  return text.charCodeAt(next - 1) === 10 && text.charCodeAt(next - 2) === 13 ? next - 2 : next - 1;
}

/** The index of the last element that is at most `value`; the first element must be. */
function lastAtMost(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (sorted[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
