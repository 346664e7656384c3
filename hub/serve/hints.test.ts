/** What waiting devices are sent of a publication: all that it changed, to those who may have it and say that they take it. */
import assert from 'node:assert/strict';
import { on } from 'node:events';
import { describe, test } from 'node:test';
import WebSocket from 'ws';
import { offerOf, throughOffer } from '../../daemon/sync/tuf/offer.ts';
import { firstRoot } from '../../daemon/sync/tuf/roots.ts';
import type { Source } from '../../daemon/sync/tuf/source.ts';
import { verifyRepository } from '../../daemon/sync/tuf/verify.ts';
import { databases } from '../../test/hub/databases.ts';
import { foundOrganisation, publish } from '../../test/hub/organisation.ts';
import { type EnrolledDevice, enrol, proofOf, runHub, type TestHub, withHub } from '../../test/hub/running.ts';
import { type Hint, hint, hubPaths, publicationType } from '../protocol.ts';

/** For a busy machine. */
const patienceMs = 60_000;
const timestampPath = `${hubPaths.metadata}/timestamp.json`;
const wanting = { accept: publicationType };

for (const { name, skip, start } of databases) {
  describe(`hints on ${name}`, { skip }, () => {
    test('a device that takes publications gets what changed, and needs nothing else; an older one the bare hint', () =>
      withHub(start, async (hub) => {
        const [ada, bob] = await foundOrganisation(hub);
        assert.ok(await publish(hub, [ada, bob], {}));
        const [device, older] = [await enrol(hub), await enrol(hub, 'older')];
        const root = Buffer.from(await (await device.ask('GET', `${hubPaths.metadata}/1.root.json`)).arrayBuffer());
        const heard = [
          await listen(hub, await headersOf(hub, device, hubPaths.hints, wanting)),
          await listen(hub, await headersOf(hub, older, hubPaths.hints)),
          await listen(hub, { ...wanting, authorization: `Bearer ${ada.token}` }),
        ] as const;
        const etag = (await device.ask('GET', timestampPath)).headers.get('etag')!;
        const held = [wanting, {}].map((more) => hold(hub, device, { ...more, 'if-none-match': etag }));

        assert.ok(await publish(hub, [ada, bob], { organisation: 'ignore: [b]\n' }));
        const whole = await untilBundle(2, heard[0].next);
        for (const each of heard.slice(1)) assert.deepEqual(await each.next(), { type: 'hint', about: 'policies' });
        assert.deepEqual(
          Object.keys(whole.files ?? {})
            .map(kindOf)
            .sort(),
          [
            ...['metadata/2.root.json', 'metadata/N.snapshot.json', 'metadata/N.targets.json'],
            ...['metadata/timestamp.json', 'targets/policies/H.2.json'],
          ],
        );
        const source = throughOffer(offerOf(whole), onlyRoot(root));
        const trust = { root: firstRoot(root), seen: {} };
        const asked = { trust, device: { id: device.id, labels: {} }, version: null, at: Date.now() };
        assert.equal((await verifyRepository(source, asked)).version, 2);

        const [publication, timestamp] = await Promise.all(held);
        assert.equal(publication?.headers.get('content-type'), publicationType);
        assert.equal(publication?.headers.get('etag'), whole.etag);
        assert.deepEqual(await publication?.json(), whole);
        assert.equal(timestamp?.headers.get('etag'), whole.etag);
        assert.equal(await timestamp?.text(), whole.files?.['metadata/timestamp.json']);
        for (const { socket } of heard) socket.terminate();
      }));

    test('whoever begins to listen after a publication hears of it at once, where he says what he has', () =>
      withHub(start, async (hub) => {
        const [ada, bob] = await foundOrganisation(hub);
        assert.ok(await publish(hub, [ada, bob], {}));
        const device = await enrol(hub);
        const etag = (await device.ask('GET', timestampPath)).headers.get('etag')!;
        assert.ok(await publish(hub, [ada, bob], { organisation: 'ignore: [b]\n' }));
        const known = { ...wanting, 'if-none-match': etag };
        const { socket, next } = await listen(hub, await headersOf(hub, device, hubPaths.hints, known));
        assert.notEqual((await untilBundle(2, next)).etag, etag);
        socket.terminate();
      }));

    test('with a stage of a rollout go all bundles that it chooses among', () =>
      withHub(start, async (hub) => {
        const [ada, bob] = await foundOrganisation(hub);
        assert.ok(await publish(hub, [ada, bob], {}));
        const device = await enrol(hub);
        const { socket, next } = await listen(hub, await headersOf(hub, device, hubPaths.hints, wanting));
        const rollout = 'stages: [{ name: canary, selector: { team: [platform] } }, { name: all }]\n';
        assert.ok(await publish(hub, [ada, bob], { organisation: 'ignore: [b]\n', rollout }));
        const targets = Object.keys((await untilBundle(2, next)).files ?? {})
          .map(kindOf)
          .filter((each) => each.startsWith('targets'));
        assert.deepEqual(targets.sort(), [
          'targets/H.rollout.json',
          'targets/policies/H.1.json',
          'targets/policies/H.2.json',
        ]);
        socket.terminate();
      }));

    test('a device that was revoked since it connected is shut out, and hears nothing of it', () =>
      withHub(start, async (hub) => {
        const [ada, bob] = await foundOrganisation(hub);
        assert.ok(await publish(hub, [ada, bob], {}));
        const device = await enrol(hub);
        const { socket, next } = await listen(hub, await headersOf(hub, device, hubPaths.hints, wanting));
        const etag = (await device.ask('GET', timestampPath)).headers.get('etag')!;
        const held = hold(hub, device, { ...wanting, 'if-none-match': etag });
        // Held once the hub has answered a later request.
        await device.ask('GET', timestampPath);
        assert.equal((await hub.admin('DELETE', `/v1/devices/${device.id}`)).status, 204);
        assert.ok(await publish(hub, [ada, bob], { organisation: 'ignore: [b]\n' }));
        await assert.rejects(untilBundle(2, next), /the socket was closed/);
        assert.equal((await held).status, 403);
        assert.notEqual(socket.readyState, WebSocket.OPEN);
      }));

    test(
      'of two hubs over one database both send the same',
      { skip: name === 'SQLite' && 'one process has the file' },
      () =>
        withHub(start, async (hub, database) => {
          const twin = await runHub(() => database.open(), hub.folder);
          try {
            const [ada, bob] = await foundOrganisation(hub);
            assert.ok(await publish(hub, [ada, bob], {}));
            const device = await enrol(hub);
            const heard = await Promise.all(
              [hub, twin].map(async (each) => listen(each, await headersOf(each, device, hubPaths.hints, wanting))),
            );
            assert.ok(await publish(hub, [ada, bob], { organisation: 'ignore: [b]\n' }));
            const [one, other] = await Promise.all(heard.map(({ next }) => untilBundle(2, next)));
            assert.deepEqual(one, other);
            for (const { socket } of heard) socket.terminate();
          } finally {
            await twin.close();
          }
        }),
    );
  });
}

