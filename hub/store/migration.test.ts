/** What a hub of an older schema has kept is there after the steps to today's, on both databases. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalize, grow, hashLeaf, rootOf } from '../../engine/index.ts';
import type { TestDatabase } from '../../test/hub/database.ts';
import { databases } from '../../test/hub/databases.ts';
import { createDevice, decision, type TestDevice } from '../../test/hub/device.ts';
import { send } from '../../test/hub/log.ts';
import { sha256 } from '../cryptography.ts';
import { columnsOf } from '../intake/columns.ts';
import { newEntry } from '../log/entry.ts';
import { tilePieces } from './appendix.ts';
import type { Migration } from './migration.ts';
import { postgresqlMigrations } from './postgresql/migrations.ts';
import { sqliteMigrations } from './sqlite/migrations.ts';
import type { NewEntry, Store } from './store.ts';

const count = 600;

for (const { name, start, skip } of databases) {
  test(`entries that stood in a row each stand in runs afterwards, on ${name}`, { skip }, async () => {
    const server = await start();
    const database = await server.create();
    try {
      const entries = Array.from({ length: count }, (_, number) => entryOf(number));
      const device = createDevice('laptop');
      await fill(database, name, { entries, device });
      const store = await database.open();
      try {
        await examine(store, { entries, device });
      } finally {
        await store.close();
      }
    } finally {
      await database.remove();
      await server.close();
    }
  });
}

interface Kept {
  readonly entries: readonly NewEntry[];
  readonly device: TestDevice;
}

/** Every seventh is an act; they are ten minutes apart, so that they are of many runs. */
function entryOf(number: number): NewEntry {
  const at = Date.UTC(2026, 10, 1) + number * 600_000;
  const record = decision(number, { at: new Date(at).toISOString(), reason: number % 2 === 0 ? 'é 😀' : null });
  const own = { id: record.id, at, received: at + 1_000, seq: null, text: canonicalize({ number, record }) };
  return number % 7 === 0
    ? newEntry({ ...own, kind: 'act', device: null, decision: null })
    : newEntry({ ...own, kind: 'decision', device: `device ${number % 3}`, decision: columnsOf(record) });
}

/** A database as the steps before the last one left it, with records of which the first 50 were deleted. */
async function fill(database: TestDatabase, name: string, { entries, device }: Kept): Promise<void> {
  const isSqlite = name === 'SQLite';
  const hex = (bytes: Uint8Array): string =>
    `${isSqlite ? 'x' : "'\\x"}${isSqlite ? "'" : ''}${Buffer.from(bytes).toString('hex')}'`;
  const all: readonly Migration[] = isSqlite ? sqliteMigrations : postgresqlMigrations;
  const steps = all.filter(({ number }) => number < 13);
  for (const { sql } of steps) await database.execute(sql);
  await database.execute(
    isSqlite
      ? `pragma user_version = ${steps.length}`
      : `create table kerb_schema (number integer primary key, name text not null); insert into kerb_schema values (${steps.length}, '')`,
  );
  const { frontier, nodes } = grow(
    { size: 0, roots: [] },
    entries.map(({ leafHash }) => leafHash),
    sha256,
  );
  const text = (value: string | null): string => (value === null ? 'null' : `'${value.replaceAll("'", "''")}'`);
  await database.execute(`
    insert into tenant (name, origin, created_at) values ('acme', 'hub.example/acme/audit', 0);
    insert into head values (1, ${frontier.size}, ${hex(Buffer.concat(frontier.roots))}, 1);
    ${tilePieces(nodes)
      .map((tile) => `insert into tile values (1, ${tile.level}, ${tile.index}, ${hex(tile.hashes)});`)
      .join('\n')}
    insert into retention values (1, ${text(entries[50]!.id)});
    insert into device (tenant, id, name, key_id, public_key, platform, labels, enrolled_at, seq, head, missing, awaited, forked)
      values (1, 'laptop', 'laptop', '${device.keyId}', ${hex(device.publicKey)}, 'linux', '{}', 0, 0, '${'0'.repeat(64)}', 0, 0, 0);`);
  const rows = entries.map(({ id, at, received, kind, device: from, decision: of, body }, idx) => {
    const columns = [of?.gate ?? null, of?.origin ?? null, of?.effect ?? null].map(text);
    const passed = of === null ? 'null' : Number(of.passed);
    return `(1, ${text(id)}, ${idx}, ${at}, ${received}, ${text(kind)}, ${text(from)}, ${columns.join(', ')}, ${passed}, ${text(of?.repository ?? null)}, ${text(body)})`;
  });
  await database.execute(`
    insert into entry (tenant, idx, id, leaf) values ${entries.map(({ id, leaf }, idx) => `(1, ${idx}, ${text(id)}, ${text(leaf)})`).join(', ')};
    insert into record (tenant, id, idx, at, received, kind, device, gate, origin, effect, passed, repository, body)
      values ${rows.slice(50).join(', ')};`);
  const spoken = entries
    .slice(50)
    .flatMap(({ id, decision: of }) => of?.policies.map(({ policy }) => [policy, id]) ?? []);
  const named = spoken.map(([policy, id]) => `(1, ${text(policy!)}, ${text(id!)})`);
  await database.execute(`insert into record_policy (tenant, policy, id) values ${named.join(', ')}`);
}

async function examine(store: Store, { entries, device }: Kept): Promise<void> {
  const exported = await store.exported(1, { begin: 0, end: count });
  const bodies = entries.map(({ leaf, body }, index) => ({ index, leaf, body: index < 50 ? null : body }));
  assert.deepEqual(exported, bodies);
  const newest = entries.slice(50).toReversed();
  const ids = (keep: (entry: NewEntry) => boolean) => newest.filter(keep).map(({ id }) => id);
  const find = async (filter: object) => (await store.search(1, { ...filter, limit: count })).map(({ id }) => id);
  assert.deepEqual(
    await find({}),
    ids(() => true),
  );
  assert.deepEqual(
    await find({ kind: 'act' }),
    ids(({ kind }) => kind === 'act'),
  );
  assert.deepEqual(
    await find({ device: 'device 1' }),
    ids(({ device: from }) => from === 'device 1'),
  );
  assert.deepEqual(
    await find({ effect: 'deny' }),
    ids(({ decision: of }) => of?.effect === 'deny'),
  );
  const policy = 'kubernetes/privileged';
  assert.deepEqual(
    await find({ policy }),
    ids(({ decision: of }) => (of?.policies.length ?? 0) > 0),
  );
  const since = entries[303]!.at;
  assert.equal(await store.decisionsWith(1, policy, since), (await find({ policy, from: since })).length);
  const repository = 'github.com/acme/shop-3';
  assert.deepEqual(
    await find({ repository, effect: 'allow' }),
    ids(({ decision: of }) => of?.repository === repository),
  );
  for (const entry of [entries[0]!, entries[50]!, entries[599]!]) {
    assert.equal((await store.record(1, entry.id))?.body, entry === entries[0] ? undefined : entry.body);
    assert.equal((await store.leaf(1, entry.id))?.leaf, entry.leaf);
  }
  assert.equal((await send(store, device, device.record([decision(1), decision(2)]))).kind, 'committed');
  const leaves = (await store.leaves(1, { begin: 0, end: count + 2 })).map(({ leaf }) =>
    hashLeaf(Buffer.from(leaf), sha256),
  );
  const { frontier } = grow({ size: 0, roots: [] }, leaves, sha256);
  assert.deepEqual(rootOf(frontier, sha256), rootOf(await store.frontier(1), sha256));
}
