/** Asking until something is so: no test waits for a time to pass. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

const pauseMs = 10;
/** Longer than a loaded machine takes for anything that a test waits for. */
const patienceMs = 60_000;

/** Polls until there is something, and answers that. Gives up long after it should have come about. */
export async function until<T>(look: () => T | Promise<T>): Promise<Exclude<T, null | undefined | false>> {
  for (const end = performance.now() + patienceMs; ; await sleep(pauseMs)) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found as Exclude<T, null | undefined | false>;
    assert.ok(performance.now() < end, `it has not come about: ${look}`);
  }
}
