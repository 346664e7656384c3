/** Each kind of alert, from what causes it to its end: held back by a silence, told to whom it concerns, once, and resolved. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sqliteDatabase, type TestDatabase } from '../../test/hub/database.ts';
import { createDevice, decision, type TestDevice, uuid } from '../../test/hub/device.ts';
import { act, addDevice, addTenant, now, send, submit, testSigningKey } from '../../test/hub/log.ts';
import { type HeardBy, startReceiver } from '../../test/hub/receiver.ts';
import { createPerson, signedRootOf } from '../../test/hub/shelf.ts';
import { approve, propose } from '../policies/review.ts';
import { installRoot } from '../policies/root.ts';
import type { Desk, Ruling } from '../policies/ruling.ts';
import { deskOf } from '../policies/turn.ts';
import type { DecisionRecord, JournalEntry } from '../protocol.ts';
import { hold } from '../rollout/advance.ts';
import type { AskedException } from '../store/query/exception.ts';
import type { Tenant } from '../store/query/tenant.ts';
import type { Change, Store } from '../store/store.ts';
import { noSamples } from './anomaly.ts';
import type { AlertKind } from './condition.ts';
import { groupMs } from './notice.ts';
import { lookForAlerts } from './round.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const own = 'github.com/acme/own';
const online = { snapshot: testSigningKey(), timestamp: testSigningKey() };
const people = ['ada', 'bob'].map((name) => createPerson(name));

interface World {
  readonly store: Store;
  readonly tenant: Tenant;
  readonly device: TestDevice;
  at: number;
  /** Entries of the device that it has not sent yet. */
  held: readonly JournalEntry[];
}

interface Course {
  raise(world: World): Promise<unknown>;
  end(world: World): Promise<unknown>;
}

/** What ends by itself, after a while. */
const pass = (ms: number) => async (world: World) => {
  world.at += ms;
};
const change = ({ store, tenant }: World, ...changes: readonly Change[]) =>
  submit(store, tenant.id, act(changes, uuid(now + Math.floor(Math.random() * hourMs))));
const sent = ({ store, device }: World, records: readonly DecisionRecord[], received = now) =>
  send(store, device, device.record(records), received);
const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000).toISOString();
const status = ({ store, tenant, device, at }: World, said: object) =>
  store.noteStatus(tenant.id, device.id, { status: JSON.stringify(said), at });
/** So many decisions in the hour before now, so many days ago. */
const decided = (daysAgo: number, times: number, changes: Partial<DecisionRecord> = {}) =>
  Array.from({ length: times }, (_, minute) => {
    const at = new Date(now - daysAgo * dayMs - hourMs + minute * 30_000).toISOString();
    return decision(1, { at, gate: 'commit', repository: own, ...changes });
  });
/** The same on each of so many days. */
const lived = async (world: World, days: number, times: number) => {
  await sent(world, decided(days, times), now - (days + 1) * dayMs);
  for (let daysAgo = days - 1; daysAgo > 0; daysAgo--) await sent(world, decided(daysAgo, times));
};

const courses: Readonly<Record<AlertKind, Course>> = {
  repeatedRefusals: {
    raise: (world) =>
      sent(
        world,
        Array.from({ length: 10 }, (_, n) => decision(10, { at: minutesAgo(20 - n), repository: own })),
      ),
    end: pass(2 * hourMs),
  },
  newCiIdentity: {
    raise: ({ store, tenant }) =>
      store.noteJob(tenant.id, { issuer: 'https://ci.example', subject: 'repo:acme/own', record: uuid(now), at: now }),
    end: pass(2 * dayMs),
  },
  bypass: {
    raise: (world) => sent(world, [decision(1, { at: minutesAgo(5), origin: 'bypass' })]),
    end: pass(2 * dayMs),
  },
  missingDecisions: {
    async raise(world) {
      world.held = world.device.record([decision(1)]);
      await sent(world, [decision(2)]);
    },
    end: ({ store, device, held }) => send(store, device, held),
  },
  logInconsistent: {
    raise: (world) => status(world, { logAlarm: 'the log was cut' }),
    end: (world) => change(world, { kind: 'revokeDevice', id: world.device.id, at: world.at }),
  },
  staleDevice: {
    raise: async (world) => {
      await status(world, {});
      world.at += 15 * dayMs;
    },
    end: (world) => status(world, {}),
  },
  expiringException: {
    async raise(world) {
      const asked: AskedException = {
        ...{ id: 'R-1', device: world.device.id, text: '{}', policy: 'kubernetes/privileged', severity: 'high' },
        ...{ repository: own, requestedBy: 'ada', askedAt: now, expiresAt: now + 9 * dayMs, state: 'pending' },
        ...{ decidedAt: null, decidedBy: null, note: null },
      };
      await change(world, { kind: 'askException', request: asked });
      const to = { from: 'pending', to: 'granted', at: now, by: 'bob', note: null } as const;
      await change(world, { kind: 'decideException', id: 'R-1', ...to, expiresAt: asked.expiresAt });
    },
    end: (world) => {
      const to = { from: 'granted', to: 'revoked', at: now, by: 'bob', note: 'mended' } as const;
      return change(world, { kind: 'decideException', id: 'R-1', ...to, expiresAt: now + 9 * dayMs });
    },
  },
  haltedRollout: {
    async raise(world) {
      await ruled(world, (desk) =>
        installRoot(desk, signedRootOf({ root: people, approvers: people, threshold: 2 }, online)),
      );
      await published(world, 'first', null);
      await published(world, 'second', 'stages: [{ name: canary, selector: { team: [platform] } }, { name: all }]\n');
      await ruled(world, (desk) => hold(desk, 'halted', 'too much was denied'));
    },
    end: (world) => ruled(world, (desk) => hold(desk, 'running', 'a test did it')),
  },
  unusualCount: {
    async raise(world) {
      await lived(world, 20, 1);
      await sent(world, decided(0, 40));
    },
    end: pass(dayMs),
  },
  fallenCount: {
    async raise(world) {
      await lived(world, 20, 30);
      await status(world, {});
    },
    end: (world) => sent(world, decided(0, 30)),
  },
  newRepository: {
    async raise(world) {
      await lived(world, 16, 1);
      await sent(world, decided(0, 1, { repository: 'github.com/acme/crown' }));
    },
    end: pass(2 * dayMs),
  },
};

