/** Anomalies on each database: the clock is made up, and what is counted is what was sent. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import type { TestDatabase } from '../../test/hub/database.ts';
import { type DatabaseServer, databases } from '../../test/hub/databases.ts';
import { createDevice, decision, type TestDevice } from '../../test/hub/device.ts';
import { addDevice, addTenant, now, send, submit, testSigningKey } from '../../test/hub/log.ts';
import { columnsOf } from '../intake/columns.ts';
import { newEntry } from '../log/entry.ts';
import type { DecisionRecord } from '../protocol.ts';
import { actorText } from '../store/actor.ts';
import type { Tenant } from '../store/query/tenant.ts';
import type { Store } from '../store/store.ts';
import { noSamples } from './anomaly.ts';
import { unusual } from './baseline.ts';
import { lookForAlerts } from './round.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const online = { snapshot: testSigningKey(), timestamp: testSigningKey() };
const own = 'github.com/acme/own';

for (const { name, start, skip } of databases) {
  describe(`anomalies on ${name}`, { skip }, () => {
    let server: DatabaseServer;
    let database: TestDatabase;
    let store: Store;
    let tenant: Tenant;
    let count = 0;
    let at = now;

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

    const fresh = async (): Promise<TestDevice> => {
      at = now;
      tenant = await addTenant(store, `watched-${count++}`);
      const device = createDevice(`laptop-${name}-${count}`);
      await addDevice(store, tenant.id, { ...device, asNew: { ...device.asNew, at: now } });
      return device;
    };
    const look = async () => {
      await lookForAlerts(
        { store, online, now: () => at, url: 'https://hub.example', samples: noSamples(), say: () => undefined },
        tenant,
      );
      const alerts = await store.alerts(tenant.id);
      const isAnomaly = new Set<string>(['unusualCount', 'fallenCount', 'newRepository']);
      return alerts.filter(({ kind, resolvedAt }) => isAnomaly.has(kind) && resolvedAt === null);
    };
    /** So many decisions in the hour before now, so many days ago. */
    const decided = (daysAgo: number, times: number, changes: Partial<DecisionRecord> = {}) =>
      Array.from({ length: times }, (_, minute) => {
        const when = new Date(now - daysAgo * dayMs - hourMs + minute * 30_000).toISOString();
        return decision(1, { at: when, gate: 'commit', repository: own, ...changes });
      });
    /** What was decided on each day before, and then today; known since the first of it. */
    const live = async (device: TestDevice, daily: readonly number[], today: readonly DecisionRecord[]) => {
      const [first, ...rest] = daily.toReversed();
      await send(store, device, device.record(decided(daily.length, first! + 1)), now - (daily.length + 1) * dayMs);
      const records = [...rest.flatMap((times, day) => decided(rest.length - day, times)), ...today];
      for (let from = 0; from < records.length; from += 500)
        await send(store, device, device.record(records.slice(from, from + 500)));
    };

    test('many more decisions than in that hour of the days before are told once, with their figures and records', async () => {
      const device = await fresh();
      const today = decided(0, 40);
      await live(
        device,
        Array.from({ length: 20 }, (_, day) => 1 + (day % 3)),
        today,
      );
      const [alert, ...others] = await look();
      assert.deepEqual(others, []);
      assert.deepEqual(alert?.labels, { device: device.id, gate: 'commit', measure: 'actorDecisions' });
      const { samples, ...figures } = alert!.figures!;
      assert.deepEqual(
        samples.slice(0, 19),
        Array.from({ length: 19 }, (_, day) => 1 + (day % 3)),
      );
      assert.deepEqual(
        { ...figures, threshold: figures.threshold.toFixed(2) },
        {
          ...{ measure: 'actorDecisions', hour: now - hourMs, observed: 40, median: 2, mad: 1 },
          threshold: (2 + 6 * 1.4826).toFixed(2),
        },
      );
      assert.equal(
        alert!.summary,
        `40 decisions at commit by device ${device.id} in the hour of 2026-11-27 at 23:00 UTC; in that hour of 20 days before the median was 2 and the MAD 1, so that more than 10.9 stand out`,
      );
      assert.ok(alert!.records.length === 5 && alert!.records.every((id) => today.some((record) => record.id === id)));
      assert.deepEqual(
        (await look()).map(({ since }) => since),
        [alert!.since],
      );
      at = now + dayMs;
      assert.deepEqual(await look(), []);
    });

    test('refusals and findings stand out by themselves: of the actor, at the gate, of the policy', async () => {
      const device = await fresh();
      const { findings, findingCount } = decision(10);
      const refused = { effect: 'deny', passed: false, findings, findingCount } as const;
      await send(store, device, device.record(decided(21, 1, refused)), now - 21 * dayMs);
      await live(
        device,
        Array.from({ length: 20 }, () => 30),
        decided(0, 30, refused),
      );
      const seen = (await look()).map(({ labels: { measure }, figures }) => `${measure} ${figures?.observed}`).sort();
      assert.deepEqual(seen, ['actorRefusals 30', 'gateRefusals 30', 'policyFindings 30']);
    });

    test('a job of CI is watched as a device is, and its own records are named', async () => {
      await fresh();
      const job = { issuer: 'https://ci.example', subject: 'repo:acme/own' };
      const entryOf = (record: DecisionRecord, received: number, by = job) => {
        const body = { id: record.id, at: Date.parse(record.at), received, kind: 'decision', device: null } as const;
        const columns = { ...columnsOf(record), actor: actorText(by) };
        return newEntry({ ...body, seq: null, decision: columns, text: JSON.stringify({ job: by, record }) });
      };
      const today = decided(0, 30);
      const others = decided(0, 10).map((record) => entryOf(record, now, { ...job, subject: 'repo:acme/other' }));
      const entries = [...decided(20, 1).map((record) => entryOf(record, now - 20 * dayMs)), ...others];
      const all = [...entries, ...today.map((record) => entryOf(record, now))];
      await submit(store, tenant.id, { kind: 'records', entries: all, changes: [] });
      const [alert, ...more] = await look();
      assert.deepEqual([alert?.labels, more], [{ ...job, gate: 'commit', measure: 'actorDecisions' }, []]);
      assert.ok(alert!.records.length > 0 && alert!.records.every((id) => today.some((record) => record.id === id)));
    });

    test('a repository is new to whoever is known for two weeks, and to nobody else', async () => {
      const [device, newcomer] = [await fresh(), createDevice(`newcomer-${name}`)];
      await addDevice(store, tenant.id, { ...newcomer, asNew: { ...newcomer.asNew, at: now } });
      await send(store, newcomer, newcomer.record(decided(3, 1)), now - 3 * dayMs);
      await live(
        device,
        Array.from({ length: 15 }, () => 1),
        [],
      );
      assert.deepEqual(await look(), []);
      const [first, second] = decided(0, 2, { repository: 'github.com/acme/crown' });
      await send(store, device, device.record([first!]));
      await send(store, newcomer, newcomer.record([second!]));
      const [alert, ...others] = await look();
      const labels = { device: device.id, repository: 'github.com/acme/crown' };
      assert.deepEqual([alert?.labels, alert?.records, others], [labels, [first!.id], []]);
    });

    test('whatever was decided: it stands out where the figures say so, and never while too little is known', async () => {
      const daily = fc.array(fc.nat(3), { minLength: 10, maxLength: 20 });
      await fc.assert(
        fc.asyncProperty(daily, fc.nat(40), async (days, today) => {
          const device = await fresh();
          await live(device, days, decided(0, today));
          const samples = [...days.slice(0, -1), days.at(-1)! + 1];
          const expected = unusual(today, samples);
          const found = await look();
          assert.deepEqual(
            found.map(({ figures }) => figures),
            expected === null ? [] : [{ ...expected, measure: 'actorDecisions', hour: now - hourMs }],
          );
        }),
        { numRuns: 12 },
      );
    });

    test('a device that is still heard of and decides hardly anything is told, its repository too, until it decides again', async () => {
      const device = await fresh();
      const twin = createDevice(`twin-${name}`);
      await addDevice(store, tenant.id, { ...twin, asNew: { ...twin.asNew, at: now } });
      const steady = Array.from({ length: 20 }, (_, day) => 30 + (day % 3));
      for (const each of [device, twin]) await live(each, steady, []);
      const told = async () => (await look()).map(({ labels, figures }) => ({ labels, observed: figures?.observed }));
      assert.deepEqual(await told(), [], 'whoever is away is not told of');

      await store.noteStatus(tenant.id, device.id, { status: '{}', at: now });
      const [byDevice, inRepository] = [
        { labels: { device: device.id, measure: 'deviceDecisions' }, observed: 0 },
        { labels: { repository: own, measure: 'repositoryDecisions' }, observed: 0 },
      ];
      const sorted = async () => (await told()).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
      assert.deepEqual(await sorted(), [byDevice, inRepository]);
      const [alert] = (await look()).filter(({ labels }) => 'device' in labels);
      const { threshold, ...figures } = alert!.figures!;
      const samples = [...steady.slice(0, 19), steady.at(-1)! + 1];
      const expected = { measure: 'deviceDecisions', hour: now - dayMs, observed: 0, samples, median: 31, mad: 1 };
      assert.deepEqual(figures, expected);
      assert.equal(threshold.toFixed(2), (31 - 4 * Math.sqrt(31)).toFixed(2));
      const newest = await store.search(tenant.id, { device: device.id, kind: 'decision', limit: 5 });
      assert.deepEqual(
        alert!.records,
        newest.map(({ id }) => id),
      );

      // It is told on, also where that day of the week before was as quiet.
      at = now + 6 * hourMs;
      assert.deepEqual(await sorted(), [byDevice, inRepository]);
      await send(store, twin, twin.record(decided(0, 40)));
      assert.deepEqual(await sorted(), [byDevice], 'the repository is as busy as one that is half away may be');
      await send(store, device, device.record(decided(0, 25)));
      assert.deepEqual(await told(), []);
    });

    test('whoever is quiet on a day of each week is not told of on that day, and a new device not at all', async () => {
      const [device, newcomer] = [await fresh(), createDevice(`new-${name}`)];
      await addDevice(store, tenant.id, { ...newcomer, asNew: { ...newcomer.asNew, at: now } });
      const weekly = Array.from({ length: 21 }, (_, day) => (day % 7 === 6 ? 0 : 40));
      await live(device, weekly, []);
      await live(
        newcomer,
        Array.from({ length: 10 }, () => 40),
        [],
      );
      for (const { id } of [device, newcomer]) await store.noteStatus(tenant.id, id, { status: '{}', at: now });
      const devices = (await look()).filter(({ kind, labels }) => kind === 'fallenCount' && 'device' in labels);
      assert.deepEqual(devices, []);
    });

    test('what is no longer of use is forgotten', async () => {
      const device = await fresh();
      await live(
        device,
        Array.from({ length: 20 }, () => 1),
        decided(0, 40),
      );
      assert.equal((await look()).length, 1);
      await store.forgetBaselines({ hour: now - hourMs, seen: 0 });
      const [alert] = await look();
      assert.ok(alert!.figures!.samples.every((sample) => sample === 0));
      await store.forgetBaselines({ hour: 0, seen: now + 1 });
      assert.deepEqual(await look(), []);
    });
  });
}
