/** Hubs that start at one moment over one empty database, and one that cannot. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { sqliteDatabase } from '../test/hub/database.ts';
import { databases } from '../test/hub/databases.ts';
import { until } from '../test/until.ts';
import { type HubHome, openHome } from './home.ts';
import { type RunningHub, type StartOptions, startHub } from './start.ts';
import type { Store } from './store/store.ts';

const postgresql = databases.find(({ name }) => name === 'PostgreSQL')!;

function optionsOf(home: HubHome, store: Store): StartOptions {
  const nothing = { url: null, tls: null, traces: null, providers: new Map(), say: () => undefined };
  const where = { host: '127.0.0.1', port: 0, tenant: 'acme', version: 'test' };
  return { ...nothing, ...where, home, store, now: Date.now };
}

test('of several hubs over one empty database one founds the tenant and makes the first admin', {
  skip: postgresql.skip,
}, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'kerb-start-'));
  const server = await postgresql.start();
  try {
    for (let round = 0; round < 3; round++) {
      const database = await server.create();
      const home = openHome(path.join(folder, String(round)));
      const start = async (): Promise<RunningHub> => startHub(optionsOf(home, await database.open()));
      const started = await Promise.allSettled([start(), start(), start(), start()]);
      const hubs = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      const failures = started.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []));
      const store = await database.open();
      const tenants = await store.tenants();
      const admins = (await Promise.all(tenants.map(({ id }) => store.tokens(id)))).flat();
      await Promise.all([store.close(), ...hubs.map((hub) => hub.close())]);
      await database.remove();
      assert.deepEqual(failures, []);
      assert.deepEqual([tenants.length, admins.length], [1, 1]);
      assert.deepEqual(
        hubs.map(({ adminTokenFile }) => adminTokenFile).filter((file) => file !== null),
        [home.adminToken],
      );
    }
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a hub that does not come up does not go on listening', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'kerb-start-'));
  const database = await sqliteDatabase();
  const listening = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;
  const store = await database.open();
  try {
    const full = { ...store, maintain: () => Promise.reject(new Error('the disk is full')) };
    const before = listening();
    await assert.rejects(startHub(optionsOf(openHome(folder), full)), /the disk is full/);
    await until(() => listening() === before);
  } finally {
    await store.close();
    await database.remove();
    rmSync(folder, { recursive: true, force: true });
  }
});
