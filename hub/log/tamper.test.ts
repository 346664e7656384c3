/**
 * Somebody has the database itself, and has taken its triggers away. Every change to the history is found: by a witness
 * that kept the last checkpoint, or, where the tree was left as it is and only a text was changed, by an audit of the log.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createAudit,
  emptyFrontier,
  grow,
  hashLeaf,
  judgeCheckpoint,
  openCheckpoint,
  type WitnessVerdict,
} from '../../engine/index.ts';
import { sqliteDatabase, type TestDatabase } from '../../test/hub/database.ts';
import { createDevice, decision, type TestDevice } from '../../test/hub/device.ts';
import { addDevice, addTenant, now, send, testSigningKey } from '../../test/hub/log.ts';
import { sha256, verifyEd25519 } from '../cryptography.ts';
import { tilePieces } from '../store/appendix.ts';
import { packed } from '../store/packed.ts';
import type { Tenant } from '../store/query/tenant.ts';
import { maxRun } from '../store/run.ts';
import type { Store } from '../store/store.ts';
import { consistencyProof, logKey, signEnd } from './log.ts';

const key = testSigningKey();
const triggers = [
  'tenant_origin',
  'head_grows',
  'head_stays',
  'tile_grows',
  'tile_stays',
  'leaf_run_fixed',
  'leaf_run_stays',
  'place_stays',
];
const more = ['checkpoint_fixed', 'checkpoint_stays', 'record_run_fixed', 'record_run_retained'];

/** A log of 301 entries that a witness has seen, on a database without its guards; then whatever `attack` does to it. */
async function drill(
  attack: (world: World) => Promise<void>,
): Promise<{ readonly witness: WitnessVerdict; readonly audit: readonly string[] }> {
  const database = await sqliteDatabase();
  const store = await database.open();
  try {
    const tenant = await addTenant(store);
    const device = createDevice('laptop');
    await addDevice(store, tenant.id, device);
    await send(store, device, device.record(Array.from({ length: 300 }, (_, at) => decision(at))));
    const last = (await signEnd(store, tenant, { key, now: () => now })).note;
    for (const name of [...triggers, ...more]) await database.execute(`DROP TRIGGER ${name}`);
    const world = { database, store, tenant, device };
    await attack(world);
    return { witness: await look(world, last), audit: await audit(world) };
  } finally {
    await store.close();
    await database.remove();
  }
}

interface World {
  readonly database: TestDatabase;
  readonly store: Store;
  readonly tenant: Tenant;
  readonly device: TestDevice;
}

/** What a daemon does at each sync: it asks for the checkpoint, and for the proof that it goes on from the last. */
async function look({ store, tenant }: World, last: string): Promise<WitnessVerdict> {
  const next = (await signEnd(store, tenant, { key, now: () => now })).note;
  const sizes = [last, next].map((note) => Number(note.split('\n')[1]));
  const proof = await consistencyProof(store, tenant.id, sizes[0]!, sizes[1]!).catch(() => null);
  return judgeCheckpoint({ last, next, proof, key: logKey(tenant, key), sha256, verify: verifyEd25519 });
}

async function audit({ store, tenant }: World): Promise<readonly string[]> {
  const { note } = (await store.checkpoint(tenant.id))!;
  const own = createAudit(openCheckpoint(note, logKey(tenant, key), verifyEd25519)!, sha256);
  for (const entry of await store.exported(tenant.id, { begin: 0, end: 10_000 })) own.add(entry);
  return own.finish().problems;
}

/** Makes the tree anew from the leaves that are there now: what somebody does who has the hub, and its key, as well. */
async function rebuild({ database, store, tenant }: World): Promise<void> {
  const leaves = await store.leaves(tenant.id, { begin: 0, end: 10_000 });
  const hashes = leaves.map(({ leaf }) => hashLeaf(Buffer.from(leaf), sha256));
  const { frontier, nodes } = grow(emptyFrontier, hashes, sha256);
  await database.execute(`
    DELETE FROM tile;
    DELETE FROM checkpoint;
    ${tilePieces(nodes)
      .map(({ level, index, hashes: own }) => `INSERT INTO tile VALUES (1, ${level}, ${index}, ${hex(own)});`)
      .join('\n')}
    UPDATE head SET size = ${frontier.size}, frontier = ${hex(Buffer.concat(frontier.roots))};`);
}

const grown = async ({ store, device }: World): Promise<void> => {
  await send(store, device, device.record(Array.from({ length: 40 }, (_, at) => decision(1_000 + at))));
};

/** Stores other leaves in the place of those that are there. */
async function rewrite(
  { database, store, tenant }: World,
  change: (leaves: readonly string[]) => readonly string[],
): Promise<void> {
  const leaves = change((await store.leaves(tenant.id, { begin: 0, end: 10_000 })).map(({ leaf }) => leaf));
  const rows = leaves.map((leaf, index) => `(1, ${index}, 1, ${hex(Buffer.from(leaf))})`);
  await database.execute(`DELETE FROM leaf_run; INSERT INTO leaf_run VALUES ${rows.join(', ')};`);
}

/** Puts another body of the same length in the place of that of entry 11. */
async function editBody({ database, store, tenant }: World): Promise<void> {
  const all = await store.exported(tenant.id, { begin: 1, end: 1 + maxRun });
  const bodies = all.map(({ body, index }) => (index === 11 ? body!.replace('"deny"', '"DENY"') : body!));
  await database.execute(`UPDATE record_run SET bodies = ${hex(packed(bodies.join('')))} WHERE begin = 1`);
}

