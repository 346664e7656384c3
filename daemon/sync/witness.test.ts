/** A device notices at its next round what was done to the database of its hub, says what, and goes on saying it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { after, before, describe, type TestContext, test } from 'node:test';
import { emptyFrontier, grow, hashLeaf } from '../../engine/index.ts';
import { sha256 } from '../../hub/cryptography.ts';
import { tilePieces } from '../../hub/store/appendix.ts';
import { sqliteDatabase, type TestDatabase } from '../../test/hub/database.ts';
import { type DatabaseServer, databases } from '../../test/hub/databases.ts';
import { foundOrganisation, publish } from '../../test/hub/organisation.ts';
import { runHub, type TestHub } from '../../test/hub/running.ts';
import { createHome, decision, openTestStore } from '../../test/store.ts';
import { until } from '../../test/until.ts';
import { enrol } from './enrol.ts';
import { fileStore } from './keyStore.ts';
import { systemNetwork } from './network.ts';
import { connect, doRound } from './round.ts';
import { acceptLog } from './witness.ts';

async function device(context: TestContext, create: () => Promise<TestDatabase> = sqliteDatabase) {
  const database = await create();
  const hub = await runHub(() => database.open());
  context.after(async () => {
    await hub.close();
    await database.remove();
  });
  const people = await foundOrganisation(hub);
  assert.ok(await publish(hub, people.slice(0, 2), {}));
  const home = createHome(context);
  const store = openTestStore(context, home, { device: randomUUID() });
  await enrol({
    ...{ home, address: hub.url, device: store.status().device, stores: [fileStore(home)], network: systemNetwork },
    ...{ sleep: async () => undefined, rootSha256: null, about: { name: 'laptop', platform: 'linux' } },
    show: async ({ grant }) => {
      await hub.admin('POST', `/v1/enrolments/${grant.user_code}`, { decision: 'allow' });
    },
  });
  const parts = { home, store, network: systemNetwork, chance: () => 0.5 };
  const connection = await connect(parts);
  assert.ok('hub' in connection);
  return {
    ...{ hub, home, store, world: { hub, database } },
    decide: (count: number) => {
      for (let at = 0; at < count; at++) assert.equal(store.append(decision()).kind, 'appended');
    },
    /** Of nine: the one that chance asks for. */
    middle: () => store.entries(4, 1)[0]!.record.id,
    round: async () => {
      await signed(hub);
      const { kind, failure, refusal, alarm } = await doRound(connection, parts);
      assert.deepEqual([kind, failure, refusal], ['done', null, null]);
      return alarm;
    },
  };
}

/** The hub signs its log's end once a second: until then it shows the one before. */
async function signed(hub: TestHub): Promise<void> {
  const tenant = (await hub.store.tenants())[0]!.id;
  await until(async () => (await hub.store.checkpoint(tenant))?.size === (await hub.store.frontier(tenant)).size);
}

/** A hub, and the database below it as somebody has it who may do anything with it. */
interface World {
  readonly hub: TestHub;
  readonly database: TestDatabase;
}

/** Without the guards, which whoever owns the tables can take away. */
async function tamper({ database }: World, sql: string): Promise<void> {
  if (database.name === 'PostgreSQL') return database.execute(`set session_replication_role = replica; ${sql}`);
  const guards = ['head_grows', 'head_stays', 'tile_grows', 'tile_stays', 'leaf_run_fixed', 'leaf_run_stays'];
  const more = ['place_stays', 'checkpoint_fixed', 'checkpoint_stays', 'record_run_fixed', 'record_run_retained'];
  const dropped = [...guards, ...more].map((name) => `drop trigger if exists ${name};`);
  await database.execute(`${dropped.join(' ')} ${sql}`);
}

function literal({ database }: World, bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return database.name === 'PostgreSQL' ? `'\\x${hex}'::bytea` : `x'${hex}'`;
}

/** Stores other leaves in the place of those that are there. */
async function rewrite(world: World, change: (leaves: readonly string[]) => readonly string[]): Promise<void> {
  const leaves = change((await world.hub.store.leaves(1, { begin: 0, end: 10_000 })).map(({ leaf }) => leaf));
  const rows = leaves.map((leaf, index) => `(1, ${index}, 1, ${literal(world, Buffer.from(leaf))})`);
  await tamper(world, `delete from leaf_run; insert into leaf_run values ${rows.join(', ')};`);
}

/** What somebody does who has the hub's keys as well: a tree of what is there now. */
async function rebuild(world: World): Promise<void> {
  const leaves = await world.hub.store.leaves(1, { begin: 0, end: 10_000 });
  const hashes = leaves.map(({ leaf }) => hashLeaf(Buffer.from(leaf), sha256));
  const { frontier, nodes } = grow(emptyFrontier, hashes, sha256);
  const tiles = tilePieces(nodes).map(
    ({ level, index, hashes: own }) => `insert into tile values (1, ${level}, ${index}, ${literal(world, own)});`,
  );
  const roots = literal(world, Buffer.concat(frontier.roots));
  await tamper(
    world,
    `delete from tile; delete from checkpoint; ${tiles.join(' ')}
    update head set size = ${frontier.size}, frontier = ${roots};`,
  );
}

/** Leaves that are others, and a tree of them. */
const remade =
  (change: (leaves: readonly string[]) => readonly string[]): Drill['attack'] =>
  async (world) => {
    await rewrite(world, change);
    await rebuild(world);
  };

const logTables = ['leaf_run', 'tile', 'head', 'checkpoint', 'record_run', 'place'];

