import type { Database } from 'better-sqlite3';
import type { Native } from '../../engine/index.ts';
import { type ChainTable, chainTable } from './chainTable.ts';
import { type FactTable, factTable } from './factTable.ts';
import { type KeyedTable, keyedTable, type VerdictTable, verdictTable } from './keyedTable.ts';

export interface Tables {
  readonly chain: ChainTable;
  readonly facts: FactTable;
  readonly verdicts: VerdictTable;
  readonly state: KeyedTable;
  readonly requests: KeyedTable;
}

/** All tables of a connection, their statements prepared. */
export function tablesOf(db: Database, native: Pick<Native, 'sha256'>): Tables {
  return {
    chain: chainTable(db, native),
    facts: factTable(db, native),
    verdicts: verdictTable(db, native),
    state: keyedTable(db, 'state', native),
    requests: keyedTable(db, 'request', native),
  };
}
