/** A device notices at its next round what was done to the database of its hub, says what, and goes on saying it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { emptyFrontier, grow, hashLeaf } from '../../engine/index.ts';
import { sha256 } from '../../hub/cryptography.ts';
import { tilePieces } from '../../hub/store/appendix.ts';
import { foundOrganisation, publish } from '../../test/hub/organisation.ts';
import { runHub, type TestHub } from '../../test/hub/running.ts';
import { createHome, decision, openTestStore } from '../../test/store.ts';
import { enrol } from './enrol.ts';
import { fileStore } from './keyStore.ts';
import { systemNetwork } from './network.ts';
import { connect, doRound } from './round.ts';
import { acceptLog } from './witness.ts';

async function device(context: TestContext) {
  const hub = await runHub();
  context.after(() => hub.close());
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
    ...{ hub, home },
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
  const patience = Date.now() + 30_000;
  while ((await hub.store.checkpoint(tenant))?.size !== (await hub.store.frontier(tenant)).size) {
    assert.ok(Date.now() < patience, 'the log is not signed');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function tamper(hub: TestHub, sql: string): void {
  const database = new Database(path.join(hub.folder, 'hub.db'));
  const triggers = database.prepare("select name from sqlite_schema where type = 'trigger'").pluck().all();
  for (const name of triggers) database.exec(`drop trigger ${name}`);
  database.exec(sql);
  database.close();
}

/** Stores other leaves in the place of those that are there. */
async function rewrite(hub: TestHub, change: (leaves: readonly string[]) => readonly string[]): Promise<void> {
  const leaves = change((await hub.store.leaves(1, { begin: 0, end: 10_000 })).map(({ leaf }) => leaf));
  const rows = leaves.map((leaf, index) => `(1, ${index}, 1, x'${Buffer.from(leaf).toString('hex')}')`);
  tamper(hub, `delete from leaf_run; insert into leaf_run values ${rows.join(', ')};`);
}

/** What somebody does who has the hub's keys as well: a tree of what is there now. */
async function rebuild(hub: TestHub): Promise<void> {
  const leaves = await hub.store.leaves(1, { begin: 0, end: 10_000 });
  const hashes = leaves.map(({ leaf }) => hashLeaf(Buffer.from(leaf), sha256));
  const { frontier, nodes } = grow(emptyFrontier, hashes, sha256);
  const hex = (bytes: Uint8Array): string => `x'${Buffer.from(bytes).toString('hex')}'`;
  tamper(
    hub,
    `
    delete from tile; delete from checkpoint;
    ${tilePieces(nodes)
      .map(({ level, index, hashes: own }) => `insert into tile values (1, ${level}, ${index}, ${hex(own)});`)
      .join('\n')}
    update head set size = ${frontier.size}, frontier = ${hex(Buffer.concat(frontier.roots))};`,
  );
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

const drills: readonly (readonly [string, (hub: TestHub, middle: string) => Promise<void>, RegExp])[] = [
  [
    'a leaf is edited and the tree made anew',
    async (hub) => {
      await rewrite(hub, (leaves) => leaves.with(3, `${leaves[3]} `));
      await rebuild(hub);
    },
    /\((?:rewritten|forked)\)/,
  ],
  [
    'the newest entries are cut off',
    async (hub) => {
      await rewrite(hub, (leaves) => leaves.slice(0, 6));
      await rebuild(hub);
    },
    /\(shrunk\).* entries and shows /,
  ],
  [
    'the text of a leaf is edited and the tree left as it is',
    (hub, middle) => rewrite(hub, (leaves) => leaves.map((leaf) => (leaf.includes(middle) ? `${leaf} ` : leaf))),
    /\(altered\).*the proof does not lead/,
  ],
  [
    'a leaf is put in the place of another, and the tree left as it is',
    (hub, middle) => rewrite(hub, (leaves) => leaves.map((leaf) => (leaf.includes(middle) ? leaves[2]! : leaf))),
    /\(altered\).*the proof does not lead/,
  ],
];

for (const [what, attack, alarm] of drills) {
  test(`${what}: seen at the next round, and said until somebody accepts it`, async (context) => {
    const { hub, home, decide, middle, round } = await device(context);
    decide(9);
    assert.equal(await round(), null);
    await attack(hub, middle());
    // Nothing is decided meanwhile, but the hub does something: its log goes on.
    await hub.admin('POST', '/v1/tokens', { name: 'dan', role: 'auditor', days: 1 });
    assert.match((await round()) ?? 'nothing was seen', alarm);
    assert.match((await round()) ?? 'nothing was seen', alarm);
    acceptLog(home);
    assert.equal(await round(), null, 'what is shown now is where it begins anew');
  });
}
