/** When the next round is: spread out over time, so that a fleet does not come at once, and rarer while nothing works. */
import { setTimeout as wait } from 'node:timers/promises';

const intervalMs = 48_000;
/** Two thousand devices that tell the hub what they have taken in come to 330 a second. */
const tellWithinMs = 6_000;
const firstRetryMs = 5_000;
const longestRetryMs = 900_000;
/** With the time until a request is given up (30 s), within a minute of the hub's return. */
const longestAwayMs = 20_000;

export interface Standing {
  /** Rounds that failed in a row. */
  readonly failures: number;
  /** Whether the hub could not be reached: it has no work with being looked for. */
  readonly isAway: boolean;
  /** How long the hub asks to wait; null where it does not. */
  readonly retryAfterMs: number | null;
  /** Between 0 and 1. */
  readonly chance: number;
}

/**
 * Milliseconds to the next round. A round that went well is followed by 40 to 56 seconds, a failure by half to all of a time
 * that doubles: up to a quarter of an hour where the hub answers, and up to 20 seconds where it does not. What a hub asks for
 * it gets, up to a quarter of an hour too, and half as long again by chance: it asks all of its devices for the same.
 */
export function pauseMs({ failures, isAway, retryAfterMs, chance }: Standing): number {
  if (failures === 0) return Math.round(intervalMs * (5 / 6 + chance / 3));
  const longest = Math.min(isAway ? longestAwayMs : longestRetryMs, firstRetryMs * 2 ** Math.min(failures - 1, 20));
  const asked = Math.min(longestRetryMs, retryAfterMs ?? 0);
  return Math.round(Math.max(longest * (0.5 + 0.5 * chance), asked * (1 + 0.5 * chance)));
}

/** Milliseconds until a device tells the hub which policies it has taken in: soon, and not all at once. */
export function tellAfterMs(chance: number): number {
  return Math.round(tellWithinMs * chance);
}

/** So many milliseconds, or until the signal: whoever aborts knows why. */
export async function sleepUntil(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}