function hex(bytes: Uint8Array): string {
  return `x'${Buffer.from(bytes).toString('hex')}'`;
}

const edited = (leaf: string): string => leaf.replace('deny', 'allow');

const attacks: readonly {
  readonly name: string;
  readonly attack: (world: World) => Promise<void>;
  readonly witness: string;
  readonly audit: RegExp | null;
}[] = [
  { name: 'nothing is done, and the log grows', attack: grown, witness: 'consistent', audit: null },
  {
    name: 'a leaf is edited, the tree made anew, and the log grows',
    async attack(world) {
      await rewrite(world, (leaves) => leaves.with(11, edited(leaves[11]!)));
      await rebuild(world);
      await grown(world);
    },
    witness: 'rewritten',
    audit: null,
  },
  {
    name: 'an entry is deleted, the tree made anew, and the log grows',
    async attack(world) {
      await rewrite(world, (leaves) => leaves.toSpliced(11, 1));
      await rebuild(world);
      await grown(world);
    },
    witness: 'rewritten',
    audit: null,
  },
  {
    name: 'an entry is put in, the tree made anew, and the log grows',
    async attack(world) {
      await rewrite(world, (leaves) => leaves.toSpliced(11, 0, '{"body":""}'));
      await rebuild(world);
      await grown(world);
    },
    witness: 'rewritten',
    audit: null,
  },
  {
    name: 'two entries change places, the tree is made anew, and the log grows',
    async attack(world) {
      await rewrite(world, (leaves) => leaves.with(11, leaves[12]!).with(12, leaves[11]!));
      await rebuild(world);
      await grown(world);
    },
    witness: 'rewritten',
    audit: null,
  },
  {
    name: 'the newest entries are cut off',
    async attack(world) {
      await rewrite(world, (leaves) => leaves.slice(0, 280));
      await rebuild(world);
    },
    witness: 'shrunk',
    audit: null,
  },
  {
    name: 'another log of the same length is shown',
    async attack(world) {
      await rewrite(world, (leaves) => leaves.with(300, '{"body":"other"}'));
      await rebuild(world);
    },
    witness: 'forked',
    audit: /entry 300: the body was changed/,
  },
  {
    name: 'an old backup is put back',
    async attack(world) {
      await rewrite(world, (leaves) => leaves.slice(0, 101));
      await world.database.execute('DELETE FROM record_run WHERE begin >= 101; DELETE FROM place WHERE idx >= 101');
      await rebuild(world);
      await world.database.execute(`UPDATE device SET seq = 100`);
    },
    witness: 'shrunk',
    audit: null,
  },
  {
    name: 'hashes in a tile are changed, and the log grows',
    async attack(world) {
      await world.database.execute(
        `UPDATE tile SET hashes = cast(zeroblob(32) || substr(hashes, 33) as blob) WHERE level = 0 AND idx = 1`,
      );
      await grown(world);
    },
    witness: 'rewritten',
    audit: null,
  },
  {
    name: 'a tile is gone, and the log grows',
    async attack(world) {
      await world.database.execute('DELETE FROM tile WHERE level = 1');
      await grown(world);
    },
    witness: 'unproved',
    audit: null,
  },
  {
    name: 'a leaf is edited and the tree left as it is',
    attack: (world) => rewrite(world, (leaves) => leaves.with(11, edited(leaves[11]!))),
    witness: 'consistent',
    audit: /the 301 leaves are not those that were signed/,
  },
  {
    name: 'bodies are taken away before their time',
    attack: ({ database }) => database.execute('DELETE FROM record_run WHERE begin = 1'),
    witness: 'consistent',
    audit: /^entry 150: the body is gone, and by no act/,
  },
  {
    name: 'a body is edited and its leaf left as it is',
    attack: editBody,
    witness: 'consistent',
    audit: /^entry 11: the body was changed/,
  },
];

for (const { name, attack, witness, audit: found } of attacks) {
  test(`${name}: ${witness}${found === null ? '' : ', and the audit names it'}`, async () => {
    const verdict = await drill(attack);
    assert.equal(verdict.witness.kind === 'alarm' ? verdict.witness.alarm : 'consistent', witness);
    if (verdict.witness.kind === 'alarm') assert.ok(verdict.witness.what.length > 20);
    if (found === null) return;
    assert.ok(
      verdict.audit.some((problem) => found.test(problem)),
      verdict.audit.join('\n'),
    );
  });
}

test('a hub that has lost its key signs nothing that a witness believes', async () => {
  const database = await sqliteDatabase();
  const store = await database.open();
  try {
    const tenant = await addTenant(store);
    const last = (await signEnd(store, tenant, { key, now: () => now })).note;
    await database.execute('DROP TRIGGER checkpoint_stays; DELETE FROM checkpoint');
    const next = (await signEnd(store, tenant, { key: testSigningKey(), now: () => now })).note;
    const verdict = judgeCheckpoint({ last, next, proof: [], key: logKey(tenant, key), sha256, verify: verifyEd25519 });
    assert.equal(verdict.kind === 'alarm' && verdict.alarm, 'unsigned');
  } finally {
    await store.close();
    await database.remove();
  }
});
