/** What each mode waits for, and what a gate hears when its decision cannot be kept. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHome, decision, noon, openTestStore } from '../../test/store.ts';
import type { StoreLimits } from '../store/limits.ts';
import { type JournalOptions, openJournal } from './journal.ts';

const dayMs = 86_400_000;

function setUp(
  context: import('node:test').TestContext,
  options: Partial<JournalOptions>,
  limits: Partial<StoreLimits> = {},
) {
  const clock = { now: noon };
  const store = openTestStore(context, createHome(context), { limits, now: () => clock.now });
  const due: (() => void)[] = [];
  const lost: string[] = [];
  const journal = openJournal({
    store,
    settings: () => ({ mode: 'durable', whenFull: 'block' }),
    later(work) {
      due.push(work);
      return () => due.splice(due.indexOf(work), 1);
    },
    acknowledged: () => Promise.reject(new Error('nobody asked for this')),
    onLost: (count, message) => lost.push(`${count}: ${message}`),
    ...options,
  });
  return { store, journal, due, lost, clock };
}

test('durable: the number is known when the gate may answer', async (context) => {
  const { journal, store } = setUp(context, {});
  assert.deepEqual(await journal.record(decision()), { kind: 'kept', seq: 1 });
  assert.equal(store.status().head.seq, 1);
});

test('observe: nothing is waited for, and what waits is written together, or when the journal closes', async (context) => {
  const { journal, store, due } = setUp(context, { settings: () => ({ mode: 'observe', whenFull: 'block' }) });
  assert.deepEqual(await journal.record(decision()), { kind: 'kept', seq: null });
  await journal.record(decision());
  assert.equal(store.status().head.seq, 0);
  assert.equal(due.length, 1);
  due[0]!();
  assert.equal(store.status().head.seq, 2);
  assert.equal(due.length, 0);
  await journal.record(decision());
  await journal.close();
  assert.equal(store.status().head.seq, 3);
  assert.equal(due.length, 0);
});

test('observe: no more than 256 records wait', async (context) => {
  const { journal, store } = setUp(context, { settings: () => ({ mode: 'observe', whenFull: 'block' }) });
  for (let at = 0; at < 257; at++) await journal.record(decision());
  assert.equal(store.status().head.seq, 256);
});

test('strict: the hub has the entry before the gate answers, and where it has not there is no verdict', async (context) => {
  const asked: number[] = [];
  const answers = [null, 'the hub cannot be reached'];
  const { journal, store } = setUp(context, {
    settings: () => ({ mode: 'strict', whenFull: 'block' }),
    async acknowledged(seq) {
      asked.push(seq);
      return answers.shift() ?? null;
    },
  });
  assert.deepEqual(await journal.record(decision()), { kind: 'kept', seq: 1 });
  assert.deepEqual(await journal.record(decision()), { kind: 'refused', message: 'the hub cannot be reached' });
  assert.deepEqual(asked, [1, 2]);
  assert.equal(store.status().head.seq, 2);
});

test('full, and set to block: the gate has no verdict, and nothing is missing', async (context) => {
  const { journal, store } = setUp(context, {}, { maxEntries: 1 });
  await journal.record(decision());
  const recorded = await journal.record(decision());
  assert.equal(recorded.kind, 'refused');
  assert.equal(store.status().missed, 0);
});

test('full, and set to leave a gap: the gate passes, and a gap record comes before the next one that has room', async (context) => {
  const { journal, store, clock } = setUp(
    context,
    { settings: () => ({ mode: 'durable', whenFull: 'gap' }) },
    { maxEntries: 3, retentionMs: 30 * dayMs },
  );
  for (let at = 0; at < 3; at++) await journal.record(decision());
  for (let at = 0; at < 4; at++) assert.equal((await journal.record(decision())).kind, 'missed');
  assert.equal(store.status().missed, 4);
  clock.now += 40 * dayMs;
  assert.deepEqual(await journal.record(decision()), { kind: 'kept', seq: 5 });
  const [gap, next] = store.entries(3, 10);
  assert.deepEqual(
    { ...gap?.record, id: '' },
    { kind: 'gap', id: '', at: new Date(clock.now).toISOString(), reason: 'limit', missing: 4 },
  );
  assert.equal(next?.record.kind, 'decision');
  assert.equal(store.status().missed, 0);
});

test('observe: records that cannot be kept are counted and told of', async (context) => {
  const { journal, store, lost } = setUp(
    context,
    { settings: () => ({ mode: 'observe', whenFull: 'block' }) },
    { maxEntries: 1 },
  );
  for (let at = 0; at < 3; at++) await journal.record(decision());
  await journal.close();
  assert.equal(store.status().missed, 2);
  assert.match(lost.join(), /^2: the journal is full/);
});

test('a gap that cannot even be counted is counted with the next', async (context) => {
  const full = { kind: 'refused', reason: 'diskFull', message: 'full' } as const;
  const counts: number[] = [];
  const { journal } = setUp(context, {
    settings: () => ({ mode: 'durable', whenFull: 'gap' }),
    store: {
      append: () => full,
      miss(_, count) {
        counts.push(count);
        return counts.length < 3 ? full : { kind: 'written' };
      },
    },
  });
  for (let at = 0; at < 4; at++) assert.equal((await journal.record(decision())).kind, 'missed');
  assert.deepEqual(counts, [1, 2, 3, 1]);
});
