/** In stages, each of which its approvers sign: the hub holds back what goes badly, and takes nothing further by itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkProposal, readPublished } from '../../daemon/review/proposal.ts';
import { firstRoot } from '../../daemon/sync/tuf/roots.ts';
import { verifyRepository } from '../../daemon/sync/tuf/verify.ts';
import { formatRollout } from '../../engine/index.ts';
import { bucketOf } from '../../engine/organisation/rollout.ts';
import { now } from '../../test/hub/log.ts';
import { createPerson, createShelf, type MemoryShelf, signedRootOf } from '../../test/hub/shelf.ts';
import { native } from '../../test/policySet.ts';
import { sha256Hex } from '../cryptography.ts';
import { approve, propose } from '../policies/review.ts';
import { installRoot } from '../policies/root.ts';
import { nextEnd, readShelf, targetFile } from '../policies/shelf.ts';
import { rolloutTarget } from '../protocol.ts';
import { latencyClassOf } from '../store/latency.ts';
import { goBack, hold, promote } from './advance.ts';
import { type Comparison, compare, trippedGuard } from './guard.ts';
import { standingRollout } from './stage.ts';

const hourMs = 3_600_000;
const approvers = ['ada', 'bob', 'carol'].map((name) => createPerson(name));
const online = createShelf().desk.online;
const root = signedRootOf({ root: approvers, approvers, threshold: 2 }, online);
const plan = `
stages:
  - { name: canary, selector: { team: [platform] }, enforcement: { "*": audit }, minSuccessHours: 24 }
  - { name: some, percent: 30, enforcement: { "*": warn } }
  - { name: all }
guards: { denyRise: 5, errorRise: 1, leastDecisions: 100 }
`;

async function fresh(): Promise<MemoryShelf> {
  const shelf = createShelf(online);
  shelf.carryOut(await installRoot(shelf.desk, root));
  await publish(shelf, { id: 'first', organisation: 'ignore: [a]\n' });
  return shelf;
}

const at = ({ desk }: MemoryShelf, ms: number) => ({ ...desk, now: now + ms });

async function publish(
  shelf: MemoryShelf,
  {
    id,
    organisation = 'ignore: [b]\n',
    rollout = null,
  }: { readonly id: string; readonly organisation?: string; readonly rollout?: string | null },
): Promise<void> {
  const proposal = { title: id, organisation, policies: {}, rollout };
  const ruling = shelf.carryOut(await propose(shelf.desk, { id, author: 'eve', proposal }));
  assert.equal(ruling.kind, 'done', ruling.kind === 'refused' ? ruling.message : '');
  await sign(shelf, id);
}

/** Two approvers sign, each after the check that the command makes. */
async function sign(shelf: MemoryShelf, id: string, ms = 0): Promise<void> {
  for (const person of approvers.slice(0, 2)) {
    const { draft, bundle, rollout, number, author, title, state, openedAt } = shelf.requests.get(id)!;
    const published = await readPublished(shelf.source, { rootSha256: null, now });
    const about = { id, draft: JSON.parse(draft), bundle, rollout, number, author, title, state };
    checkProposal({ ...about, openedAt: new Date(openedAt).toISOString(), threshold: 2, approvals: [] }, published);
    const body = { keyId: person.id, signature: person.sign(JSON.parse(draft)) };
    const ruling = shelf.carryOut(await approve(at(shelf, ms), id, body));
    assert.equal(ruling.kind, 'done', ruling.kind === 'refused' ? ruling.message : '');
  }
}

/** The bundle and the ring of a device. */
async function deviceAt({ source, files }: MemoryShelf, id: string, labels = {}, version: number | null = null) {
  const pin = firstRoot(Buffer.from(files.get('metadata/1.root.json')!.bytes));
  const verified = await verifyRepository(source, {
    trust: { root: pin, seen: {} },
    device: { id, labels },
    version,
    at: now,
  });
  return { version: verified.version, ring: verified.bundle?.ring?.name ?? null };
}

function idIn(isIn: (bucket: number) => boolean, rollout: string): string {
  return Array.from({ length: 1_000 }, (_, number) => `device-${number}`).find((id) =>
    isIn(bucketOf(rollout, id, native)),
  )!;
}

