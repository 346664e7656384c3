/** How often decisions of this device rested on an exception: some may be used a few times only. */
import * as z from 'zod';
import type { KeyedTable } from './keyedTable.ts';
import type { Refusal } from './problem.ts';
import type { Store } from './store.ts';

/** An approved exception that a decision rests on. */
export interface ExceptionUse {
  readonly id: string;
  /** How often it may be used; null where nobody counts. */
  readonly most: number | null;
}

const key = 'exceptionUses';
const counts = z.record(z.string(), z.int().min(1));

/** Decisions that passed, by the exception's id. */
export function usesOf(store: Pick<Store, 'state'>): ReadonlyMap<string, number> {
  return read(store.state(key));
}

/**
 * Counts the uses of one decision, in the transaction that keeps it. Refuses where another decision has used an exception up
 * since this one was judged.
 */
export function countUses(state: Pick<KeyedTable, 'get' | 'put'>, uses: readonly ExceptionUse[]): Refusal | null {
  if (uses.length === 0) return null;
  const known = read(state.get(key));
  for (const { id, most } of uses) {
    const count = (known.get(id) ?? 0) + 1;
    if (most !== null && count > most)
      return { kind: 'refused', reason: 'used', message: `the exception ${id} was used for the last time meanwhile` };
    known.set(id, count);
  }
  state.put(key, JSON.stringify(Object.fromEntries(known)));
  return null;
}

function read(text: string | null): Map<string, number> {
  return new Map(Object.entries(counts.parse(JSON.parse(text ?? '{}'))));
}
