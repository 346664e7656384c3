/** Three tables of texts by key: judged files, what is to be remembered, and requests that wait. */
import type { Database } from 'better-sqlite3';
import type { Native } from '../../engine/index.ts';
import { CorruptStore } from './problem.ts';

export interface KeyedTable {
  get(key: string): string | null;
  /** Throws `CorruptStore` where one is damaged. */
  all(): ReadonlyMap<string, string>;
  /** Those that are not damaged. */
  whole(): Generator<readonly [string, string]>;
  put(key: string, value: string): void;
  remove(key: string): void;
}

interface Row {
  readonly key: string;
  readonly value: string;
  readonly seal: string;
}

/** `name` is one of the tables that have these columns: it becomes part of the SQL. */
export function keyedTable(db: Database, name: 'state' | 'request', { sha256 }: Pick<Native, 'sha256'>): KeyedTable {
  const get = db.prepare<[string], Row>(`SELECT * FROM ${name} WHERE key = ?`);
  const all = db.prepare<[], Row>(`SELECT * FROM ${name} ORDER BY key`);
  const put = db.prepare(
    `INSERT INTO ${name} VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, seal = excluded.seal`,
  );
  const remove = db.prepare(`DELETE FROM ${name} WHERE key = ?`);
  const checked = (row: Row) => {
    if (sealOf(row.key, row.value, sha256) === row.seal) return row.value;
    throw new CorruptStore(`a ${name} that is remembered is damaged`);
  };
  return {
    get(key) {
      const row = get.get(key);
      return row === undefined ? null : checked(row);
    },
    all: () => new Map(all.all().map((row) => [row.key, checked(row)])),
    *whole() {
      for (const row of all.iterate()) if (sealOf(row.key, row.value, sha256) === row.seal) yield [row.key, row.value];
    },
    put: (key, value) => void put.run(key, value, sealOf(key, value, sha256)),
    remove: (key) => void remove.run(key),
  };
}

export interface VerdictTable {
  /** What is known of the keys. A damaged row is as if it were not there: it can be worked out again. */
  get(keys: readonly string[]): Map<string, string>;
  /** Adds verdicts and says of those in `used` that they were of use; lets the least used go beyond `limit`. */
  put(
    verdicts: ReadonlyMap<string, string>,
    options: { readonly used: Iterable<string>; readonly limit: number },
  ): void;
  count(): number;
}

/** The verdict cache. "Used" counts writes and not time, so that no clock has a say in it. */
export function verdictTable(db: Database, { sha256 }: Pick<Native, 'sha256'>): VerdictTable {
  const get = db.prepare<[string], Row>('SELECT key, value, seal FROM verdict WHERE key = ?');
  const latest = db.prepare<[], number>('SELECT coalesce(max(used), 0) FROM verdict').pluck();
  const put = db.prepare(
    'INSERT INTO verdict VALUES (@key, @value, @used, @seal) ON CONFLICT (key) DO UPDATE SET value = @value, used = @used, seal = @seal',
  );
  const touch = db.prepare('UPDATE verdict SET used = ? WHERE key = ?');
  const count = db.prepare<[], number>('SELECT count(*) FROM verdict').pluck();
  const trim = db.prepare(
    'DELETE FROM verdict WHERE rowid IN (SELECT rowid FROM verdict ORDER BY used LIMIT max(0, (SELECT count(*) FROM verdict) - ?))',
  );
  return {
    get(keys) {
      const rows = keys.flatMap((key) => get.get(key) ?? []);
      return new Map(
        rows.filter((row) => sealOf(row.key, row.value, sha256) === row.seal).map(({ key, value }) => [key, value]),
      );
    },
    put(verdicts, { used, limit }) {
      const now = (latest.get() ?? 0) + 1;
      for (const key of used) touch.run(now, key);
      for (const [key, value] of verdicts) put.run({ key, value, used: now, seal: sealOf(key, value, sha256) });
      if (verdicts.size > 0) trim.run(limit);
    },
    count: () => count.get() ?? 0,
  };
}

function sealOf(key: string, value: string, sha256: Native['sha256']): string {
  return sha256(JSON.stringify([key, value]));
}
