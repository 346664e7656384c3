/** The databases that the hub runs on, for tests that have to pass on each. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { openSqlite } from '../../hub/store/sqlite/open.ts';
import type { Store } from '../../hub/store/store.ts';

export interface TestDatabase {
  readonly name: string;
  /** Opens the hub's store on it; several may be open at once where the database allows it. */
  open(): Promise<Store>;
  /** What somebody does who has the database itself, beside the hub. */
  execute(sql: string): Promise<void>;
  remove(): Promise<void>;
}

/** An empty SQLite database in a folder of its own. */
export async function sqliteDatabase(): Promise<TestDatabase> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kerb-hub-'));
  const file = path.join(folder, 'hub.db');
  return {
    name: 'SQLite',
    open: async () => openSqlite(file),
    execute: async (sql) => {
      const database = new Database(file);
      try {
        database.exec(sql);
      } finally {
        database.close();
      }
    },
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
}
