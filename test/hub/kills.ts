/**
 * What an acknowledgement is worth: hubs are killed, and databases stopped at once, in the middle of their work, again and
 * again, while devices send. Afterwards the log itself is read: everything acknowledged is there once, in one whole tree.
 *
 *   node test/hub/kills.ts [HUB_KILLS] [DATABASE_STOPS]     the full form is 200 and 100
 */
import assert from 'node:assert/strict';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { emptyFrontier, grow, hashLeaf, rootOf } from '../../engine/index.ts';
import { sha256 } from '../../hub/cryptography.ts';
import { hubPaths, journalAcknowledgement } from '../../hub/protocol.ts';
import type { Store } from '../../hub/store/store.ts';
import { decision } from './device.ts';
import { freePort, type Server } from './postgresql.ts';
import { type HubProcess, hubFolder, removeFolder, spawnHub } from './process.ts';
import { type EnrolledDevice, enrol } from './running.ts';

export interface KillReport {
  readonly kills: number;
  readonly acknowledged: number;
  readonly kept: number;
}

export interface KillOptions {
  readonly kills: number;
  /** The server whose database is stopped instead of the hub; null: the hub is killed, on SQLite. */
  readonly server: Server | null;
  /** The store, to be read when all is over. */
  readonly open: (folder: string) => Promise<Store>;
}

const senders = 4;
/** Batches acknowledged between two kills, at least. */
const workBetween = 6;
/** A hub that is silent for so long is not coming back; no test rests on it. */
const unheardLimitMs = 90_000;

export async function killAgainAndAgain({ kills, server, open }: KillOptions): Promise<KillReport> {
  const folder = hubFolder();
  const options = { port: await freePort(), database: server === null ? null : `${server.url}/postgres` };
  let hub: HubProcess = await spawnHub(folder, options);
  try {
    const devices = await Promise.all(Array.from({ length: senders }, (_, at) => enrol(hub, `sender ${at}`)));
    const state = { acknowledged: 0, over: false };
    const sending = Promise.all(devices.map((device) => keepSending(device, state)));
    for (let kill = 0; kill < kills; kill++) {
      const goal = state.acknowledged + workBetween;
      while (state.acknowledged < goal) await Promise.race([delay(5), sending]);
      if (server === null) {
        await hub.kill();
        hub = await spawnHub(folder, options);
      } else {
        await server.stopImmediately();
        await server.start();
      }
    }
    state.over = true;
    const entries = (await sending).flat();
    await hub.close();
    const kept = await examine(await open(folder), devices, entries);
    return { kills, acknowledged: entries.length, kept };
  } finally {
    await hub.kill();
    removeFolder(folder);
  }
}

/** Sends batch after batch, each until it is acknowledged. The ids that were. */
async function keepSending(
  device: EnrolledDevice,
  state: { acknowledged: number; readonly over: boolean },
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let number = 0; !state.over; number += 10) {
    const entries = device.record(Array.from({ length: 10 }, (_, at) => decision(number + at)));
    const seq = await sendUntilHeard(device, device.batch(entries));
    assert.equal(seq, device.head().seq);
    ids.push(...entries.map(({ record }) => record.id));
    state.acknowledged++;
  }
  return ids;
}

async function sendUntilHeard(device: EnrolledDevice, batch: unknown): Promise<number> {
  const limit = performance.now() + unheardLimitMs;
  while (performance.now() < limit) {
    const answer = await device.ask('POST', hubPaths.journal, batch).catch(() => null);
    if (answer?.status === 200) {
      const body = await answer.json().catch(() => null);
      if (body !== null) return journalAcknowledgement.parse(body).seq;
    } else if (answer?.status === 401) {
      // A long run outlives a token; the hub may be gone again by now.
      await device.refresh().catch(() => undefined);
    } else if (answer !== null && answer.status < 500 && answer.status !== 429) {
      throw new Error(`the hub refuses: ${answer.status} ${await answer.text()}`);
    }
    await delay(20);
  }
  throw new Error('the hub does not come back');
}

/** Reads the log itself: what a client counted proves nothing. */
async function examine(
  store: Store,
  devices: readonly EnrolledDevice[],
  acknowledged: readonly string[],
): Promise<number> {
  try {
    const [tenant] = await store.tenants();
    const frontier = await store.frontier(tenant!.id);
    const leaves = await store.leaves(tenant!.id, { begin: 0, end: frontier.size + 1 });
    const ids = leaves.map(({ leaf }) => (JSON.parse(leaf) as { id: string }).id);
    assert.equal(leaves.length, frontier.size, 'the log has as many leaves as its head says');
    assert.equal(new Set(ids).size, ids.length, 'nothing is there twice');
    const present = new Set(ids);
    assert.deepEqual(
      acknowledged.filter((id) => !present.has(id)),
      [],
      'nothing acknowledged is lost',
    );
    const hashes = leaves.map(({ leaf }) => hashLeaf(Buffer.from(leaf), sha256));
    assert.deepEqual(rootOf(grow(emptyFrontier, hashes, sha256).frontier, sha256), rootOf(frontier, sha256));
    for (const device of devices) {
      const known = await store.device(tenant!.id, device.id);
      assert.deepEqual([known?.seq, known?.head], [device.head().seq, device.head().hash]);
    }
    const kept = leaves.filter(({ leaf }) => (JSON.parse(leaf) as { kind: string }).kind === 'decision').length;
    assert.equal(kept, acknowledged.length, 'and nothing else');
    return kept;
  } finally {
    await store.close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { openSqlite } = await import('../../hub/store/sqlite/open.ts');
  const { openPostgresql } = await import('../../hub/store/postgresql/open.ts');
  const { runPostgresql } = await import('./postgresql.ts');
  const [hubKills, stops] = [Number(process.argv[2] ?? 200), Number(process.argv[3] ?? 100)];
  const killed = await killAgainAndAgain({
    kills: hubKills,
    server: null,
    open: async (folder) => openSqlite(`${folder}/hub.db`),
  });
  process.stdout.write(`hub killed, SQLite: ${JSON.stringify(killed)}\n`);
  const server = await runPostgresql();
  try {
    const stopped = await killAgainAndAgain({
      kills: stops,
      server,
      open: () => openPostgresql(`${server.url}/postgres`),
    });
    process.stdout.write(`PostgreSQL stopped: ${JSON.stringify(stopped)}\n`);
  } finally {
    await server.close();
  }
}
