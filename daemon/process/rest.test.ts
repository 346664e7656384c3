/** When the daemon gives memory back: after work that left it larger, and never while somebody waits. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRest } from './rest.ts';

const mib = 1024 * 1024;

test('garbage is collected once nobody has asked for a moment, if the process has grown since', async () => {
  let waiting: (() => void) | null = null;
  let [resident, collections] = [100 * mib, 0];
  const rest = createRest({
    schedule: (callback) => {
      waiting = callback;
      return () => {
        waiting = null;
      };
    },
    resident: () => resident,
    collect: () => {
      collections++;
      resident -= 20 * mib;
    },
  });
  const elapse = (): void => {
    const callback = waiting;
    waiting = null;
    callback?.();
  };
  elapse();
  assert.equal(collections, 1, 'what the start left behind');
  const work = (bytes: number) =>
    rest.during(async () => {
      assert.equal(waiting, null, 'no timer runs while somebody waits');
      resident += bytes;
    });
  await work(mib);
  elapse();
  assert.equal(collections, 1, 'that little is left');
  for (let commit = 0; commit < 10; commit++) {
    await work(mib);
    elapse();
  }
  assert.equal(collections, 2, 'but it adds up');
  await assert.rejects(
    rest.during(async () => {
      resident += 50 * mib;
      throw new Error('no verdict');
    }),
  );
  elapse();
  assert.equal(collections, 3);
  resident -= 30 * mib;
  elapse();
  await work(10 * mib);
  elapse();
  assert.equal(collections, 4, 'what the system was given back later is not what it had at rest');
  rest.close();
  assert.equal(waiting, null);
});

test('V8 hands out its collector', () => {
  let end: () => void = () => undefined;
  createRest({
    schedule: (callback) => {
      end = callback;
      return () => undefined;
    },
  });
  const weak = new WeakRef({ garbage: new Array(1_000) });
  return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
    end();
    assert.equal(weak.deref(), undefined);
  });
});
