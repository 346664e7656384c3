/** Appending in PostgreSQL: one transaction under the tenant's lock, a statement for each table, however many rows. */
import type pg from 'pg';
import { type AppendixRows, rowsOf, tilePieces } from '../appendix.ts';
import { readFrontier } from '../query/log.ts';
import { leavesOf, linesOf, type RecordRun } from '../run.ts';
import type { Appendix, DeviceHead, LogState, Wanted } from '../store.ts';
import type { Tables } from '../tables.ts';
import { bytesArray, int8Array, textArray, uuidArray } from './array.ts';
import { changeRow } from './change.ts';
import { writeCounts } from './counts.ts';
import { appendLock } from './locks.ts';
import { inTransaction } from './open.ts';

export function postgresqlAppend<T>(
  pool: pg.Pool,
  tenant: number,
  wanted: Wanted,
  plan: (state: LogState) => Appendix<T>,
): Promise<T> {
  return inTransaction(pool, async (client) => {
    const lock = { name: 'lock', text: 'SELECT pg_advisory_xact_lock($1, $2)', values: [appendLock, tenant] };
    await client.query(lock);
    const { state, epoch } = await read(client, tenant, wanted);
    const appendix = plan(state);
    await write(client, tenant, appendix);
    for (const each of appendix.changes) await changeRow(client, tenant, each);
    await moveHead(client, tenant, appendix, epoch);
    return appendix.outcome;
  });
}

async function read(
  client: pg.PoolClient,
  tenant: number,
  { devices, ids }: Wanted,
): Promise<{ readonly state: LogState; readonly epoch: number }> {
  const heads = await client.query<Tables['head']>({
    name: 'head',
    text: 'SELECT * FROM head WHERE tenant = $1',
    values: [tenant],
  });
  const [head] = heads.rows;
  if (head === undefined) throw new Error(`there is no log of tenant ${tenant}`);
  const device = await client.query<DeviceHead>({
    name: 'device',
    text: 'SELECT id, seq, head, missing, awaited, forked FROM device WHERE tenant = $1 AND id = ANY($2)',
    values: [tenant, textArray(devices)],
  });
  const places = await client.query<{ id: string; idx: number; begin: number; leaves: Buffer }>({
    name: 'place',
    text: `SELECT id, idx, begin, leaves FROM place
      JOIN LATERAL (
        SELECT begin, leaves FROM leaf_run WHERE tenant = $1 AND begin <= idx ORDER BY begin DESC LIMIT 1
      ) AS run ON true
      WHERE tenant = $1 AND id = ANY($2::uuid[])`,
    values: [tenant, uuidArray(ids)],
  });
  const known = places.rows.map((row) => [row.id, leavesOf(row)[row.idx - row.begin]!.leaf] as const);
  const state = {
    frontier: readFrontier(head),
    devices: new Map(device.rows.map((row) => [row.id, row])),
    known: new Map(known),
  };
  return { state, epoch: head.epoch };
}

/** Moves the end of the log, if it is still the one that was read: a writer that was overtaken commits nothing. */
async function moveHead(
  client: pg.PoolClient,
  tenant: number,
  { frontier, parts }: Appendix<unknown>,
  epoch: number,
): Promise<void> {
  if (parts.length === 0) return;
  const { rowCount } = await client.query({
    name: 'move',
    text: 'UPDATE head SET size = $3, frontier = $4, epoch = epoch + 1 WHERE tenant = $1 AND epoch = $2',
    values: [tenant, epoch, frontier.size, Buffer.concat(frontier.roots)],
  });
  if (rowCount !== 1) throw new Error(`another writer has moved the log of tenant ${tenant}`);
}

async function write(client: pg.PoolClient, tenant: number, appendix: Appendix<unknown>): Promise<void> {
  const { first, ids, runs, counts, keys } = rowsOf(appendix);
  if (ids.length > 0) {
    await writePlaces(client, tenant, { ids, first });
    await writeLeaves(client, tenant, runs);
    await writeRecords(client, tenant, runs);
    await writeKeys(client, tenant, keys);
    await writeTiles(client, tenant, tilePieces(appendix.nodes));
    await writeCounts(client, tenant, counts);
  }
  await writeDevices(client, tenant, appendix.devices);
}

