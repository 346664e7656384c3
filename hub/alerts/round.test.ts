/** What the hub knows becomes alerts, and these get to whoever is to be told: on each database, over real HTTP. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { TestDatabase } from '../../test/hub/database.ts';
import { type DatabaseServer, databases } from '../../test/hub/databases.ts';
import { createDevice, decision, uuid } from '../../test/hub/device.ts';
import { act, addDevice, addTenant, now, send, submit, testSigningKey } from '../../test/hub/log.ts';
import { startReceiver } from '../../test/hub/receiver.ts';
import { until } from '../../test/until.ts';
import type { Receiver } from '../store/query/alert.ts';
import type { AskedException } from '../store/query/exception.ts';
import type { Tenant } from '../store/query/tenant.ts';
import type { Store } from '../store/store.ts';
import { noSamples } from './anomaly.ts';
import { lookForAlerts } from './round.ts';

const dayMs = 86_400_000;
const online = { snapshot: testSigningKey(), timestamp: testSigningKey() };

for (const { name, start, skip } of databases) {
  describe(`alerts on ${name}`, { skip }, () => {
    let server: DatabaseServer;
    let database: TestDatabase;
    let store: Store;
    let tenant: Tenant;
    let count = 0;
    let at = now;
    const said: string[] = [];

    before(async () => {
      server = await start();
      database = await server.create();
      store = await database.open();
    });
    after(async () => {
      await store?.close();
      await database?.remove();
      await server?.close();
    });

    const look = () =>
      lookForAlerts(
        {
          store,
          online,
          now: () => at,
          url: 'https://hub.example',
          samples: noSamples(),
          say: (line) => said.push(line),
        },
        tenant,
      );
    const standing = async () =>
      (await store.alerts(tenant.id))
        .filter(({ resolvedAt }) => resolvedAt === null)
        .map(({ kind, summary }) => `${kind}: ${summary}`)
        .sort();
    const fresh = async () => {
      at = now;
      tenant = await addTenant(store, `alerted-${count++}`);
      const device = createDevice(`laptop-${count}`);
      await addDevice(store, tenant.id, { ...device, asNew: { ...device.asNew, at: now } });
      return device;
    };
    const recently = (minutes: number) => new Date(now - minutes * 60_000).toISOString();

    test('a quiet hub has none', async () => {
      await fresh();
      await look();
      assert.deepEqual(await standing(), []);
    });

    test('repeated refusals, and ways past the gates, by where they come from', async () => {
      const device = await fresh();
      const shop = 'github.com/acme/shop-0';
      const refused = Array.from({ length: 12 }, (_, n) => decision(10, { at: recently(30 - n), repository: shop }));
      const few = Array.from({ length: 9 }, () =>
        decision(10, { at: recently(15), repository: 'github.com/acme/few' }),
      );
      const past = decision(1, { at: recently(10), origin: 'bypass', repository: shop });
      await send(store, device, device.record([...refused, ...few, past]));
      await look();
      assert.deepEqual(await standing(), [
        `bypass: one commit or push in ${shop} within a day passed no gate`,
        `repeatedRefusals: 12 refusals within an hour in ${shop}, from device ${device.id}`,
      ]);
      const [alert] = (await store.alerts(tenant.id)).filter(({ kind }) => kind === 'repeatedRefusals');
      assert.deepEqual(alert?.records, [refused.at(-1)?.id]);
      at = now + 2 * 3_600_000;
      await look();
      assert.deepEqual(await standing(), [`bypass: one commit or push in ${shop} within a day passed no gate`]);
    });

    test('decisions that are missing, two histories, and a log that a device says was changed', async () => {
      const device = await fresh();
      const gap = { kind: 'gap', id: uuid(now), at: recently(1), reason: 'limit', missing: 3 } as const;
      await send(store, device, device.record([gap]));
      const other = createDevice(device.id, device).record([decision(1), decision(2)]);
      assert.equal((await send(store, device, other)).kind, 'forked');
      await store.noteStatus(tenant.id, device.id, { status: '{"logAlarm":"the log was cut"}', at: now });
      await look();
      assert.deepEqual(await standing(), [
        `logInconsistent: device ${device.id}'s laptop has sent two histories`,
        `logInconsistent: device ${device.id}'s laptop: the log was cut`,
        `missingDecisions: 3 decisions of ${device.id}'s laptop are not here`,
      ]);
      await submit(store, tenant.id, act([{ kind: 'revokeDevice', id: device.id, at: now }], uuid(now + 5)));
      await look();
      assert.deepEqual(await standing(), []);
    });

    test('a device that is not heard of, an exception that ends, a job that decides for the first time', async () => {
      const device = await fresh();
      const asked: AskedException = {
        ...{ id: 'R-1', device: device.id, text: '{}', policy: 'kubernetes/privileged', severity: 'high' },
        ...{ repository: 'shop', requestedBy: 'ada', askedAt: now, expiresAt: now + 20 * dayMs, state: 'pending' },
        ...{ decidedAt: null, decidedBy: null, note: null },
      };
      await submit(store, tenant.id, act([{ kind: 'askException', request: asked }]));
      const decided = { id: 'R-1', from: 'pending', to: 'granted', at: now, by: 'bob', note: null } as const;
      const granted = { kind: 'decideException', ...decided, expiresAt: now + 20 * dayMs } as const;
      await submit(store, tenant.id, act([granted], uuid(now + 1)));
      const job = { issuer: 'https://ci.example', subject: 'repo:acme/shop', record: uuid(now), at: now };
      await store.noteJob(tenant.id, job);
      await store.noteJob(tenant.id, { ...job, record: uuid(now + 1), at: now + 1 });
      await look();
      assert.deepEqual(await standing(), [
        'newCiIdentity: a job of CI decides for the first time: repo:acme/shop, as https://ci.example says',
      ]);
      at = now + 15 * dayMs;
      await look();
      assert.deepEqual(await standing(), [
        'expiringException: exception R-1 from kubernetes/privileged in shop ends on 2026-12-18',
        `staleDevice: ${device.id}'s laptop was not heard of since 2026-11-28`,
      ]);
    });

    test('receivers are told once, and again where they did not hear it', async () => {
      const device = await fresh();
      const [good, bad] = [await startReceiver(), await startReceiver()];
      try {
        bad.status = 500;
        const receivers: readonly Receiver[] = [
          { id: uuid(now), name: 'hook', form: 'webhook', url: `${good.url}/secret-part`, kinds: ['bypass'] },
          { id: uuid(now + 1), name: 'chat', form: 'slack', url: `${bad.url}/secret-part`, kinds: [] },
        ];
        const changes = receivers.map((receiver) => ({ kind: 'addReceiver', receiver }) as const);
        await submit(store, tenant.id, act(changes));
        await send(store, device, device.record([decision(1, { at: recently(10), origin: 'breakGlass' })]));
        for (const _ of ['once', 'again', 'and again']) await look();
        assert.deepEqual(good.heard, ['/secret-part firing']);
        assert.equal(bad.heard.length, 1);
        assert.match(said.join(), /did not get to chat: it answers 500/);
        assert.doesNotMatch(said.join(), /secret-part/);
        const failing = (await store.notices(tenant.id)).filter(({ failure }) => failure !== null);
        assert.deepEqual(
          failing.map(({ receiver }) => receiver),
          [receivers[1]!.id],
        );
        bad.status = 200;
        at += 300_000;
        await look();
        assert.deepEqual([good.heard.length, bad.heard.length], [1, 2]);
        await submit(store, tenant.id, act([{ kind: 'removeReceiver', id: receivers[1]!.id }], uuid(now + 3)));
        at = now + 2 * dayMs;
        await look();
        assert.deepEqual(good.heard, ['/secret-part firing', '/secret-part resolved']);
        assert.equal(bad.heard.length, 2);
      } finally {
        good.server.close();
        bad.server.close();
      }
    });

    test('one who does not answer keeps nobody waiting', async () => {
      const device = await fresh();
      const good = await startReceiver();
      const silent = createServer((request) => {
        request.resume();
        void until(() => good.heard.length > 0).then(() => request.socket.destroy());
      });
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      try {
        const { port } = silent.address() as AddressInfo;
        const urls = [`http://127.0.0.1:${port}`, good.url];
        const changes = urls.map((url, number) => {
          const receiver = { id: uuid(now + number), name: 'r', form: 'webhook', url, kinds: [] } as const;
          return { kind: 'addReceiver', receiver } as const;
        });
        await submit(store, tenant.id, act(changes));
        await send(store, device, device.record([decision(1, { at: recently(10), origin: 'bypass' })]));
        const looked = look();
        await until(() => good.heard.length === 1);
        assert.doesNotMatch(said.join(), /did not get to r:/);
        await looked;
        assert.match(said.join(), /did not get to r: it cannot be reached/);
      } finally {
        good.server.close();
        silent.close();
      }
    });

    test('of two hubs that look at the same moment one tells', async () => {
      const device = await fresh();
      const hook = await startReceiver();
      try {
        const receiver = { id: uuid(now), name: 'hook', form: 'webhook', url: hook.url, kinds: [] } as const;
        await submit(store, tenant.id, act([{ kind: 'addReceiver', receiver }]));
        await send(store, device, device.record([decision(1, { at: recently(10), origin: 'bypass' })]));
        await Promise.all([look(), look(), look()]);
        assert.deepEqual(hook.heard, ['/ firing']);
      } finally {
        hook.server.close();
      }
    });
  });
}
