import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHome, openTestStore } from '../../test/store.ts';
import { createNewVerdicts } from './verdictStore.ts';

test('a verdict is known at once, and written when nobody waits', (context) => {
  const store = openTestStore(context, createHome(context));
  store.putVerdicts(new Map([['old', '0']]));
  const waiting = new Set<() => void>();
  const verdicts = createNewVerdicts({
    store,
    later(work) {
      waiting.add(work);
      return () => void waiting.delete(work);
    },
  });
  verdicts.keep(new Map([['first', '1']]));
  verdicts.keep(new Map([['second', '2']]));
  assert.deepEqual(
    [...verdicts.verdicts(['old', 'first', 'second', 'third'])],
    [
      ['old', '0'],
      ['first', '1'],
      ['second', '2'],
    ],
  );
  assert.equal(store.status().verdicts, 1, 'each new one puts the writing off');
  for (const work of waiting) work();
  assert.equal(store.status().verdicts, 3);
  assert.equal(verdicts.verdicts(['first']).get('first'), '1');
  verdicts.keep(new Map([['third', '3']]));
  verdicts.write();
  assert.equal(waiting.size, 0);
  assert.equal(store.status().verdicts, 4);
});

test('no more wait than there is room for', (context) => {
  const store = openTestStore(context, createHome(context));
  const verdicts = createNewVerdicts({ store, later: () => () => undefined });
  for (let at = 0; at < 5_000; at++) verdicts.keep(new Map([[`key ${at}`, '']]));
  assert.ok(store.status().verdicts > 1_000);
});
