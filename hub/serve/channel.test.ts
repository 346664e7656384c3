/** Sockets that do not take in what they are sent: told less, then shut out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WebSocket } from 'ws';
import { until } from '../../test/until.ts';
import type { Hub } from '../hub.ts';
import type { Caller } from '../identity/authenticate.ts';
import { createNews } from '../policies/news.ts';
import { createChannels, type Listener } from './channel.ts';

const whole = Buffer.from('{"type":"hint","about":"policies","files":{}}');
const short = '{"type":"hint","about":"policies"}';

/** A network that has taken all but `unsent` bytes of what it was given. */
function listenerWith(unsent: number, id = 'laptop') {
  const told: string[] = [];
  const socket = {
    bufferedAmount: unsent,
    send: (data: Buffer | string) => told.push(String(data)),
    terminate: () => told.push('ended'),
    on: () => socket,
  };
  const device = { id, keyId: `key of ${id}` };
  const caller = { tenant: { id: 1 }, role: 'device', id, device } as unknown as Caller;
  return {
    told,
    listener: { caller, socket: socket as unknown as WebSocket, takesFiles: true, known: null } satisfies Listener,
  };
}

test('who has not taken in the last message is told less, and who takes in nothing is shut out; no publication comes twice', async () => {
  const news = createNews();
  const faults: string[] = [];
  let asked = 0;
  const hub = {
    news,
    async newestPublication() {
      asked++;
      return { etag: 'one', message: whole };
    },
    store: { deviceKeys: async () => new Map([['laptop', 'key of laptop']]) },
    say: (line: string) => faults.push(line),
  } as unknown as Hub;
  const channels = createChannels(hub, { listen: () => () => undefined, close: async () => undefined });
  const all = [0, 1, 1_048_576, 1_060_000].map((unsent) => listenerWith(unsent));
  const revoked = listenerWith(0, 'another');
  for (const { listener } of [...all, revoked]) channels.join(listener);
  news.announce(1, 'policies');
  await until(() => revoked.told.length > 0);
  news.announce(1, 'policies');
  await until(() => asked > 1);
  news.announce(1, 'rollout');
  await until(() => all[0]!.told.length > 1);
  const rollout = '{"type":"hint","about":"rollout"}';
  assert.deepEqual(
    all.map(({ told }) => told),
    [
      [String(whole), rollout],
      [short, rollout],
      [short, rollout],
      ['ended', 'ended'],
    ],
  );
  assert.deepEqual(revoked.told[0], 'ended');
  assert.deepEqual(faults, []);
});
