/** Whether the journal on this machine is what was written. */
import type { Native } from '../../engine/index.ts';
import type { Home } from '../home.ts';
import type { StoreProblem } from '../store/problem.ts';
import { walkJournal } from '../store/reading.ts';

export type JournalVerdict =
  | {
      readonly kind: 'holds';
      readonly device: string;
      readonly first: number;
      readonly last: number;
      readonly hash: string;
    }
  /** `seq` is the first entry that does not hold; null where not even the beginning can be read. */
  | { readonly kind: 'broken'; readonly seq: number | null; readonly message: string }
  | { readonly kind: 'none'; readonly file: string };

/** Walks the chain from the first entry kept to the head. Mends nothing and moves nothing. */
export function verifyJournal(home: Home, native: Pick<Native, 'sha256'>): JournalVerdict | StoreProblem {
  const walk = walkJournal(home, native);
  if (walk.kind === 'broken')
    return { kind: 'broken', seq: walk.after === null ? null : walk.after.seq + 1, message: walk.message };
  if (walk.kind !== 'whole') return walk;
  const { device, anchor, head } = walk.chain;
  return { kind: 'holds', device, first: anchor.seq + 1, last: head.seq, hash: head.hash };
}
