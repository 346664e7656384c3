/** Batches that were read on another thread come to the same as those read here, whatever device and chain do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sqliteDatabase } from '../../test/hub/database.ts';
import { createDevice, decision, type TestDevice } from '../../test/hub/device.ts';
import { addDevice, addTenant, bodyOf, now } from '../../test/hub/log.ts';
import { createVerifier } from '../cryptography.ts';
import { createSequencer } from '../log/sequencer.ts';
import type { Envelope, JournalEntry } from '../protocol.ts';
import { maxRun } from '../store/run.ts';
import type { Store } from '../store/store.ts';
import { readBatch } from './journal.ts';
import { createBatchReader } from './threads.ts';

const verify = createVerifier({ maxKeys: 10 });
const decisions = (count: number, from = 0) => Array.from({ length: count }, (_, at) => decision(from + at));

/** Sends envelopes at once, and says what came of each. */
type Send = (device: TestDevice, ...envelopes: readonly Envelope[]) => Promise<readonly string[]>;

async function withStore(use: (store: Store, send: Send) => Promise<void>): Promise<void> {
  const database = await sqliteDatabase();
  const store = await database.open();
  const reader = createBatchReader({ verify });
  const sequencer = createSequencer({ store, maxWaiting: 10_000, maxGroup: 2_000 });
  try {
    const tenant = await addTenant(store);
    await use(store, async (device, ...envelopes) => {
      const read = envelopes.map((envelope) => reader.read(bodyOf(envelope), { device: device.asNew, received: now }));
      // Those that are read at the same time are submitted in the order in which they were sent.
      return Promise.all(
        (await Promise.all(read)).map(async (reading) => {
          if (reading.kind === 'refused') return reading.code;
          assert.equal(reading.submission.kind, 'sealed');
          const outcome = await sequencer.submit(tenant.id, reading.submission);
          return outcome.kind === 'committed' ? outcome.added.toString() : outcome.kind;
        }),
      );
    });
  } finally {
    await sequencer.close();
    await reader.close();
    await store.close();
    await database.remove();
  }
}

async function known(store: Store, name: string): Promise<TestDevice> {
  const device = createDevice(name);
  await addDevice(store, 1, device);
  return device;
}

test('what is stored is what the device sent, entry for entry', () =>
  withStore(async (store, send) => {
    const device = await known(store, 'one');
    const entries = device.record(decisions(maxRun + 44));
    assert.deepEqual(await send(device, device.batch(entries)), ['300']);
    const reading = await readBatch(bodyOf(device.batch(entries)), { device: device.asNew, received: now, verify });
    assert.ok(reading.kind === 'batch');
    const stored = await store.exported(1, { begin: 1, end: 1_000 });
    assert.deepEqual(
      stored.map(({ leaf, body }) => [leaf, body]),
      reading.links.map(({ entry: { leaf, body } }) => [leaf, body]),
    );
    const head = await store.device(1, device.id);
    assert.deepEqual([head?.seq, head?.head], [300, device.head().hash]);
    const refused = await store.search(1, { effect: 'deny', limit: 200 });
    assert.equal(refused.length, 30);
    assert.ok((await store.hours(1, 0)).reduce((sum, hour) => sum + hour.decisions, 0) === 300);
  }));

test('what comes again adds nothing, whole, in part, in one group or long after', () =>
  withStore(async (store, send) => {
    const device = await known(store, 'one');
    const entries = device.record(decisions(200));
    const batch = (from: number, to: number) => device.batch(entries.slice(from, to));
    assert.deepEqual(await send(device, batch(0, 60), batch(0, 60)), ['60', '0']);
    assert.deepEqual(await send(device, batch(60, 110), batch(110, 160), batch(60, 110)), ['50', '50', '0']);
    assert.deepEqual(await send(device, batch(120, 200)), ['40']);
    assert.deepEqual(await send(device, batch(0, 60)), ['0']);
    assert.equal((await store.frontier(1)).size, 201);
    assert.equal((await store.device(1, device.id))?.forked, 0);
  }));

test('entries too early, another history, a stolen id, and what is not signed are found out', () =>
  withStore(async (store, send) => {
    const device = await known(store, 'one');
    const entries = device.record(decisions(100));
    assert.deepEqual(await send(device, device.batch(entries.slice(50))), ['outOfOrder']);
    assert.deepEqual(await send(device, device.batch(entries.slice(0, 50))), ['50']);
    const copy = createDevice('one', device);
    assert.deepEqual(await send(device, copy.batch(copy.record(decisions(60, 500)))), ['forked']);
    const other = await known(store, 'other');
    const stolen = decisions(60, 700).with(30, decision(1, { id: entries[3]!.record.id }));
    assert.deepEqual(await send(other, other.batch(other.record(stolen))), ['idTaken']);
    const { signatures } = device.batch(entries);
    assert.deepEqual(await send(device, { ...device.batch(entries.slice(50)), signatures }), ['badSignature']);
    const broken: readonly JournalEntry[] = entries.toSpliced(70, 1);
    assert.deepEqual(await send(device, device.batch(broken)), ['brokenChain']);
    assert.equal((await store.frontier(1)).size, 2 + 50);
  }));
