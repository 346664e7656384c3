/** More than a hub can take: it says so, keeps nothing of what it refuses, and loses nothing of what it took. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decision } from '../../test/hub/device.ts';
import { enrol, runHub } from '../../test/hub/running.ts';
import { until } from '../../test/until.ts';
import { hubError, hubPaths, maxBatchEntries } from '../protocol.ts';
import { openSqlite } from '../store/sqlite/open.ts';
import type { Store } from '../store/store.ts';

/** A database that stands still while told to. */
function halting(store: Store): { readonly store: Store; halt(): () => void } {
  let going = Promise.resolve();
  return {
    store: {
      ...store,
      append: async (...asked) => {
        await going;
        return store.append(...asked);
      },
    },
    halt() {
      let release: () => void = () => undefined;
      going = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
  };
}

test('what is too much is answered 429 with a time, and comes in when it is sent again', async () => {
  let database: ReturnType<typeof halting> | null = null;
  const hub = await runHub(async (file) => {
    database = halting(openSqlite(file));
    return database.store;
  });
  try {
    const device = await enrol(hub);
    const { size: before } = await hub.store.frontier(1);
    // One batch more than may wait.
    const batches = Array.from({ length: 41 }, (_, batch) =>
      device.batch(device.record(Array.from({ length: maxBatchEntries }, (__, at) => decision(batch * 1_000 + at)))),
    );
    const release = database!.halt();
    const sent = batches.slice(0, 40).map((batch) => device.ask('POST', hubPaths.journal, batch));
    await until(async () => /^kerb_ingest_waiting 20000$/m.test(await (await hub.admin('GET', '/metrics')).text()));
    const refused = await device.ask('POST', hubPaths.journal, batches[40]);
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get('retry-after'), '1');
    assert.equal(hubError.parse(await refused.json()).error.code, 'busy');
    release();
    const statuses = (await Promise.all(sent)).map(({ status }) => status);
    // They came in any order, and each has to follow the one before it: what came too early is sent again.
    for (const [at, status] of statuses.entries())
      if (status !== 200) assert.equal((await device.ask('POST', hubPaths.journal, batches[at])).status, 200);
    assert.equal((await device.ask('POST', hubPaths.journal, batches[40])).status, 200);
    assert.equal((await hub.store.frontier(1)).size - before, 41 * maxBatchEntries);
    assert.equal((await hub.store.device(1, device.id))?.seq, 41 * maxBatchEntries);
  } finally {
    await hub.close();
  }
});

test('strangers who ask too often shut out no device, though all come from the one address of a proxy', async () => {
  const hub = await runHub();
  try {
    const device = await enrol(hub);
    const guess = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'x' });
    const guesses = async (count: number): Promise<readonly number[]> =>
      Promise.all(
        Array.from(
          { length: count },
          async () => (await fetch(`${hub.url}${hubPaths.token}`, { method: 'POST', body: guess })).status,
        ),
      );
    assert.ok(
      (await Promise.all(Array.from({ length: 80 }, () => fetch(`${hub.url}/healthz`)))).some(
        ({ status }) => status === 429,
      ),
    );
    assert.equal((await device.renew()).status, 200);
    assert.ok((await guesses(80)).includes(429), 'guesses are counted');
    assert.equal((await device.renew()).status, 200);
    assert.equal((await device.renew({ aud: 'https://elsewhere.example' })).status, 429);
  } finally {
    await hub.close();
  }
});
