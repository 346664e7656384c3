/** Asking until something is so: no test waits for a time to pass. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

const pauseMs = 10;
/** Longer than a loaded machine takes for anything that a test waits for. */
const patienceMs = 60_000;

/** Polls, and gives up long after it should have happened. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + patienceMs; !(await isSo()); await sleep(pauseMs))
    assert.ok(performance.now() < end, `it has not come about: ${isSo}`);
}
