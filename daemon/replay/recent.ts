/** The decisions that a replay looks at: those of the last days, and of several on the same change the newest. */
import type { DecisionRecord } from '../../hub/protocol.ts';
import type { Store } from '../store/store.ts';

export interface Recent {
  /** Decisions before this instant are too old; milliseconds since 1970. */
  readonly sinceMs: number;
  readonly most: number;
  /** Those of one repository alone; null for all. */
  readonly repository: string | null;
}

const atOnce = 200;

/** Reads backwards from the newest. */
export function recentDecisions(
  store: Pick<Store, 'entries' | 'status'>,
  { sinceMs, most, repository }: Recent,
): readonly DecisionRecord[] {
  const { head, entries: kept } = store.status();
  const found = new Map<string, DecisionRecord>();
  for (let end = head.seq; end > head.seq - kept; end -= atOnce) {
    const from = Math.max(head.seq - kept, end - atOnce);
    for (const { record } of store.entries(from, end - from).toReversed()) {
      if (Date.parse(record.at) < sinceMs || found.size === most) return [...found.values()];
      if (record.kind !== 'decision' || (repository !== null && record.repository !== repository)) continue;
      const name = JSON.stringify([record.repository, record.gate, record.target]);
      if (!found.has(name)) found.set(name, record);
    }
  }
  return [...found.values()];
}