test('stages reach the devices that they name, in their order, and the way back reaches all', async () => {
  const shelf = await fresh();
  await publish(shelf, { id: 'second', rollout: plan });
  const [lucky, other] = [idIn((bucket) => bucket < 3_000, 'second'), idIn((bucket) => bucket >= 3_000, 'second')];
  const team = { team: 'platform' };
  assert.deepEqual(await deviceAt(shelf, other, team), { version: 2, ring: 'canary' });
  assert.deepEqual(await deviceAt(shelf, lucky), { version: 1, ring: null });

  const tooSoon = await promote(at(shelf, 23 * hourMs), { id: 'p', author: 'oscar' });
  assert.equal(tooSoon.kind === 'refused' && tooSoon.code, 'tooSoon');
  const another = await propose(shelf.desk, {
    id: 'x',
    author: 'eve',
    proposal: { title: 'x', organisation: '', policies: {}, rollout: plan },
  });
  assert.equal(another.kind === 'refused' && another.code, 'rolloutUnderWay');

  for (const [number, ms] of [
    [2, 24 * hourMs],
    [3, 25 * hourMs],
  ] as const) {
    const promoted = shelf.carryOut(await promote(at(shelf, ms), { id: `stage-${number}`, author: 'oscar' }));
    assert.equal(promoted.kind, 'done');
    const before = await deviceAt(shelf, other);
    assert.equal(before.version, 1, 'a proposal reaches nobody');
    await sign(shelf, `stage-${number}`, ms);
    assert.deepEqual(await deviceAt(shelf, lucky), { version: 2, ring: number === 2 ? 'some' : 'all' });
    assert.deepEqual(
      await deviceAt(shelf, other),
      number === 2 ? { version: 1, ring: null } : { version: 2, ring: 'all' },
    );
    assert.deepEqual(await deviceAt(shelf, other, team, 2), { version: 2, ring: number === 2 ? 'canary' : 'all' });
  }
  const over = await promote(at(shelf, 50 * hourMs), { id: 'q', author: 'oscar' });
  assert.equal(over.kind === 'refused' && over.code, 'done');

  assert.equal(shelf.carryOut(await goBack(shelf.desk, { id: 'back', author: 'oscar' })).kind, 'done');
  await sign(shelf, 'back');
  assert.deepEqual(await deviceAt(shelf, other, {}, 2), { version: 3, ring: null });
  const { bundle } = await readPublished(shelf.source, { rootSha256: null, now });
  assert.equal(bundle?.organisation, 'ignore: [a]\n');
  await publish(shelf, { id: 'third', rollout: plan });
  assert.equal((await deviceAt(shelf, other, {}, 3)).version, 3);
});

test('what is held back goes no further, and signatures from before do not take it', async () => {
  const shelf = await fresh();
  await publish(shelf, { id: 'second', rollout: plan });
  const late = at(shelf, 30 * hourMs);
  assert.equal(shelf.carryOut(await promote(late, { id: 'early', author: 'oscar' })).kind, 'done');
  const [ada] = approvers;
  const signature = ada!.sign(JSON.parse(shelf.requests.get('early')!.draft));
  assert.equal(shelf.carryOut(await approve(late, 'early', { keyId: ada!.id, signature })).kind, 'done');

  assert.equal(shelf.carryOut(await hold(late, 'paused', 'a doubt')).kind, 'done');
  assert.equal(shelf.requests.get('early')?.state, 'outdated');
  for (const attempt of [promote(late, { id: 'q', author: 'oscar' }), hold(late, 'halted', 'again')])
    assert.equal((await attempt).kind, 'refused');
  assert.equal(shelf.carryOut(await hold(late, 'running', 'it was nothing')).kind, 'done');
  const tooSoon = await promote(late, { id: 'q', author: 'oscar' });
  assert.equal(tooSoon.kind === 'refused' && tooSoon.code, 'tooSoon', 'it has to go well anew');

  shelf.counted.push(
    { revision: '2', effect: 'deny', latency: 8, decisions: 100 },
    { revision: '1', effect: 'allow', latency: 8, decisions: 100 },
  );
  const tripped = await promote(at(shelf, 60 * hourMs), { id: 'q', author: 'oscar' });
  assert.match(tripped.kind === 'refused' ? tripped.message : '', /100\.0 % were denied/);
});

test('guards compare with the old bundle, and say nothing before there is enough to say', () => {
  const guards = { denyRise: 5, errorRise: 1, leastDecisions: 100, latencyRiseMs: 50 };
  const rollout = { id: 'r', version: 2, base: 1, changed: [], stages: [], guards, begun: 1 };
  const counts = (news: readonly number[], old: readonly number[]): Comparison => {
    const outcomes = (revision: string, [decisions = 0, denied = 0, failed = 0, ms]: readonly number[]) => ({
      ...{ revision, decisions, denied, failed },
      latencyP95Ms: ms ?? null,
    });
    return { new: outcomes('2', news), old: outcomes('1', old) };
  };
  const cases = [
    [[99, 99], [1_000], null],
    [[100, 6], [1_000], /6\.0 % were denied, with bundle 1 it is 0\.0 %/],
    [[100, 5], [1_000], null],
    [[100, 25], [1_000, 200], null],
    [[100, 26], [1_000, 200], /26\.0 % were denied/],
    [[1_000, 0, 11], [1_000], /1\.1 % came to no verdict/],
    [[100, 6], [], /were denied/],
    [[100, 0, 0, 80], [100, 0, 0, 30], null],
    [[100, 0, 0, 81], [100, 0, 0, 30], /longer than 81 ms, with bundle 1 than 30 ms: more than the 50 ms/],
    [[100, 0, 0, 900], [99, 0, 0, 30], null],
    [[99, 0, 0, 900], [100, 0, 0, 30], null],
    [[100, 0, 0, 900], [100], null],
  ] as const;
  for (const [news, old, words] of cases) {
    const tripped = trippedGuard(rollout, counts(news, old));
    if (words === null) assert.equal(tripped, null, JSON.stringify(news));
    else assert.match(tripped ?? '', words);
  }
});

