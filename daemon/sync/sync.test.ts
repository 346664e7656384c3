/** The loop: it goes round by itself, hears of news, sends what the journal has, and ends when it is told to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bundle } from '../../engine/index.ts';
import { createHome, decision, openTestStore } from '../../test/store.ts';
import { createWorld } from '../../test/sync/device.ts';
import { pauseMs } from './schedule.ts';
import { startSync } from './sync.ts';

const bundle = (version: number): Bundle => ({ version, organisation: '', policies: {} });

test('news arrives by the hub’s hint, the journal goes out when it has grown, and nothing is left behind', async (context) => {
  const world = await createWorld(context);
  const { hub, network } = world;
  world.publish(1, { bundles: [bundle(1)] });
  const home = createHome(context);
  const store = openTestStore(context, home);
  await world.enrol({ home, store });
  let changes = 0;
  // The schedule never comes: whatever happens, happens because somebody said so.
  const never = (_: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  const sync = await startSync({ home, store, network, sleep: never, changed: () => changes++, log: () => undefined });
  await until(() => sync.status().revision === '1');
  await until(() => hub.listeners() === 1);

  const before = sync.organisation();
  await sync.now();
  assert.equal(sync.organisation(), before, 'the same object for as long as it says the same');

  world.publish(2, { bundles: [bundle(2)] });
  hub.hint('policies');
  await until(() => sync.status().revision === '2');
  assert.equal(changes, 2);

  assert.equal(store.append(decision()).kind, 'appended');
  await until(() => {
    sync.wake();
    return store.status().unacknowledged === 0;
  });
  assert.deepEqual(hub.journals.entriesOf('laptop'), store.entries(0, 10));

  await sync.close();
  await until(() => hub.listeners() === 0);
});

test('a decision that comes while a round is under way goes out after it, and does not wait for the next one’s time', async (context) => {
  const world = await createWorld(context);
  const { hub, network } = world;
  world.publish(1, { bundles: [bundle(1)] });
  const home = createHome(context);
  const store = openTestStore(context, home);
  await world.enrol({ home, store });
  const never = (_: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  let sync: Awaited<ReturnType<typeof startSync>> | null = null;
  let late = 0;
  hub.fault = ({ url }) => {
    // The journal is through by now.
    if (url === '/v1/device/status' && sync !== null && late++ === 0) {
      store.append(decision());
      sync.wake();
    }
    return false;
  };
  sync = await startSync({ home, store, network, sleep: never, changed: () => undefined, log: () => undefined });
  await until(() => late > 0 && store.status().unacknowledged === 0);
  assert.equal(store.status().acknowledgedSeq, 1);
  await sync.close();
});

test('without a hub no time is waited for; an enrolment and a decision are noticed when they come', async (context) => {
  const world = await createWorld(context);
  const { hub, network } = world;
  world.publish(1, { bundles: [bundle(1)] });
  const home = createHome(context);
  const store = openTestStore(context, home);
  let sleeps = 0;
  const sleep = (_: number, signal: AbortSignal) => {
    sleeps++;
    return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  };
  const sync = await startSync({ home, store, network, sleep, changed: () => undefined, log: () => undefined });
  assert.equal((await sync.now()).kind, 'none');
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(sleeps, 0);
  await world.enrol({ home, store });
  await until(() => {
    sync.wake();
    return sync.status().revision === '1';
  });
  await until(() => hub.listeners() === 1);
  assert.ok(sleeps > 0, 'from now on it goes round');
  await sync.close();
});

test('a batch that was taken and never acknowledged is not there twice', async (context) => {
  const world = await createWorld(context);
  const { hub } = world;
  world.publish(1, { bundles: [] });
  const home = createHome(context);
  const store = openTestStore(context, home);
  const device = await world.enrol({ home, store });
  for (let count = 0; count < 3; count++) store.append(decision());
  let taken = 0;
  hub.fault = (request, response) => {
    if (request.url !== '/v1/journal' || request.method !== 'POST' || taken++ > 0) return false;
    // The hub commits, and the connection breaks before its answer is through.
    response.end = (() => request.socket.destroy()) as never;
    return false;
  };
  const cut = await device.round();
  assert.match(cut.failure ?? '', /cannot be reached/);
  assert.equal(store.status().unacknowledged, 3);
  assert.equal(hub.journals.entriesOf('laptop').length, 3);
  assert.equal((await device.round()).uploaded, 3);
  assert.deepEqual(hub.journals.entriesOf('laptop'), store.entries(0, 10));
});

test('rounds are spread out, and rarer while they fail', () => {
  assert.deepEqual(
    [0, 0.5, 1].map((chance) => pauseMs({ failures: 0, chance })),
    [48_000, 60_000, 72_000],
  );
  assert.deepEqual(
    [1, 2, 3, 8, 9, 1_000].map((failures) => pauseMs({ failures, chance: 1 })),
    [5_000, 10_000, 20_000, 640_000, 900_000, 900_000],
  );
  assert.equal(pauseMs({ failures: 1, chance: 0 }), 2_500);
});

/** Polls, and gives up long after it should have happened. */
async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 3_000; tries++) {
    if (isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail(`it has not happened: ${isSo}`);
}