/** Does what a ruling says. */
async function ruled<T>(world: World, decide: (desk: Desk) => Promise<Ruling<T>>): Promise<void> {
  const { store, tenant, at } = world;
  const ruling = await decide(deskOf({ store, online, now: () => at }, tenant.id));
  if (ruling.kind === 'refused') assert.fail(ruling.message);
  await change(world, ...(ruling.deed?.changes ?? []));
}

async function published(world: World, id: string, rollout: string | null): Promise<void> {
  const proposal = { title: id, organisation: `ignore: [${id}]\n`, policies: {}, rollout };
  await ruled(world, (desk) => propose(desk, { id, author: 'eve', proposal }));
  for (const person of people) {
    const draft = (await world.store.changeRequest(world.tenant.id, id))?.draft ?? '';
    const signed = { keyId: person.id, signature: person.sign(JSON.parse(draft) as object) };
    await ruled(world, (desk) => approve(desk, id, signed));
  }
}

describe('kinds of alerts', () => {
  let database: TestDatabase;
  let store: Store;
  let meant: HeardBy;
  let other: HeardBy;

  before(async () => {
    database = await sqliteDatabase();
    store = await database.open();
    [meant, other] = [await startReceiver(), await startReceiver()];
  });
  after(async () => {
    meant?.server.close();
    other?.server.close();
    await store?.close();
    await database?.remove();
  });

  for (const kind of Object.keys(courses) as AlertKind[])
    test(`${kind}: silenced, told once to whom it concerns, resolved`, async () => {
      const tenant = await addTenant(store, kind);
      const device = createDevice(kind);
      await addDevice(store, tenant.id, { ...device, asNew: { ...device.asNew, at: now } });
      const world: World = { store, tenant, device, at: now, held: [] };
      const look = async () => {
        const hub = { store, online, now: () => world.at, url: 'https://hub.example', samples: noSamples() };
        await lookForAlerts({ ...hub, say: (line) => assert.fail(line) }, tenant);
        return (await store.alerts(tenant.id)).filter((alert) => alert.kind === kind);
      };
      const others: readonly AlertKind[] = kind === 'bypass' ? ['staleDevice'] : ['bypass'];
      await change(
        world,
        {
          kind: 'addReceiver',
          receiver: { ...{ id: uuid(1), name: 'meant', form: 'webhook' }, url: meant.url, kinds: [kind] },
        },
        {
          kind: 'addReceiver',
          receiver: { ...{ id: uuid(2), name: 'other', form: 'webhook' }, url: other.url, kinds: others },
        },
      );
      [meant.heard.length, other.heard.length] = [0, 0];
      assert.deepEqual(await look(), []);

      const course = courses[kind];
      await course.raise(world);
      const silence = { id: uuid(3), kind, labels: {}, reason: 'known', by: 'ada', expiresAt: world.at + 60_000 };
      await change(world, { kind: 'addSilence', silence });
      const raised = await look();
      assert.ok(raised.length > 0 && raised.every(({ resolvedAt }) => resolvedAt === null));
      assert.deepEqual(meant.heard, [], 'a silence holds it back');

      world.at += 60_000;
      const again = await look();
      assert.deepEqual(meant.heard, ['/ firing'], 'when the silence has ended it is told');
      await look();
      assert.deepEqual(meant.heard, ['/ firing'], 'the same is not told again');
      const begun = (alerts: typeof raised) => alerts.map(({ id, since }) => `${id} ${since}`).sort();
      assert.deepEqual(begun(again), begun(raised), 'it is the same alert');

      await course.end(world);
      world.at += groupMs;
      const over = await look();
      assert.deepEqual(
        over.map(({ id, resolvedAt }) => [id, resolvedAt]).sort(),
        raised.map(({ id }) => [id, world.at]).sort(),
      );
      assert.deepEqual(meant.heard, ['/ firing', '/ resolved']);
      assert.deepEqual(other.heard, []);
    });
});