const usual = { denyRise: 5, errorRise: 1, leastDecisions: 100 };

test('what one in twenty exceeds is told from counts alone, and decisions of unknown length count as none', () => {
  const rollout = { ...{ id: 'r', version: 2, base: 1, changed: [], stages: [], begun: 1 }, guards: usual };
  const lengths = Array.from({ length: 1_000 }, (_, at) => 1.5 + ((at * 7_919) % 1_000) ** 1.2);
  const row = (ms: number) => ({ revision: '2', effect: 'allow', latency: latencyClassOf(ms), decisions: 1 });
  const old = { revision: '1', effect: 'allow', latency: -1, decisions: 500 };
  const { new: now, old: before } = compare(rollout, [...lengths.map(row), old]);
  const exact = [...lengths].sort((a, b) => a - b)[949]!;
  assert.ok(now.latencyP95Ms! >= exact && now.latencyP95Ms! <= exact * 1.19, `${now.latencyP95Ms}, not ${exact}`);
  assert.deepEqual([before.decisions, before.latencyP95Ms], [500, null]);
  assert.deepEqual([0, 0.2, 1, 1.01, 2, 1e9].map(latencyClassOf), [0, 0, 0, 1, 4, 80]);
});

test('a stolen hub takes a rollout no further', async () => {
  const shelf = await fresh();
  await publish(shelf, { id: 'second', rollout: plan });
  const { desk, files } = shelf;
  const standing = await standingRollout(desk, await readShelf(desk));
  const text = formatRollout({ ...standing!.rollout, begun: 3 });
  const forged = targetFile(rolloutTarget, 9, text);
  const { targets } = await readShelf(desk);
  const document = JSON.parse(Buffer.from(targets!.bytes).toString());
  const sha256 = /[0-9a-f]{64}/.exec(forged.name)![0];
  document.signed.version = 3;
  document.signed.targets[rolloutTarget] = { length: text.length, hashes: { sha256 } };
  const metadata = {
    name: 'metadata/3.targets.json',
    role: 'targets',
    version: 3,
    bytes: Buffer.from(JSON.stringify(document)),
  } as const;
  for (const file of [forged, metadata, ...nextEnd(await readShelf(desk), metadata, desk)]) files.set(file.name, file);
  await assert.rejects(deviceAt(shelf, 'laptop'), /targets: 0 of the 2 signatures/);
});

test('a reviewer’s command refuses a stage that does not go on from what is in force', async () => {
  const shelf = await fresh();
  await publish(shelf, { id: 'second', rollout: plan });
  shelf.carryOut(await promote(at(shelf, 30 * hourMs), { id: 'p', author: 'oscar' }));
  const { draft, bundle, rollout, number, author, title, state } = shelf.requests.get('p')!;
  const change = { id: 'p', draft: JSON.parse(draft), bundle, rollout, number, author, title, state };
  const shown = { ...change, openedAt: new Date(now).toISOString(), threshold: 2, approvals: [] };
  const published = await readPublished(shelf.source, { rootSha256: null, now });
  assert.equal(checkProposal(shown, published).rollout?.begun, 2);
  const next = JSON.parse(rollout!);
  // A hub that means ill drafts what it shows.
  const drafted = (changes: object) => {
    const text = formatRollout({ ...next, ...changes });
    const sealed = { length: text.length, hashes: { sha256: sha256Hex(text) } };
    const targets = { ...shown.draft.targets, [rolloutTarget]: sealed };
    return { ...shown, rollout: text, draft: { ...shown.draft, targets } };
  };
  assert.equal(checkProposal(drafted({}), published).rollout?.begun, 2);
  const wrong = [
    drafted({ begun: 3 }),
    drafted({ changed: ['*'] }),
    drafted({ guards: { ...next.guards, denyRise: 99 } }),
    drafted({ stages: next.stages.map((stage: object) => ({ ...stage, enforcement: { '*': 'audit' } })) }),
    { ...shown, rollout: null },
    { ...shown, bundle: bundle.replace('[b]', '[c]') },
    { ...shown, draft: { ...shown.draft, delegations: {} } },
  ];
  for (const each of wrong) assert.throws(() => checkProposal(each, published), /sign nothing/);
});
