/** The loop: it goes round by itself, hears of news, sends what the journal has, and ends when it is told to. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Bundle } from '../../engine/index.ts';
import type { Hint } from '../../hub/protocol.ts';
import { createHome, decision, openTestStore } from '../../test/store.ts';
import { createWorld, withNoMoreRoots } from '../../test/sync/device.ts';
import { until } from '../../test/until.ts';
import { pauseMs } from './schedule.ts';
import { startSync } from './sync.ts';

const bundle = (version: number): Bundle => ({ version, organisation: '', policies: {} });

/** The schedule never comes: whatever happens, happens because somebody said so. */
const never = (_: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));

test('news arrives by the hub’s hint, the journal goes out when it has grown, and nothing is left behind', async (context) => {
  const world = await createWorld(context);
  const { hub, network } = world;
  world.publish(1, { bundles: [bundle(1)] });
  const home = createHome(context);
  const store = openTestStore(context, home);
  await world.enrol({ home, store });
  let changes = 0;
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

test('a publication that comes with a hint needs no request; one that is not believed is asked for; one without end is not read', async (context) => {
  const world = await createWorld(context);
  const { hub, network } = world;
  world.publish(1, { bundles: [bundle(1)] });
  const home = createHome(context);
  await world.enrol({ home });
  const asked: string[] = [];
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const sync = await startSync({ home, store: null, network, sleep: never, changed: () => undefined, log });
  await until(() => sync.status().revision === '1' && hub.listeners() === 1);
  hub.fault = ({ url = '' }) => asked.push(url) < 0;

  const hinted = (): Hint['files'] => {
    const texts = new Map([...hub.files].map(([name, bytes]) => [name, bytes.toString('utf8')]));
    return Object.fromEntries(withNoMoreRoots(texts));
  };
  world.publish(2, { bundles: [bundle(2)] });
  const second = hinted();
  hub.hint('policies', second);
  await until(() => sync.status().revision === '2');
  assert.equal(asked.length, 0, asked.join());

  world.publish(3, { bundles: [bundle(3)] });
  hub.hint('policies', { ...second, 'metadata/timestamp.json': '{}' });
  await until(() => sync.status().revision === '3');
  assert.ok(asked.includes('/v1/tuf/metadata/timestamp.json'));
  assert.ok(lines.some((line) => line.startsWith('sync: what came with a hint was passed over: timestamp: ')));

  world.publish(4, { bundles: [bundle(4)] });
  hub.hint('policies', { ...hinted(), 'targets/padding': 'x'.repeat(1_048_576) });
  await until(() => hub.listeners() === 0);
  assert.equal(sync.status().revision, '3');
  assert.equal((await sync.now()).after, 4);
  await sync.close();
});

test('what was taken in between two rounds is told to the hub soon, once, and not before its time', async (context) => {
  const world = await createWorld(context);
  const { hub, network } = world;
  world.publish(1, { bundles: [bundle(1)] });
  const home = createHome(context);
  const store = openTestStore(context, home);
  await world.enrol({ home, store });
  const told: string[] = [];
  hub.fault = ({ url = '', method = '' }) => url === '/v1/device/status' && told.push(method) < 0;
  const waits: { readonly ms: number; readonly end: () => void }[] = [];
  const sleep = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      waits.push({ ms, end: resolve });
      signal.addEventListener('abort', () => resolve());
    });
  const log = (): void => undefined;
  const sync = await startSync({ home, store, network, sleep, chance: () => 0.5, changed: () => undefined, log });
  await until(() => sync.status().revision === '1' && hub.listeners() === 1 && told.length === 1);
  for (const version of [2, 3]) {
    world.publish(version, { bundles: [bundle(version)] });
    hub.hint('policies');
    await until(() => sync.status().revision === String(version));
  }
  await until(() => waits.length === 2);
  assert.deepEqual([waits.map(({ ms }) => ms), told.length], [[48_000, 3_000], 1]);
  waits[1]!.end();
  await until(() => told.length === 2);
  await until(() => hub.statuses.get('laptop')?.revision === '3');
  await sync.close();
});

