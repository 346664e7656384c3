/** A replay at the hub: who may ask, what a device may say, once each, and what reviewers see of it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { acceptTask } from '../../daemon/replay/question.ts';
import { readRoot } from '../../daemon/sync/tuf/metadata.ts';
import { databases } from '../../test/hub/databases.ts';
import { type Approver, actsOf, foundOrganisation, publishedBy } from '../../test/hub/organisation.ts';
import { type EnrolledDevice, enrol, type TestHub, withHub } from '../../test/hub/running.ts';
import { createPerson, type Person } from '../../test/hub/shelf.ts';
import { sha256Hex } from '../cryptography.ts';
import {
  changeShown,
  hubPaths,
  openReplays,
  type ReplayGroup,
  type ReplaySummary,
  replayAnswerType,
  replayObstacles,
  replayQuestionType,
  replayShown,
  replayTask,
} from '../protocol.ts';

const dayMs = 86_400_000;
const none = { allowToDeny: 0, denyToAllow: 0, toNoVerdict: 0, fromNoVerdict: 0 };

for (const { name, skip, start } of databases) {
  describe(`a replay on ${name}`, { skip }, () => {
    test('is asked by an approver, answered once by each device, added up, and in the log', () =>
      withHub(start, async (hub) => {
        const [ada, , carol] = await foundOrganisation(hub);
        const { id, bundle } = await propose(hub, ada);
        const [one, other] = [await enrol(hub, 'one'), await enrol(hub, 'other')];
        assert.deepEqual((await shown(hub, id)).asked, null);

        const ask = (person: Person, about = id, text = bundle, days = 3) =>
          ada.ask('POST', `${hubPaths.changes}/${id}/replay`, questionBy(person, about, text, days));
        assert.equal((await ask(createPerson('mallory'))).status, 403);
        assert.equal((await ask(carol, id, `${bundle} `)).status, 422);
        assert.equal((await ask(carol, crypto.randomUUID())).status, 422);
        assert.equal((await ask(carol, id, bundle, 30)).status, 422);
        assert.equal((await ask(carol, id, bundle, -1)).status, 422);
        assert.deepEqual((await shown(hub, id)).asked, null);
        assert.equal((await ask(carol)).status, 204);
        assert.equal((await ask(carol)).status, 409);

        assert.deepEqual(await openFor(one), [id]);
        const taken = replayTask.parse(await (await one.ask('GET', `${hubPaths.replays}/${id}`)).json());
        await one.ask('GET', `${hubPaths.replays}/${id}`);
        const { root } = await publishedBy(hub);
        const task = acceptTask(taken, { id, root, now: Date.now() });
        assert.equal(task.kind === 'accepted' && task.sha256, sha256Hex(bundle));
        assert.deepEqual((await shown(hub, id)).devices, { enrolled: 2, taken: 1, answered: 0 });

        const answer = (device: EnrolledDevice, summary: ReplaySummary, text = bundle) =>
          device.ask(
            'POST',
            `${hubPaths.replays}/${id}`,
            device.seal(replayAnswerType, JSON.stringify({ change: id, sha256: sha256Hex(text), summary })),
          );
        const first = summaryOf(5, [groupOf('acme/names', 'shop', 2)]);
        assert.equal((await answer(one, first, `${bundle} `)).status, 422);
        const foreign = other.seal(
          replayAnswerType,
          JSON.stringify({ change: id, sha256: sha256Hex(bundle), summary: first }),
        );
        assert.equal((await one.ask('POST', `${hubPaths.replays}/${id}`, foreign)).status, 400);
        assert.equal((await answer(one, first)).status, 204);
        assert.equal((await answer(one, summaryOf(99, []))).status, 204, 'the first stands');
        assert.deepEqual(await openFor(one), []);
        // Whoever answers has taken the question, even where it was never seen to fetch it.
        assert.equal(
          (await answer(other, summaryOf(3, [groupOf('acme/names', 'shop', 1), groupOf('acme/new', 'web', 1)]))).status,
          204,
        );
        const { devices, total, asked } = await shown(hub, id);
        assert.deepEqual([devices, asked?.owner], [{ enrolled: 2, taken: 2, answered: 2 }, 'carol']);
        assert.deepEqual([total?.decisions, total?.replayed, total?.effects.allowToDeny], [8, 6, 4]);
        assert.deepEqual(
          total?.groups.map(({ policy, repository, decisions }) => [policy, repository, decisions.allowToDeny]),
          [
            ['acme/names', 'shop', 3],
            ['acme/new', 'web', 1],
          ],
        );
        const acts = (await actsOf(hub)).filter((act) => act.startsWith('change.replay'));
        assert.deepEqual(acts, [
          `change.replay ${id} carol`,
          `change.replayed ${id} one`,
          `change.replayed ${id} other`,
        ]);

        assert.equal((await hub.admin('DELETE', `${hubPaths.changes}/${id}`)).status, 204);
        const late = await enrol(hub, 'late');
        assert.deepEqual(await openFor(late), []);
        assert.equal((await answer(late, first)).status, 409);
      }));
  });
}

test('a device believes no question that the hub could have made up', async () => {
  const [approver, stranger] = [createPerson('carol'), createPerson('mallory')];
  const id = crypto.randomUUID();
  const [bundle, now] = ['{}', Date.now()];
  const root = rootNaming(approver);
  const accept = (
    person: Person,
    changes: { readonly about?: string; readonly text?: string; readonly days?: number } = {},
  ) =>
    acceptTask(
      { question: questionBy(person, changes.about ?? id, changes.text ?? bundle, changes.days ?? 3), bundle },
      { id, root, now },
    ).kind;
  assert.equal(accept(approver), 'accepted');
  assert.equal(accept(stranger), 'refused');
  assert.equal(accept({ ...stranger, seal: (type, text) => as(approver, stranger.seal(type, text)) }), 'refused');
  assert.equal(accept(approver, { about: crypto.randomUUID() }), 'refused');
  assert.equal(accept(approver, { text: '{ }' }), 'refused');
  assert.equal(accept(approver, { days: -1 }), 'refused');
  assert.equal(accept(approver, { days: 30 }), 'refused');
  const question = approver.seal(
    'application/json',
    Buffer.from(questionBy(approver, id, bundle, 3).payload, 'base64').toString(),
  );
  assert.equal(acceptTask({ question, bundle }, { id, root, now }).kind, 'refused');
  const asked = { question: questionBy(approver, id, bundle, 3), bundle };
  const unreadable = rootNaming({ ...approver, hex: 'no key' });
  assert.equal(acceptTask(asked, { id, root: unreadable, now }).kind, 'refused');
});

/** A signature of one person under the key id of another. */
function as({ id }: Person, envelope: ReturnType<Person['seal']>): ReturnType<Person['seal']> {
  return { ...envelope, signatures: envelope.signatures.map((each) => ({ ...each, keyid: id })) };
}

