/** The log as it is read: its end, its tiles, its leaves, its checkpoints. */
import { type Kysely, sql } from 'kysely';
import { type Frontier, hashBytes, type TileId } from '../../../engine/index.ts';
import { bodiesIn, leavesOf, maxRun } from '../run.ts';
import type { Tables } from '../tables.ts';
import { runsAround } from './run.ts';

export interface StoredCheckpoint {
  readonly size: number;
  readonly note: string;
  readonly at: number;
}

interface Leaf {
  readonly index: number;
  readonly leaf: string;
}

interface Range {
  readonly begin: number;
  readonly end: number;
}

export interface Log {
  frontier(tenant: number): Promise<Frontier>;
  /** Hashes of tiles, in the order asked for; null where there is no such tile. */
  tiles(tenant: number, ids: readonly TileId[]): Promise<readonly (Uint8Array | null)[]>;
  leaves(tenant: number, range: Range): Promise<readonly Leaf[]>;
  /** Leaves with their bodies, where those are still there. */
  exported(tenant: number, range: Range): Promise<readonly (Leaf & { readonly body: string | null })[]>;
  leaf(tenant: number, id: string): Promise<Leaf | null>;
  /** The newest, or the newest of at most a size. */
  checkpoint(tenant: number, atMost?: number): Promise<StoredCheckpoint | null>;
  /** Keeps a checkpoint; the first of its size stays. */
  addCheckpoint(tenant: number, checkpoint: StoredCheckpoint): Promise<void>;
}

export function logQueries(db: Kysely<Tables>): Log {
  // Asked with every batch: to build a query anew takes longer than to answer it.
  const lastCheckpoint = db
    .selectFrom('checkpoint')
    .select(['size', 'note', 'at'])
    .where('tenant', '=', 0)
    .where('size', '<=', 0)
    .orderBy('size', 'desc')
    .limit(sql.lit(1))
    .compile();
  return {
    async frontier(tenant) {
      const head = await db.selectFrom('head').selectAll().where('tenant', '=', tenant).executeTakeFirstOrThrow();
      return readFrontier(head);
    },
    tiles: (tenant, ids) => tiles(db, tenant, ids),
    leaves: (tenant, range) => leaves(db, tenant, range),
    async exported(tenant, range) {
      const runs = await runsAround(db, tenant, range).select(['begin', 'size', 'columns', 'bodies']).execute();
      const bodies = new Map(runs.flatMap(bodiesIn).map(({ record, body }) => [record.index, body]));
      return (await leaves(db, tenant, range)).map((leaf) => ({ ...leaf, body: bodies.get(leaf.index) ?? null }));
    },
    async leaf(tenant, id) {
      const place = db.selectFrom('place').select('idx').where('tenant', '=', tenant).where('id', '=', id);
      const begin = (await place.executeTakeFirst())?.idx;
      if (begin === undefined) return null;
      const [leaf] = await leaves(db, tenant, { begin, end: begin + 1 });
      return leaf ?? null;
    },
    async checkpoint(tenant, atMost = Number.MAX_SAFE_INTEGER) {
      const [row] = (await db.executeQuery<StoredCheckpoint>({ ...lastCheckpoint, parameters: [tenant, atMost] })).rows;
      return row ?? null;
    },
    async addCheckpoint(tenant, checkpoint) {
      await db
        .insertInto('checkpoint')
        .values({ tenant, ...checkpoint })
        .onConflict((conflict) => conflict.columns(['tenant', 'size']).doNothing())
        .execute();
    },
  };
}

/** The end of a log as it is stored. */
export function readFrontier({ size, frontier }: { readonly size: number; readonly frontier: Uint8Array }): Frontier {
  const roots = Array.from({ length: frontier.length / hashBytes }, (_, at) =>
    frontier.subarray(at * hashBytes, (at + 1) * hashBytes),
  );
  return { size, roots };
}

async function leaves(db: Kysely<Tables>, tenant: number, { begin, end }: Range): Promise<readonly Leaf[]> {
  const runs = await db
    .selectFrom('leaf_run')
    .select(['begin', 'leaves'])
    .where('tenant', '=', tenant)
    .where('begin', '>', begin - maxRun)
    .where('begin', '<', end)
    .orderBy('begin')
    .execute();
  return runs.flatMap(leavesOf).filter(({ index }) => index >= begin && index < end);
}

async function tiles(
  db: Kysely<Tables>,
  tenant: number,
  ids: readonly TileId[],
): Promise<readonly (Uint8Array | null)[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('tile')
    .select(['level', 'idx', 'hashes'])
    .where('tenant', '=', tenant)
    .where(({ or, and }) => or(ids.map(({ level, index }) => and({ level, idx: index }))))
    .execute();
  return ids.map(({ level, index }) => rows.find((row) => row.level === level && row.idx === index)?.hashes ?? null);
}
