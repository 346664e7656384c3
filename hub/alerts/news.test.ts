/** A real hub whose clock goes ahead: what has to be looked at is news by itself, to whoever may read it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import WebSocket from 'ws';
import { enrol, runHub } from '../../test/hub/running.ts';
import type { Caller } from '../identity/authenticate.ts';
import { roles } from '../identity/role.ts';
import { alertList } from '../protocol/alert.ts';
import { hint, hubPaths } from '../protocol.ts';
import { mayHear } from '../serve/channel.ts';

const dayMs = 86_400_000;
/** For a busy machine; the hub looks four times a minute. */
const patienceMs = 60_000;

test('a device that falls silent is told of with no other news', async () => {
  let aheadMs = 0;
  const hub = await runHub(undefined, undefined, () => Date.now() + aheadMs);
  try {
    const { id } = await enrol(hub);
    const token = readFileSync(path.join(hub.folder, 'admin.token'), 'utf8').trim();
    const address = hub.url.replace('http', 'ws') + hubPaths.hints;
    const socket = new WebSocket(address, { headers: { authorization: `Bearer ${token}` } });
    await new Promise((resolve) => socket.once('open', resolve));
    const news: string[] = [];
    const heard = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`heard only of ${news.join()}`)), patienceMs);
      socket.on('message', (data) => {
        const { about } = hint.parse(JSON.parse(String(data)));
        news.push(about);
        if (about !== 'alerts') return;
        clearTimeout(timer);
        resolve();
      });
    });
    aheadMs = 15 * dayMs;
    await heard;
    const { alerts } = alertList.parse(await (await hub.admin('GET', '/v1/alerts')).json());
    const standing = alerts.map(({ kind, labels }) => `${kind} ${labels.device}`);
    assert.deepEqual([news, standing], [['alerts'], [`staleDevice ${id}`]]);
    socket.terminate();
  } finally {
    await hub.close();
  }
});

test('people hear of alerts, and nobody else', () => {
  const hearing = roles.filter((role) => mayHear({ role } as Caller, 'alerts'));
  assert.deepEqual(hearing, ['author', 'reviewer', 'operator', 'auditor', 'admin']);
});