async function writeDevices(client: pg.PoolClient, tenant: number, devices: readonly DeviceHead[]): Promise<void> {
  if (devices.length === 0) return;
  await client.query({
    name: 'devices',
    text: `UPDATE device SET seq = new.seq, head = new.head, missing = new.missing, awaited = new.awaited, forked = new.forked
      FROM unnest($2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[])
        AS new (id, seq, head, missing, awaited, forked)
      WHERE device.tenant = $1 AND device.id = new.id`,
    values: [
      ...[tenant, textArray(devices.map(({ id }) => id)), int8Array(devices.map(({ seq }) => seq))],
      ...[textArray(devices.map(({ head }) => head)), int8Array(devices.map(({ missing }) => missing))],
      ...[int8Array(devices.map(({ awaited }) => awaited)), int8Array(devices.map(({ forked }) => forked))],
    ],
  });
}

async function writePlaces(
  client: pg.PoolClient,
  tenant: number,
  { ids, first }: Pick<AppendixRows, 'ids' | 'first'>,
): Promise<void> {
  await client.query({
    name: 'places',
    text: 'INSERT INTO place (tenant, id, idx) SELECT $1, * FROM unnest($2::uuid[], $3::bigint[])',
    values: [tenant, uuidArray(ids), int8Array(ids.map((_, at) => first + at))],
  });
}

async function writeLeaves(client: pg.PoolClient, tenant: number, runs: AppendixRows['runs']): Promise<void> {
  await client.query({
    name: 'leaves',
    text: 'INSERT INTO leaf_run (tenant, begin, size, leaves) SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::bytea[])',
    values: [
      ...[tenant, int8Array(runs.map(({ begin }) => begin)), int8Array(runs.map(({ size }) => size))],
      bytesArray(runs.map(({ leaves }) => leaves)),
    ],
  });
}

/** Writes runs of records. */
export async function writeRecords(
  client: pg.PoolClient,
  tenant: number,
  runs: readonly (RecordRun & { readonly begin: number })[],
): Promise<void> {
  await client.query({
    name: 'records',
    text: `INSERT INTO record_run (tenant, begin, size, oldest, newest, keys, columns, bodies)
      SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::uuid[], $5::uuid[], $6::text[], $7::bytea[], $8::bytea[])`,
    values: [
      ...[tenant, int8Array(runs.map(({ begin }) => begin)), int8Array(runs.map(({ size }) => size))],
      ...[uuidArray(runs.map(({ oldest }) => oldest)), uuidArray(runs.map(({ newest }) => newest))],
      textArray(runs.map(({ keys }) => linesOf(keys))),
      ...[bytesArray(runs.map(({ columns }) => columns)), bytesArray(runs.map(({ bodies }) => bodies))],
    ],
  });
}

/** Counts keys to those that are there. */
export async function writeKeys(client: pg.PoolClient, tenant: number, keys: AppendixRows['keys']): Promise<void> {
  if (keys.length === 0) return;
  await client.query({
    name: 'keys',
    text: `INSERT INTO record_key AS old (tenant, span, name, value, effect, records)
      SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
      ON CONFLICT (tenant, span, name, value, effect) DO UPDATE SET records = old.records + excluded.records`,
    values: [
      ...[tenant, textArray(keys.map(({ span }) => span)), textArray(keys.map(({ name }) => name))],
      ...[textArray(keys.map(({ value }) => value)), textArray(keys.map(({ effect }) => effect))],
      int8Array(keys.map(({ records }) => records)),
    ],
  });
}

async function writeTiles(client: pg.PoolClient, tenant: number, pieces: ReturnType<typeof tilePieces>): Promise<void> {
  const { rows } = await client.query<{ level: number; idx: number; length: number }>({
    name: 'tiles',
    text: `INSERT INTO tile AS tile (tenant, level, idx, hashes)
      SELECT $1, level, idx, hashes FROM unnest($2::int[], $3::bigint[], $4::bytea[]) AS given (level, idx, hashes)
      ON CONFLICT (tenant, level, idx) DO UPDATE SET hashes = tile.hashes || excluded.hashes
      RETURNING level, idx, length(hashes) AS length`,
    values: [
      tenant,
      pieces.map(({ level }) => level),
      pieces.map(({ index }) => index),
      bytesArray(pieces.map(({ hashes }) => hashes)),
    ],
  });
  for (const { level, index, offset, hashes } of pieces) {
    const written = rows.find((row) => row.level === level && row.idx === index);
    if (written?.length !== offset + hashes.length) throw new Error(`tile ${level}/${index} is not as long as the log`);
  }
}
