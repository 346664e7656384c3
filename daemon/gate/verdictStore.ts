/** Verdicts by key, as a gate knows and keeps them: those that are new are written once nobody waits for an answer. */
import type { Store } from '../store/store.ts';

/** What a gate asks. */
export type VerdictStore = Pick<Store, 'verdicts'>;

export interface NewVerdicts extends VerdictStore {
  /** Known at once, written later. */
  keep(made: ReadonlyMap<string, string>): void;
  /** Writes what waits. */
  write(): void;
}

export interface NewVerdictsOptions {
  readonly store: Pick<Store, 'verdicts' | 'putVerdicts'>;
  /** Calls back a moment later; returns how to take that back. */
  readonly later: (work: () => void) => () => void;
}

/** So many at most wait: a moment that nobody uses may not come for long. */
const maxWaiting = 4_000;

export function createNewVerdicts({ store, later }: NewVerdictsOptions): NewVerdicts {
  let waiting = new Map<string, string>();
  let cancel = (): void => {};

  function write(): void {
    cancel();
    const written = waiting;
    waiting = new Map();
    // What the store does not take is judged once more.
    if (written.size > 0) store.putVerdicts(written);
  }

  return {
    verdicts(keys) {
      const others = keys.filter((key) => !waiting.has(key));
      const found = others.length === 0 ? new Map<string, string>() : store.verdicts(others);
      for (const key of keys) {
        const verdict = waiting.get(key);
        if (verdict !== undefined) found.set(key, verdict);
      }
      return found;
    },
    keep(made) {
      if (made.size === 0) return;
      for (const [key, verdict] of made) waiting.set(key, verdict);
      cancel();
      if (waiting.size > maxWaiting) write();
      else cancel = later(write);
    },
    write,
  };
}
