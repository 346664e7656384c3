/**
 * The store in one SQLite file: for a hub of one process. Everything that is committed is on disk (`synchronous = FULL`).
 * There is one connection, and a group is appended without giving way, so that it is alone by nature.
 */
import { chmodSync, existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import Database from 'better-sqlite3';
import { Kysely, type SqliteDatabase, SqliteDialect } from 'kysely';
import { spanKeys } from '../appendix.ts';
import { pendingMigrations } from '../migration.ts';
import { queries } from '../queries.ts';
import { idsOf, keyedRun, spanOf, withoutBefore } from '../run.ts';
import type { Store } from '../store.ts';
import type { Tables } from '../tables.ts';
import { keyWriter, recordWriter, sqliteAppender } from './append.ts';
import { sqliteMigrations } from './migrations.ts';

const busyTimeoutMs = 10_000;
const pageBytes = 8_192;
const maxStatements = 500;
/** The log of writes is folded back at this many pages (32 MiB). */
const checkpointPages = 4_000;

export function openSqlite(file: string): Store {
  const database = connect(file);
  try {
    migrate(database);
    const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: preparingOnce(database) }) });
    const append = sqliteAppender(database);
    return {
      ...queries(db),
      database: 'sqlite',
      append: async (tenant, wanted, plan) => append(tenant, wanted, plan),
      deleteRecordsBefore: async (tenant, id) => deleteRecords(database, tenant, id),
      alone: (work) => work(),
      maintain: async () => {
        database.pragma('optimize');
      },
      close: async () => {
        database.close();
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The same database to kysely, with each statement prepared once: its texts are few and come again and again. */
function preparingOnce(database: Database.Database): SqliteDatabase {
  const statements = new Map<string, ReturnType<SqliteDatabase['prepare']>>();
  return {
    close: () => undefined,
    prepare(sql) {
      const prepared = statements.get(sql) ?? (database.prepare(sql) as ReturnType<SqliteDatabase['prepare']>);
      // A search has as many texts as ways to combine its filters; an `IN` has one for each length.
      if (statements.size < maxStatements) statements.set(sql, prepared);
      return prepared;
    },
  };
}

/** Opens a file, made where there is none, for its owner alone. */
export function connect(file: string): Database.Database {
  const beside = path.join(import.meta.dirname, 'native', 'better-sqlite3.node');
  const database = new Database(file, {
    timeout: busyTimeoutMs,
    ...(existsSync(beside) ? { nativeBinding: beside } : {}),
  });
  try {
    if (process.platform !== 'win32') chmodSync(file, 0o600);
    database.pragma(`page_size = ${pageBytes}`);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    database.pragma(`wal_autocheckpoint = ${checkpointPages}`);
    database.pragma(`journal_size_limit = ${checkpointPages * pageBytes}`);
    database.pragma('cache_size = -65536');
    database.pragma('trusted_schema = OFF');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(database: Database.Database): void {
  const step = database.transaction(() => {
    const current = database.pragma('user_version', { simple: true }) as number;
    for (const { number, sql } of pendingMigrations(current, sqliteMigrations)) {
      database.exec(sql);
      database.pragma(`user_version = ${number}`);
    }
  });
  step.immediate();
}

function deleteRecords(database: Database.Database, tenant: number, id: string): number {
  const [keep, count] = [recordWriter(database), keyWriter(database)];
  const span = spanOf(id);
  const { first, last } = idsOf(span);
  const runs = database.prepare<[number, string, string], Tables['record_run']>(
    'select * from record_run where tenant = ? and newest between ? and ?',
  );
  const size = database
    .prepare<[number, string], number>('select coalesce(sum(size), 0) from record_run where tenant = ? and newest < ?')
    .pluck();
  const remove = database.transaction(() => {
    let records = size.get(tenant, id)!;
    database.prepare('delete from record_run where tenant = ? and newest < ?').run(tenant, id);
    for (const run of runs.all(tenant, id, last)) {
      if (run.oldest >= id) continue;
      const left = withoutBefore(run, id);
      database
        .prepare('delete from record_run where tenant = ? and newest = ? and begin = ?')
        .run(tenant, run.newest, run.begin);
      if (left !== null) keep(tenant, run.begin, left);
      records += run.size - (left?.size ?? 0);
    }
    database.prepare('delete from record_key where tenant = ? and span <= ?').run(tenant, span);
    count(tenant, spanKeys(runs.all(tenant, first, last).map(keyedRun)));
    return records;
  });
  return remove.immediate();
}
