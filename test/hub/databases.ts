/** Every database that the hub's contract is tested on; `skip` says aloud why one cannot run here. */
import { sqliteDatabase, type TestDatabase } from './database.ts';

export const databases: readonly {
  readonly name: string;
  readonly create: () => Promise<TestDatabase>;
  readonly skip: string | false;
}[] = [{ name: 'SQLite', create: sqliteDatabase, skip: false }];
