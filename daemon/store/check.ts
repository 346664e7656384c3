/** Whether a store is whole. */
import type { Database } from 'better-sqlite3';
import type { Native } from '../../engine/index.ts';
import type { Chain, ChainTable } from './chainTable.ts';
import { CorruptStore } from './problem.ts';
import { tablesOf } from './tables.ts';

/** How much is looked at: the last entries alone, or every page of the file and every entry. */
export type CheckDepth = 'end' | 'all';

/** How many entries the end is. */
const endEntries = 32;

/** Throws `CorruptStore`, or what SQLite says, where the store is not what was written. */
export function checkStore(db: Database, depth: CheckDepth, native: Pick<Native, 'sha256'>): void {
  // Others may be writing: all that is compared has to be of one moment.
  db.transaction(() => {
    if (depth === 'all') checkPages(db);
    checkChain(tablesOf(db, native).chain, depth);
  })();
}

function checkPages(db: Database): void {
  const found = db.pragma('quick_check(1)', { simple: true });
  if (found !== 'ok') throw new CorruptStore(`SQLite finds: ${String(found)}`);
}

function checkChain(table: ChainTable, depth: CheckDepth): void {
  const chain = table.read();
  let last = depth === 'all' ? chain.anchor : endOf(chain, table.headAt(chain.head.seq - endEntries));
  for (const { head } of table.walk(chain.device, last)) last = head;
  if (last.seq !== chain.head.seq || last.hash !== chain.head.hash)
    throw new CorruptStore(`the journal ends with entry ${last.seq} and not with ${chain.head.seq}`);
}

function endOf({ head, anchor }: Chain, before: Chain['head'] | null): Chain['head'] {
  if (head.seq - endEntries <= anchor.seq) return anchor;
  if (before === null) throw new CorruptStore(`the journal has no entry ${head.seq - endEntries}`);
  return before;
}
