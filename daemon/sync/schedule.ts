/** When the next round is: spread out, so that a thousand devices do not ask at once, and rarer while nothing works. */

const intervalMs = 60_000;
const firstRetryMs = 5_000;
const longestRetryMs = 900_000;

/**
 * Milliseconds to the next round. `failures` counts rounds that failed in a row; `chance` is between 0 and 1. A round that
 * went well is followed by 48 to 72 seconds, a failure by half to all of a time that doubles up to a quarter of an hour.
 */
export function pauseMs({ failures, chance }: { readonly failures: number; readonly chance: number }): number {
  if (failures === 0) return Math.round(intervalMs * (0.8 + 0.4 * chance));
  const longest = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(failures - 1, 20));
  return Math.round(longest * (0.5 + 0.5 * chance));
}