test('without a WebSocket the publication is the answer to a request that was held; an older hub’s is the timestamp', async (context) => {
  for (const isOlder of [false, true]) {
    const world = await createWorld(context);
    const { hub, network } = world;
    world.publish(1, { bundles: [bundle(1)] });
    const home = createHome(context);
    await world.enrol({ home });
    let fetched = 0;
    hub.fault = ({ url = '', headers, socket }) => {
      if (headers.upgrade !== undefined) socket.destroy();
      if (url.endsWith('.json') && headers.prefer === undefined) fetched++;
      return headers.upgrade !== undefined;
    };
    const log = (): void => undefined;
    const sync = await startSync({ home, store: null, network, sleep: never, changed: () => undefined, log });
    await until(() => hub.waiting() === 1);
    fetched = 0;
    world.publish(2, { bundles: [bundle(2)] });
    const texts = new Map([...hub.files].map(([name, bytes]) => [name, bytes.toString('utf8')]));
    hub.hint('policies', isOlder ? undefined : Object.fromEntries(withNoMoreRoots(texts)));
    await until(() => sync.status().revision === '2');
    assert.equal(fetched > 0, isOlder);
    await sync.close();
  }
});

test('a decision that comes while a round is under way goes out after it, and does not wait for the next one’s time', async (context) => {
  const world = await createWorld(context);
  const { hub, network } = world;
  world.publish(1, { bundles: [bundle(1)] });
  const home = createHome(context);
  const store = openTestStore(context, home);
  await world.enrol({ home, store });
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

/** A device of an organisation without policies, which has a journal to send. */
async function createReporter(context: TestContext) {
  const world = await createWorld(context);
  world.publish(1, { bundles: [] });
  const home = createHome(context);
  const store = openTestStore(context, home);
  return { hub: world.hub, store, device: await world.enrol({ home, store }) };
}

test('a batch that was taken and never acknowledged is not there twice', async (context) => {
  const { hub, store, device } = await createReporter(context);
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

test('a hub that was put back to an old state is sent again what it has lost, and is not followed when it falls back once more', async (context) => {
  const { hub, store, device } = await createReporter(context);
  const decide = () => assert.equal(store.append(decision()).kind, 'appended');
  for (let count = 0; count < 5; count++) decide();
  assert.equal((await device.round()).uploaded, 5);
  hub.journals.truncate('laptop', 2);
  decide();
  const { failure, uploaded } = await device.round();
  assert.deepEqual([failure, uploaded], [null, 4]);
  assert.deepEqual(hub.journals.entriesOf('laptop'), store.entries(0, 10));
  // It takes what it is sent, and has forgotten it when it is asked.
  let rounds = 0;
  hub.fault = (request) => {
    if (request.url === '/v1/journal' && request.method === 'POST') rounds++;
    if (request.url === '/v1/journal') hub.journals.truncate('laptop', Math.max(0, 3 - rounds));
    return false;
  };
  decide();
  assert.match((await device.round()).failure ?? '', /entry \d comes next/);
  assert.ok(rounds < 5, `${rounds} batches`);
});

test('a journal whose hub has lost what this device has let go of is told', async (context) => {
  const world = await createWorld(context);
  const { hub } = world;
  world.publish(1, { bundles: [] });
  const home = createHome(context);
  let now = Date.now();
  const store = openTestStore(context, home, { now: () => now });
  const device = await world.enrol({ home, store });
  for (let count = 0; count < 3; count++) store.append(decision());
  assert.equal((await device.round()).uploaded, 3);
  now += 400 * 86_400_000;
  assert.deepEqual(store.prune(), { kind: 'pruned', entries: 3 });
  hub.journals.truncate('laptop', 1);
  store.append(decision());
  assert.match((await device.round()).failure ?? '', /has lost what comes after entry 1, .* let go of all up to 3/);
});

test('rounds are spread out, and rarer while they fail; a hub that cannot be reached is looked for all the time', () => {
  assert.deepEqual(
    [0, 0.5, 1].map((chance) => pauseMs({ failures: 0, isAway: false, retryAfterMs: null, chance })),
    [40_000, 48_000, 56_000],
  );
  assert.deepEqual(
    [1, 2, 3, 8, 9, 1_000].map((failures) => pauseMs({ failures, isAway: false, retryAfterMs: null, chance: 1 })),
    [5_000, 10_000, 20_000, 640_000, 900_000, 900_000],
  );
  assert.deepEqual(
    [1, 2, 3, 8, 1_000].map((failures) => pauseMs({ failures, isAway: true, retryAfterMs: null, chance: 1 })),
    [5_000, 10_000, 20_000, 20_000, 20_000],
  );
  assert.equal(pauseMs({ failures: 1, isAway: false, retryAfterMs: null, chance: 0 }), 2_500);
  const asked = (retryAfterMs: number) => pauseMs({ failures: 1, isAway: true, retryAfterMs, chance: 0 });
  assert.deepEqual([0, 120_000, 900_000, 1e12].map(asked), [2_500, 120_000, 900_000, 900_000]);
  const [soon, late] = [0, 1].map((chance) => pauseMs({ failures: 1, isAway: false, retryAfterMs: 60_000, chance }));
  assert.deepEqual([soon, late], [60_000, 90_000]);
});
