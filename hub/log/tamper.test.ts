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
import type { Tenant } from '../store/query/tenant.ts';
import type { Store } from '../store/store.ts';
import { consistencyProof, logKey, signEnd } from './log.ts';

const key = testSigningKey();
const triggers = [
  'tenant_origin',
  'head_grows',
  'head_stays',
  'tile_grows',
  'tile_stays',
  'entry_fixed',
  'entry_stays',
];
const more = ['checkpoint_fixed', 'checkpoint_stays', 'record_fixed', 'record_retained'];

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
  const hex = (bytes: Uint8Array): string => `x'${Buffer.from(bytes).toString('hex')}'`;
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
const shift = (by: number, from: number): string =>
  `UPDATE entry SET idx = -idx WHERE idx >= ${from}; UPDATE entry SET idx = -idx + ${by} WHERE idx < 0;`;

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
      await world.database.execute(`UPDATE entry SET leaf = replace(leaf, 'deny', 'allow') WHERE idx = 11`);
      await rebuild(world);
      await grown(world);
    },
    witness: 'rewritten',
    audit: null,
  },
  {
    name: 'an entry is deleted, the tree made anew, and the log grows',
    async attack(world) {
      await world.database.execute(`DELETE FROM entry WHERE idx = 11; ${shift(-1, 12)}`);
      await rebuild(world);
      await grown(world);
    },
    witness: 'rewritten',
    audit: null,
  },
  {
    name: 'an entry is put in, the tree made anew, and the log grows',
    async attack(world) {
      await world.database.execute(`${shift(1, 11)} INSERT INTO entry VALUES (1, 11, 'forged', '{"body":""}')`);
      await rebuild(world);
      await grown(world);
    },
    witness: 'rewritten',
    audit: null,
  },
  {
    name: 'two entries change places, the tree is made anew, and the log grows',
    async attack(world) {
      await world.database.execute(
        'UPDATE entry SET idx = -1 WHERE idx = 11; UPDATE entry SET idx = 11 WHERE idx = 12; UPDATE entry SET idx = 12 WHERE idx = -1',
      );
      await rebuild(world);
      await grown(world);
    },
    witness: 'rewritten',
    audit: null,
  },
  {
    name: 'the newest entries are cut off',
    async attack(world) {
      await world.database.execute('DELETE FROM entry WHERE idx >= 280');
      await rebuild(world);
    },
    witness: 'shrunk',
    audit: null,
  },
  {
    name: 'another log of the same length is shown',
    async attack(world) {
      await world.database.execute(`UPDATE entry SET leaf = '{"body":"other"}' WHERE idx = 300`);
      await rebuild(world);
    },
    witness: 'forked',
    audit: /entry 300: the body was changed/,
  },
  {
    name: 'an old backup is put back',
    async attack(world) {
      await world.database.execute('DELETE FROM entry WHERE idx >= 101; DELETE FROM record WHERE idx >= 101');
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
    attack: ({ database }) => database.execute(`UPDATE entry SET leaf = replace(leaf, 'deny', 'allow') WHERE idx = 11`),
    witness: 'consistent',
    audit: /the 301 leaves are not those that were signed/,
  },
  {
    name: 'a body is edited and its leaf left as it is',
    attack: ({ database }) =>
      database.execute(`UPDATE record SET body = replace(body, 'deny', 'allow') WHERE idx = 11`),
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