async function backUp({ database }: World, tables = logTables): Promise<void> {
  await database.execute(tables.map((name) => `create table old_${name} as select * from ${name};`).join(' '));
}

async function putBack(world: World, tables = logTables): Promise<void> {
  const back = tables.map((name) => `delete from ${name}; insert into ${name} select * from old_${name};`);
  await tamper(world, back.join(' '));
}

test('a log that only grows is believed, and nobody else can read what was seen of it', async (context) => {
  const { home, decide, round } = await device(context);
  for (let at = 0; at < 3; at++) {
    decide(5);
    assert.equal(await round(), null);
  }
  assert.equal(await round(), null);
  if (process.platform !== 'win32') assert.equal(statSync(path.join(home.hub, 'log.json')).mode & 0o777, 0o600);
});

interface Drill {
  readonly what: string;
  /** What is done before the device sees the log for the last time. */
  readonly prepare?: (world: World) => Promise<void>;
  readonly attack: (world: World, middle: string) => Promise<void>;
  /** Whether the log goes on before the device looks. */
  readonly grows: boolean;
  readonly said: RegExp;
}

const drills: readonly Drill[] = [
  {
    what: 'a leaf is edited and the tree made anew',
    attack: remade((leaves) => leaves.with(3, `${leaves[3]} `)),
    grows: true,
    said: /\(rewritten\)/,
  },
  {
    what: 'an entry is deleted and the tree made anew',
    attack: remade((leaves) => leaves.toSpliced(3, 1)),
    grows: true,
    said: /\((?:rewritten|forked)\)/,
  },
  {
    what: 'an entry is put in and the tree made anew',
    attack: remade((leaves) => leaves.toSpliced(3, 0, '{"body":""}')),
    grows: true,
    said: /\(rewritten\)/,
  },
  {
    what: 'two entries change places and the tree is made anew',
    attack: remade((leaves) => leaves.with(3, leaves[4]!).with(4, leaves[3]!)),
    grows: true,
    said: /\(rewritten\)/,
  },
  {
    what: 'the newest entries are cut off',
    attack: remade((leaves) => leaves.slice(0, 6)),
    grows: true,
    said: /\(shrunk\).* entries and shows /,
  },
  {
    what: 'all entries are taken away',
    attack: (world) =>
      tamper(
        world,
        `${logTables
          .filter((name) => name !== 'head')
          .map((name) => `delete from ${name};`)
          .join(' ')} update head set size = 0, frontier = ${literal(world, new Uint8Array())};`,
      ),
    grows: true,
    said: /\(shrunk\).* entries and shows /,
  },
  {
    what: 'another log of the same length is shown',
    attack: remade((leaves) => leaves.with(3, `${leaves[3]} `)),
    grows: false,
    said: /\(forked\)/,
  },
  {
    what: 'an old backup is put back',
    prepare: (world) => backUp(world),
    attack: (world) => putBack(world),
    grows: false,
    said: /\(shrunk\).* entries and shows /,
  },
  {
    what: 'the text of a leaf is edited and the tree left as it is',
    attack: (world, middle) =>
      rewrite(world, (leaves) => leaves.map((leaf) => (leaf.includes(middle) ? `${leaf} ` : leaf))),
    grows: true,
    said: /\(altered\).*the proof does not lead/,
  },
  {
    what: 'a leaf is put in the place of another, and the tree left as it is',
    attack: (world, middle) =>
      rewrite(world, (leaves) => leaves.map((leaf) => (leaf.includes(middle) ? leaves[2]! : leaf))),
    grows: true,
    said: /\(altered\).*the proof does not lead/,
  },
];

for (const kind of databases) {
  describe(kind.name, { skip: kind.skip }, () => {
    let server: DatabaseServer;
    before(async () => {
      server = await kind.start();
    });
    after(() => server.close());
    for (const decided of [0, 1]) {
      test(`a backup is put back and ${decided} decisions are made since: that is seen, and all of the journal sent again`, async (context) => {
        const { hub, world, store, decide, round } = await device(context, () => server.create());
        decide(3);
        for (let at = 0; at < 2; at++) assert.equal(await round(), null);
        await backUp(world, [...logTables, 'device']);
        decide(6);
        for (let at = 0; at < 2; at++) assert.equal(await round(), null);
        await putBack(world, [...logTables, 'device']);
        decide(decided);
        assert.match((await round()) ?? 'nothing was seen', /\((?:shrunk|forked|rewritten)\)/);
        const { id } = (await hub.store.tenants())[0]!;
        assert.equal((await hub.store.device(id, store.status().device))?.seq, 9 + decided);
      });
    }
    for (const { what, prepare, attack, grows, said } of drills) {
      test(`${what}: seen at the next round, and said until somebody accepts it`, async (context) => {
        const { hub, home, world, decide, middle, round } = await device(context, () => server.create());
        await prepare?.(world);
        decide(9);
        // What a round sends is seen in the next one.
        for (let at = 0; at < 2; at++) assert.equal(await round(), null);
        await attack(world, middle());
        // Nothing is decided meanwhile, but the hub does something: its log goes on.
        if (grows) await hub.admin('POST', '/v1/tokens', { name: 'dan', role: 'auditor', days: 1 });
        assert.match((await round()) ?? 'nothing was seen', said);
        assert.match((await round()) ?? 'nothing was seen', said);
        acceptLog(home);
        assert.equal(await round(), null, 'what is shown now is where it begins anew');
      });
    }
  });
}
