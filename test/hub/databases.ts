/** Every database that the hub's contract is tested on; `skip` says aloud why one cannot run here. */
import { sqliteDatabase, type TestDatabase } from './database.ts';
import { postgresqlDatabase, postgresqlProblem, runPostgresql } from './postgresql.ts';

export interface DatabaseKind {
  readonly name: string;
  readonly skip: string | false;
  /** A server where the database needs one; closed when the tests are done with it. */
  readonly start: () => Promise<DatabaseServer>;
}

export interface DatabaseServer {
  create(): Promise<TestDatabase>;
  close(): Promise<void>;
}

export const databases: readonly DatabaseKind[] = [
  { name: 'SQLite', skip: false, start: async () => ({ create: sqliteDatabase, close: async () => undefined }) },
  {
    name: 'PostgreSQL',
    skip: postgresqlProblem ?? false,
    start: async () => {
      const server = await runPostgresql();
      return { create: () => postgresqlDatabase(server), close: () => server.close() };
    },
  },
];
