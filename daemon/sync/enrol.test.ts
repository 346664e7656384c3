/** Enrolment where a person takes a while, refuses, or does not come; and where the hub is not the one that was meant. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { createHome } from '../../test/store.ts';
import { createWorld, type World } from '../../test/sync/device.ts';
import { startTestHub } from '../../test/sync/hub.ts';
import { enrol } from './enrol.ts';
import { readTrust, writeTrust } from './enrolment.ts';
import { fileStore } from './keyStore.ts';
import { HubFailure } from './network.ts';
import { TrustRefusal } from './tuf/refusal.ts';

test('it waits for a person, and longer each time that the hub asks for that', async (context) => {
  const place = await createPlace(context);
  const { door } = place.world.hub;
  const decisions = ['later', 'slowDown', 'slowDown', 'later', 'allow'] as const;
  const enrolled = await place.enrol({ beforeAsking: (asked) => (door.decision = decisions[asked]!) });
  assert.deepEqual(place.pauses, [1_000, 1_000, 6_000, 11_000, 11_000]);
  assert.equal(enrolled.enrolment.device, 'laptop');
  assert.ok(existsSync(place.home.enrolment));
});

test('a connection that breaks while a person thinks is no answer of theirs', async (context) => {
  const place = await createPlace(context);
  const { hub } = place.world;
  await place.enrol({
    beforeAsking(asked) {
      hub.fault = asked === 0 ? (request) => request.socket.destroy() !== undefined : null;
    },
  });
  assert.deepEqual(place.pauses, [1_000, 6_000]);
});

test('a hub that wants its nonce in proofs gets it', async (context) => {
  const place = await createPlace(context);
  place.world.hub.door.nonce = 'fresh';
  await place.enrol();
  assert.equal(place.world.hub.door.devices.has('laptop'), true);
});

const refusals = [
  ['deny', /access_denied\)\. Somebody at the hub refused this device: ask who runs it$/],
  ['expired', /expired_token\)\. Run `kerb enroll` again$/],
] as const;
for (const [decision, words] of refusals)
  test(`${decision}: it says so, and nothing is kept`, async (context) => {
    const place = await createPlace(context);
    place.world.hub.door.decision = decision;
    await assert.rejects(place.enrol(), (error) => error instanceof HubFailure && words.test(error.message));
    assert.equal(place.pauses.length, 1);
    assert.equal(existsSync(place.home.enrolment), false);
  });

test('nobody decides: it ends when the code does', async (context) => {
  const place = await createPlace(context);
  place.world.hub.door.decision = 'later';
  const began = place.world.clock.at;
  await assert.rejects(place.enrol(), /^HubFailure: nobody has allowed this device in time: run `kerb enroll` again$/);
  assert.equal(place.world.clock.at - began, 900_000);
  assert.equal(existsSync(place.home.enrolment), false);
});

test('--root: another root than the one that was named is refused, and that one is taken', async (context) => {
  const place = await createPlace(context);
  await assert.rejects(
    place.enrol({ rootSha256: '0'.repeat(64) }),
    (error) => error instanceof TrustRefusal && /and not the one that was named/.test(error.message),
  );
  assert.equal(existsSync(place.home.enrolment), false);
  const { root } = await place.enrol();
  assert.deepEqual((await place.enrol({ rootSha256: root.sha256 })).root, root);
});

test('who enrols again remembers what was revoked, whatever the hub’s address is now; another organisation begins anew', async (context) => {
  const place = await createPlace(context);
  await place.enrol();
  const before = readTrust(place.home);
  assert.ok(before.kind === 'record');
  const revoked = { one: { revokedAt: '2026-11-28T09:00:00.000Z', expiresAt: '2026-12-28T09:00:00.000Z' } };
  const seen = { timestamp: 7 };
  writeTrust(place.home, { ...before.value, seen, revoked });
  const memory = () => {
    const trust = readTrust(place.home);
    return trust.kind === 'record' ? [trust.value.seen, trust.value.revoked] : [];
  };
  await place.enrol();
  assert.deepEqual(memory(), [seen, revoked]);
  const moved = await startTestHub({ now: () => place.world.clock.at });
  context.after(() => moved.close());
  moved.files = place.world.hub.files;
  await place.enrol({ address: moved.address });
  assert.deepEqual(memory(), [seen, revoked]);
  const other = await createWorld(context, place.world.clock);
  other.publish(1, { bundles: [] });
  await place.enrol({ address: other.hub.address });
  assert.deepEqual(memory(), [{}, undefined]);
});

interface Steps {
  readonly address?: string;
  readonly rootSha256?: string;
  /** Told how often the hub was asked for the decision before. */
  readonly beforeAsking?: (asked: number) => void;
}

/** A device that enrols as `laptop`; its pauses move the clock. */
async function createPlace(context: TestContext) {
  const world: World = await createWorld(context);
  world.publish(1, { bundles: [] });
  const home = createHome(context);
  const pauses: number[] = [];
  return {
    world,
    home,
    pauses,
    enrol: ({ rootSha256, address = world.hub.address, beforeAsking = () => undefined }: Steps = {}) =>
      enrol({
        ...{ home, address, device: 'laptop', stores: [fileStore(home)], network: world.network },
        ...{
          rootSha256: rootSha256 ?? null,
          about: { name: 'laptop', platform: 'linux' },
          show: async () => undefined,
        },
        async sleep(ms) {
          beforeAsking(pauses.length);
          pauses.push(ms);
          world.clock.at += ms;
        },
      }),
  };
}
