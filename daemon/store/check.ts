/** Whether a store is whole. */
import type { Database } from 'better-sqlite3';
import type { Native } from '../../engine/index.ts';
import type { Chain } from './chainTable.ts';
import { CorruptStore } from './problem.ts';
import { tablesOf } from './tables.ts';

/** How much is looked at: the last entries alone, or every page of the file and every entry. */
export type CheckDepth = 'end' | 'all';

/** How many entries the end is. */
const endEntries = 32;

/** Throws `CorruptStore`, or what SQLite says, where the store is not what was written. */
export function checkStore(db: Database, depth: CheckDepth, native: Pick<Native, 'sha256'>): void {
  if (depth === 'all') {
    const found = db.pragma('quick_check(1)', { simple: true });
    if (found !== 'ok') throw new CorruptStore(`SQLite finds: ${String(found)}`);
  }
  const { chain: table } = tablesOf(db, native);
  const chain = table.read();
  const from = depth === 'all' ? chain.anchor : endOf(chain, table.headAt(chain.head.seq - endEntries));
  let last = from;
  for (const { head } of table.walk(chain.device, from)) last = head;
  if (last.seq !== chain.head.seq || last.hash !== chain.head.hash)
    throw new CorruptStore(`the journal ends with entry ${last.seq} and not with ${chain.head.seq}`);
}

function endOf({ head, anchor }: Chain, before: Chain['head'] | null): Chain['head'] {
  if (head.seq - endEntries <= anchor.seq) return anchor;
  if (before === null) throw new CorruptStore(`the journal has no entry ${head.seq - endEntries}`);
  return before;
}
