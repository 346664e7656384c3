/** "Did you mean": the known name that is nearest to a misspelt one. */
import type { Declarations, Local } from './scope.ts';

/** ` (did you mean "x"?)`, or nothing where no name is near. */
export function suggest(wrong: string, names: Iterable<string>): string {
  let best: string | null = null;
  let least = Math.min(3, Math.floor(wrong.length / 3) + 1) + 1;
  for (const name of names) {
    const distance = distanceWithin(wrong.toLowerCase(), name.toLowerCase(), least);
    if (distance < least && name !== wrong) {
      best = name;
      least = distance;
    }
  }
  return best === null ? '' : ` (did you mean "${best}"?)`;
}

/** The same for a variable; one that is the field of another is meant rather than one that is merely near. */
export function suggestVariable({ variables }: Declarations, locals: Local | null, wrong: string): string {
  const declared = Object.entries(variables);
  const holder = declared.find(([, type]) => type.kind === 'object' && Object.hasOwn(type.fields, wrong));
  if (holder !== undefined) return ` (did you mean "${holder[0]}.${wrong}"?)`;
  const names = declared.map(([name]) => name);
  for (let local = locals; local !== null; local = local.outer) names.push(local.name);
  return suggest(wrong, names);
}

/** The number of edits (insert, delete, replace, swap neighbours) from one text to the other, or `limit` if not fewer. */
function distanceWithin(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) >= limit || left.length > 100) return limit;
  let before: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      current[column] = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[column - 2] ?? 0) + 1 : limit,
      );
    }
    before = previous;
    previous = current;
  }
  return Math.min(previous[right.length] ?? limit, limit);
}
