/** What two texts share at their ends, in UTF-16 units. Whole stretches are compared at once: texts are long and differ in little. */

const stretch = 1_024;

/** The length of the longest beginning that both have. */
export function commonPrefix(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let same = 0;
  while (same + stretch <= most && a.slice(same, same + stretch) === b.slice(same, same + stretch)) same += stretch;
  while (same < most && a.charCodeAt(same) === b.charCodeAt(same)) same++;
  return same;
}

/** The length of the longest end that both have, behind their first `front` units. */
export function commonSuffix(a: string, b: string, front: number): number {
  const most = Math.min(a.length, b.length) - front;
  const endOf = (text: string, same: number): string => text.slice(text.length - same - stretch, text.length - same);
  let same = 0;
  while (same + stretch <= most && endOf(a, same) === endOf(b, same)) same += stretch;
  while (same < most && a.charCodeAt(a.length - 1 - same) === b.charCodeAt(b.length - 1 - same)) same++;
  return same;
}