/** Over PostgreSQL a hub tells what there is when it first looks, and a person hears of acts as well. */
async function untilBundle(number: number, next: () => Promise<Hint>): Promise<Hint> {
  for (;;) {
    const heard = await next();
    if (Object.keys(heard.files ?? {}).some((name) => name.endsWith(`.${number}.json`))) return heard;
  }
}

function kindOf(name: string): string {
  return name.replace(/[0-9a-f]{64}/, 'H').replace(/\/\d+\.(snapshot|targets)/, '/N.$1');
}

function onlyRoot(root: Buffer): Source {
  return {
    async read(name) {
      assert.equal(name, 'metadata/1.root.json', 'the rest came with the hint');
      return root;
    },
  };
}

async function headersOf(hub: Pick<TestHub, 'url'>, device: EnrolledDevice, path: string, more: object = {}) {
  const dpop = await proofOf(device, 'GET', `${hub.url}${path}`, device.token);
  return { authorization: `DPoP ${device.token}`, dpop, ...more };
}

async function hold(hub: TestHub, device: EnrolledDevice, more: object): Promise<Response> {
  const headers = await headersOf(hub, device, timestampPath, { prefer: 'wait=50', ...more });
  return fetch(`${hub.url}${timestampPath}`, { headers });
}

function listen({ url }: Pick<TestHub, 'url'>, headers: Readonly<Record<string, string>>) {
  const socket = new WebSocket(url.replace('http', 'ws') + hubPaths.hints, { headers });
  const messages = on(socket, 'message', { close: ['close'], signal: AbortSignal.timeout(patienceMs) });
  const next = async (): Promise<Hint> => {
    const { value } = (await messages.next()) as { value?: readonly unknown[] };
    assert.ok(value, 'the socket was closed');
    const heard = hint.parse(JSON.parse(String(value[0])));
    return heard.about === 'policies' ? heard : next();
  };
  return new Promise<{ readonly socket: WebSocket; readonly next: () => Promise<Hint> }>((resolve, reject) => {
    socket.once('open', () => resolve({ socket, next }));
    socket.once('error', reject);
  });
}