function rootNaming({ id, hex, name }: Person): ReturnType<typeof readRoot> {
  const key = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: hex }, 'x-kerb-owner': name };
  const role = { keyids: [id], threshold: 1 };
  const signed = {
    ...{
      _type: 'root',
      spec_version: '1.0.31',
      version: 1,
      consistent_snapshot: true,
      expires: '2099-01-01T00:00:00Z',
    },
    keys: { [id]: key },
    roles: { root: role, timestamp: role, snapshot: role, targets: role },
  };
  return readRoot(Buffer.from(JSON.stringify({ signed, signatures: [] })));
}

function questionBy(person: Person, change: string, bundle: string, days: number) {
  const now = Date.now();
  const [askedAt, expiresAt] = [new Date(now).toISOString(), new Date(now + days * dayMs).toISOString()];
  return person.seal(replayQuestionType, JSON.stringify({ change, sha256: sha256Hex(bundle), askedAt, expiresAt }));
}

async function propose(hub: TestHub, { ask }: Approver): Promise<{ readonly id: string; readonly bundle: string }> {
  const proposal = { title: 'a change', organisation: 'locked: []\n', policies: {} };
  const { id } = (await (await ask('POST', hubPaths.changes, proposal)).json()) as { id: string };
  return changeShown.parse(await (await hub.admin('GET', `${hubPaths.changes}/${id}`)).json());
}

async function shown(hub: TestHub, id: string) {
  return replayShown.parse(await (await hub.admin('GET', `${hubPaths.changes}/${id}/replay`)).json());
}

async function openFor(device: EnrolledDevice): Promise<readonly string[]> {
  return openReplays.parse(await (await device.ask('GET', hubPaths.replays)).json()).replays;
}

/** One decision of each cannot be replayed. */
function summaryOf(decisions: number, groups: readonly ReplayGroup[]): ReplaySummary {
  const obstacles = Object.fromEntries(replayObstacles.map((each) => [each, each === 'objectGone' ? 1 : 0]));
  const allowToDeny = groups.reduce((sum, group) => sum + group.decisions.allowToDeny, 0);
  return {
    ...{ since: '2026-11-01T00:00:00.000Z', decisions, replayed: decisions - 1, groupsLeftOut: 0 },
    obstacles: obstacles as ReplaySummary['obstacles'],
    effects: { ...none, allowToDeny },
    groups: [...groups],
  };
}

function groupOf(policy: string, repository: string, allowToDeny: number): ReplayGroup {
  return {
    ...{ policy, repository, gate: 'commit', decisions: { ...none, allowToDeny } },
    findings: { added: 1, gone: 0, tightened: 0, loosened: 0 },
    fingerprints: { added: ['a'.repeat(32)], gone: [] },
  };
}
