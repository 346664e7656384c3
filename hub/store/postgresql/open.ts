/**
 * The store in PostgreSQL 15 or newer, for a hub of several processes. They hold no state of their own: whoever gets a
 * tenant's lock is its writer for one group, and a writer that has lost its place cannot commit.
 */
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { spanKeys } from '../appendix.ts';
import { pendingMigrations, UnfitDatabaseError } from '../migration.ts';
import { queries } from '../queries.ts';
import { idsOf, keyedRun, spanOf, withoutBefore } from '../run.ts';
import type { Store } from '../store.ts';
import type { Tables } from '../tables.ts';
import { postgresqlAppend, writeKeys, writeRecords } from './append.ts';
import { appendLock, migrationLock, startLock } from './locks.ts';
import { postgresqlMigrations } from './migrations.ts';
import { makePartitions } from './partitions.ts';

const oldestVersion = 150_000;
const maxConnections = 10;
const connectTimeoutMs = 10_000;
const statementTimeoutMs = 60_000;
const int8 = 20;

export async function openPostgresql(url: string): Promise<Store> {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    application_name: 'kerb-hub',
    types: { getTypeParser: (oid, format) => (oid === int8 ? Number : pg.types.getTypeParser(oid, format)) },
  });
  // A connection that breaks while nobody uses it is replaced at the next use: that use says what is wrong.
  pool.on('error', () => undefined);
  // One that breaks in use fails the query that is under way; without a listener it would end the process as well.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  try {
    await reach(pool);
    await migrate(pool);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    ...queries(db),
    database: 'postgresql',
    append: (tenant, wanted, plan) => postgresqlAppend(pool, tenant, wanted, plan),
    deleteRecordsBefore: (tenant, id) => deleteRecords(pool, tenant, id),
    alone: (work) => underLock(pool, work),
    maintain: (now) => makePartitions(pool, now),
    close: () => pool.end(),
  };
}

/** Not all that keeps a connection from coming about has a code. */
async function reach(pool: pg.Pool): Promise<void> {
  try {
    (await pool.connect()).release();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UnfitDatabaseError(message || code, { cause: error });
  }
}

/** Runs work in one transaction on one connection. A connection that fails is thrown away. */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const noteBroken = (error: Error): void => {
    broken = error;
  };
  client.on('error', noteBroken);
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(noteBroken);
    throw error;
  } finally {
    client.off('error', noteBroken);
    client.release(broken);
  }
}

/** The lock is a transaction's, so that it goes with its connection, and the work has connections of its own. */
function underLock<T>(pool: pg.Pool, work: () => Promise<T>): Promise<T> {
  return inTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1, 0)', [startLock]);
    return work();
  });
}

async function migrate(pool: pg.Pool): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ version: string }>("SELECT current_setting('server_version_num') AS version");
    const version = Number(rows[0]?.version);
    if (!(version >= oldestVersion))
      throw new UnfitDatabaseError(`PostgreSQL 15 or newer is needed, this is ${version}`);
    await client.query('SELECT pg_advisory_xact_lock($1, 0)', [migrationLock]);
    await client.query('CREATE TABLE IF NOT EXISTS kerb_schema (number integer primary key, name text not null)');
    const { rows: done } = await client.query<{ number: number }>(
      'SELECT coalesce(max(number), 0) AS number FROM kerb_schema',
    );
    for (const { number, name, sql } of pendingMigrations(done[0]!.number, postgresqlMigrations)) {
      await client.query(sql);
      await client.query('INSERT INTO kerb_schema VALUES ($1, $2)', [number, name]);
    }
  });
}

/** Under the lock of those who append: what is counted is counted alone. */
function deleteRecords(pool: pg.Pool, tenant: number, id: string): Promise<number> {
  const span = spanOf(id);
  const { first, last } = idsOf(span);
  return inTransaction(pool, async (client) => {
    const runsBetween = async (from: string): Promise<readonly Tables['record_run'][]> => {
      const text = 'SELECT * FROM record_run WHERE tenant = $1 AND newest BETWEEN $2 AND $3';
      return (await client.query<Tables['record_run']>(text, [tenant, from, last])).rows;
    };
    await client.query('SELECT pg_advisory_xact_lock($1, $2)', [appendLock, tenant]);
    const whole = await client.query<{ size: number }>(
      'DELETE FROM record_run WHERE tenant = $1 AND newest < $2 RETURNING size',
      [tenant, id],
    );
    let records = whole.rows.reduce((sum, { size }) => sum + size, 0);
    for (const run of await runsBetween(id)) {
      if (run.oldest >= id) continue;
      const left = withoutBefore(run, id);
      const place = [tenant, run.newest, run.begin];
      await client.query('DELETE FROM record_run WHERE tenant = $1 AND newest = $2 AND begin = $3', place);
      if (left !== null) await writeRecords(client, tenant, [{ ...left, begin: run.begin }]);
      records += run.size - (left?.size ?? 0);
    }
    await client.query('DELETE FROM record_key WHERE tenant = $1 AND span <= $2', [tenant, span]);
    await writeKeys(client, tenant, spanKeys((await runsBetween(first)).map(keyedRun)));
    return records;
  });
}
