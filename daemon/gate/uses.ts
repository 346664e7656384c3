/** How often decisions of this device rested on an exception: some may be used a few times only. */
import * as z from 'zod';
import type { Report } from '../report/report.ts';
import type { Store } from '../store/store.ts';

type Memory = Pick<Store, 'state' | 'setState'>;

const key = 'exceptionUses';
const counts = z.record(z.string(), z.int().min(1));

/** Decisions that passed, by the exception's id. */
export function usesOf(store: Pick<Store, 'state'>): ReadonlyMap<string, number> {
  return new Map(Object.entries(counts.parse(JSON.parse(store.state(key) ?? '{}'))));
}

/** Counts a decision that passed. A decision uses an exception once, however many findings that covers. */
export function countUses(store: Memory, { findings }: Pick<Report, 'findings'>): void {
  const used = new Set(findings.flatMap(({ exception }) => (exception?.kind === 'approved' ? [exception.id] : [])));
  if (used.size === 0) return;
  const uses = new Map(usesOf(store));
  for (const id of used) uses.set(id, (uses.get(id) ?? 0) + 1);
  store.setState(key, JSON.stringify(Object.fromEntries(uses)));
}
