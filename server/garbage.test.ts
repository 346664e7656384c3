import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { createCollector, ownHeap } from './garbage.ts';

test('several answers in a row are followed by one collection', async () => {
  const collected = new EventTarget();
  let collections = 0;
  const collector = createCollector({
    youngBytes: () => 10_000_000,
    collectYoung() {
      collections++;
      collected.dispatchEvent(new Event('done'));
    },
  });
  const done = once(collected, 'done');
  for (let answer = 0; answer < 5; answer++) collector.rest();
  // The collector's own timer lets a process end.
  const alive = setInterval(() => undefined, 1_000);
  await done;
  clearInterval(alive);
  assert.equal(collections, 1);
  collector.close();
});

test('little garbage is left alone', async () => {
  const asked = new EventTarget();
  const collector = createCollector({
    youngBytes() {
      asked.dispatchEvent(new Event('done'));
      return 1_000;
    },
    collectYoung: () => assert.fail('collected'),
  });
  const done = once(asked, 'done');
  collector.rest();
  const alive = setInterval(() => undefined, 1_000);
  await done;
  clearInterval(alive);
  collector.close();
});

test('the own heap has young garbage, and less of it after a collection', () => {
  const heap = ownHeap();
  const made: unknown[] = [];
  const attempt = () => {
    heap.collectYoung();
    const kept = heap.youngBytes();
    for (let index = 0; index < 10_000; index++) made[index % 2] = { index, text: `${index}` };
    const grown = heap.youngBytes();
    heap.collectYoung();
    return { kept, grown, left: heap.youngBytes() };
  };
  // V8 may collect by itself in between.
  const attempts = Array.from({ length: 5 }, attempt);
  assert.ok(
    attempts.some(({ kept, grown, left }) => grown > kept && left < grown),
    JSON.stringify(attempts),
  );
});
