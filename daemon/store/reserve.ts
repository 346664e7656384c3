/** A file that takes up space for the day when there is none: it makes room to count what can no longer be kept. */
import { randomBytes } from 'node:crypto';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import type { Place } from './place.ts';
import { refusalOf } from './problem.ts';

/** Enough for a log's index, and for some dozen pages in the log. */
const reserveBytes = 256 * 1024;

/** Makes the reserve where there is none; where there is no space for it either, the next one to open tries again. */
export function keepReserve({ reserve }: Place): void {
  if (statSync(reserve, { throwIfNoEntry: false })?.size === reserveBytes) return;
  try {
    // Zeros might take no space.
    writeFileSync(reserve, randomBytes(reserveBytes), { mode: 0o600 });
  } catch (error) {
    if (refusalOf(error) === null) throw error;
    releaseReserve({ reserve });
  }
}

/** Gives the space up. */
export function releaseReserve({ reserve }: Pick<Place, 'reserve'>): void {
  rmSync(reserve, { force: true });
}
