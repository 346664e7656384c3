/** Nothing is published without as many approvers as root asks for, none of them the author; and a stolen hub is no approver. */
import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import { MetadataKind } from '@tufjs/models';
import fc from 'fast-check';
import { firstRoot } from '../../daemon/sync/tuf/roots.ts';
import { verifyRepository } from '../../daemon/sync/tuf/verify.ts';
import { formatBundle } from '../../engine/index.ts';
import { now } from '../../test/hub/log.ts';
import { createPerson, createShelf, type MemoryShelf, type Person, signedRootOf } from '../../test/hub/shelf.ts';
import { sha256Hex } from '../cryptography.ts';
import { proposedTargets } from '../protocol.ts';
import type { PublishedFile } from '../store/query/publication.ts';
import { approversOf, draftWith, readRootFile, serialised, signOnline } from './metadata.ts';
import { approve, propose, withdraw } from './review.ts';
import { installRoot } from './root.ts';
import { instant, nextEnd, onlineKeyId, readShelf, renewals } from './shelf.ts';

const threshold = 2;
const names = ['ada', 'bob', 'carol', 'dan'] as const;
const approvers = names.map((name) => createPerson(name));
const stranger = createPerson('stranger');
const signers = [...approvers, stranger];
const online = createShelf().desk.online;
const root = signedRootOf({ root: approvers.slice(0, 2), approvers, threshold }, online);

async function fresh(): Promise<MemoryShelf> {
  const shelf = createShelf(online);
  assert.equal(shelf.carryOut(await installRoot(shelf.desk, root)).kind, 'done');
  return shelf;
}

/** As a device that has seen nothing yet. Throws `TrustRefusal`. */
function verify({ source, files }: MemoryShelf) {
  const pin = firstRoot(Buffer.from(files.get('metadata/1.root.json')!.bytes));
  const device = { id: 'laptop', labels: {} };
  return verifyRepository(source, { trust: { root: pin, seen: {} }, device, version: null, at: now });
}

type Command =
  | { readonly kind: 'propose'; readonly author: number }
  | { readonly kind: 'sign'; readonly change: number; readonly signer: number; readonly draft: number }
  | { readonly kind: 'pretend'; readonly change: number; readonly signer: number; readonly as: number }
  | { readonly kind: 'withdraw'; readonly change: number };

const index = fc.nat({ max: 4 });
const proposal = fc.record({ kind: fc.constant('propose' as const), author: fc.nat({ max: 3 }) });
/** Of the first changes, of which there always is one: so that many sequences come to a publication. */
const early = fc.nat({ max: 1 });
const command: fc.Arbitrary<Command> = fc.oneof(
  proposal,
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('sign' as const), change: index, signer: index, draft: index }),
  },
  {
    weight: 8,
    arbitrary: early.chain((at) =>
      fc.record({ kind: fc.constant('sign' as const), change: fc.constant(at), signer: index, draft: fc.constant(at) }),
    ),
  },
  fc.record({ kind: fc.constant('pretend' as const), change: index, signer: index, as: index }),
  fc.record({ kind: fc.constant('withdraw' as const), change: index }),
);

/** What ought to be so, kept beside what the hub keeps: who has rightly signed what. */
interface Expected {
  readonly author: string;
  state: 'open' | 'published' | 'withdrawn' | 'outdated';
  readonly signed: Set<string>;
}

test('random commands: published is what enough others have signed, and devices believe it', async () => {
  let published = 0;
  const numRuns = Number(process.env.RUNS ?? 100);
  await fc.assert(
    fc.asyncProperty(proposal, fc.array(command, { minLength: 5, maxLength: 30 }), async (first, commands) => {
      const shelf = await fresh();
      const model: Expected[] = [];
      for (const each of [first, ...commands]) await step(shelf, model, each);
      const done = model.filter(({ state }) => state === 'published');
      for (const { author, signed } of done) assert.ok(signed.size >= threshold && !signed.has(author));
      const states = [...shelf.requests.values()].map(({ state }) => state);
      assert.deepEqual(
        states,
        model.map(({ state }) => state),
      );
      published += done.length;
      if (done.length > 0) assert.equal((await verify(shelf)).version, done.length);
      else assert.ok(!shelf.files.has('metadata/timestamp.json'));
    }),
    { numRuns },
  );
  assert.ok(published > numRuns / 5, `${published} publications: enough sequences come to one`);
});

async function step({ desk, requests, carryOut }: MemoryShelf, model: Expected[], each: Command): Promise<void> {
  if (each.kind === 'propose') {
    const author = names[each.author]!;
    const proposal = { title: 'a change', organisation: `ignore: [v${model.length}]\n`, policies: {}, rollout: null };
    const ruling = carryOut(await propose(desk, { id: String(model.length), author, proposal }));
    assert.equal(ruling.kind, 'done');
    model.push({ author, state: 'open', signed: new Set() });
    return;
  }
  const id = String(each.change);
  const expected = model[each.change];
  if (each.kind === 'withdraw') {
    const ruling = carryOut(await withdraw(desk, id, { name: expected?.author ?? '', role: 'author' }));
    assert.equal(ruling.kind === 'done', expected?.state === 'open');
    if (expected?.state === 'open') expected.state = 'withdrawn';
    return;
  }
  // One signs a draft, perhaps another one's; or hands in a signature under another's key.
  const person = signers[each.signer]!;
  const draft = requests.get(String(each.kind === 'sign' ? each.draft : each.change))?.draft;
  if (draft === undefined) return;
  const keyId = each.kind === 'sign' ? person.id : signers[each.as]!.id;
  const ruling = carryOut(await approve(desk, id, { keyId, signature: person.sign(JSON.parse(draft)) }));
  const isOwnKey = keyId === person.id;
  const isRight =
    expected?.state === 'open' && isOwnKey && requests.get(id)?.draft === draft && mayApprove(person, expected);
  assert.equal(
    ruling.kind === 'done',
    isRight,
    JSON.stringify({ each, expected: expected?.state, ruling: ruling.kind }),
  );
  if (!isRight || expected === undefined) return;
  expected.signed.add(person.name);
  if (expected.signed.size < threshold) return;
  for (const other of model) if (other.state === 'open') other.state = other === expected ? 'published' : 'outdated';
}

function mayApprove({ name }: Person, { author, signed }: Expected): boolean {
  return name !== 'stranger' && name !== author && !signed.has(name);
}

test('whoever has the database and the online keys cannot publish', async () => {
  const loot = async (keysOf: readonly Person[]): Promise<MemoryShelf> => {
    const shelf = await fresh();
    const text = formatBundle({ version: 1, organisation: 'ignore: ["**"]\n', policies: {} });
    const { keys } = approversOf(readRootFile(shelf.files.get('metadata/1.root.json')!.bytes));
    const draft = proposedTargets({
      ...{ version: 1, expires: instant(now + 86_400_000), approvers: keys },
      bundle: { number: 1, length: text.length, sha256: sha256Hex(text) },
      rollout: null,
      change: { id: 'x', author: 'nobody', title: 'x' },
    });
    const signatures = keysOf.map((person) => ({ keyId: person.id, signature: person.sign(draft) }));
    const bytes = serialised(draftWith(JSON.stringify(draft), signatures));
    const targets: PublishedFile = { name: 'metadata/1.targets.json', role: 'targets', version: 1, bytes };
    const target: PublishedFile = {
      ...{ name: `targets/policies/${sha256Hex(text)}.1.json`, role: 'target', version: 1 },
      bytes: Buffer.from(text),
    };
    for (const file of [targets, target, ...nextEnd(await readShelf(shelf.desk), targets, shelf.desk)])
      shelf.files.set(file.name, file);
    return shelf;
  };
  assert.equal((await verify(await loot(approvers.slice(0, 2)))).version, 1, 'the same way, with two approvers, works');
  const refusals = [
    [[], /^targets: 0 of the 2 signatures/],
    [[approvers[0]!], /^targets: 1 of the 2 signatures/],
    [[approvers[0]!, stranger], /^targets: key \w{12}… has signed and is not/],
  ] as const;
  for (const [who, words] of refusals)
    await assert.rejects(verify(await loot(who)), ({ message }: Error) => words.test(message));

  // The online keys themselves under the targets, and a root of the thief's own.
  const online0 = await loot([]);
  const forged = JSON.parse(
    Buffer.from(
      signOnline(MetadataKind.Snapshot, { version: 1, expires: instant(now + 1_000), meta: {} }, online.snapshot),
    ).toString(),
  );
  const unsigned = JSON.parse(Buffer.from(online0.files.get('metadata/1.targets.json')!.bytes).toString());
  const bytes = Buffer.from(JSON.stringify({ ...unsigned, signatures: forged.signatures }));
  const targets: PublishedFile = { name: 'metadata/1.targets.json', role: 'targets', version: 1, bytes };
  for (const file of [targets, ...nextEnd(await readShelf(online0.desk), targets, online0.desk)])
    online0.files.set(file.name, file);
  await assert.rejects(verify(online0), /^TrustRefusal: targets: key \w{12}… has signed and is not/);
  const thief = [createPerson('t1'), createPerson('t2')];
  const own = signedRootOf({ root: thief, approvers: thief, threshold: 1 }, online);
  const second = { ...own.signed, version: 2 };
  const signatures = thief.map((person) => ({ keyid: person.id, sig: person.sign(second, MetadataKind.Root) }));
  const shelf = await fresh();
  const ruling = await installRoot(shelf.desk, { signed: second, signatures });
  assert.equal(ruling.kind === 'refused' && ruling.code, 'unsigned');
  shelf.files.set('metadata/2.root.json', {
    ...{ name: 'metadata/2.root.json', role: 'root', version: 2 },
    bytes: Buffer.from(JSON.stringify({ signed: second, signatures })),
  });
  await assert.rejects(verify(shelf), /root: key \w{12}… has signed and is not/);
});

test('a root that would let one person count twice, or the hub approve, is refused', async () => {
  const { desk } = createShelf(online);
  const twice = [createPerson('ada'), createPerson('ada')];
  const hubs: Person = {
    ...stranger,
    id: onlineKeyId(online.snapshot),
    hex: Buffer.from(online.snapshot.publicKey).toString('hex'),
  };
  const cases = [
    [{ root: approvers, approvers: twice, threshold: 2 }, /one person has two/],
    [{ root: approvers, approvers: [approvers[0]!, hubs], threshold: 2 }, /a key that this hub holds/],
    [{ root: approvers, approvers: [approvers[0]!], threshold: 2 }, /asks for 2 signatures, and has 1/],
  ] as const;
  for (const [people, words] of cases) {
    const ruling = await installRoot(desk, signedRootOf(people, online));
    assert.match(ruling.kind === 'refused' ? ruling.message : 'installed', words);
  }
});

test('a replica with other key files publishes nothing and renews nothing: what is good stays good', async () => {
  const shelf = await fresh();
  const replica = { ...shelf.desk, online: createShelf().desk.online };
  const proposal = { title: 'a change', organisation: 'ignore: [x]\n', policies: {}, rollout: null };
  shelf.carryOut(await propose(shelf.desk, { id: '0', author: 'ada', proposal }));
  const draft = JSON.parse(shelf.requests.get('0')!.draft) as object;
  const [first, last] = [approvers[1]!, approvers[2]!].map((each) => ({ keyId: each.id, signature: each.sign(draft) }));
  assert.equal(
    shelf.carryOut(await approve(replica, '0', first!)).kind,
    'done',
    'a signature of a person is one anywhere',
  );
  const refused = await approve(replica, '0', last!);
  assert.equal(refused.kind === 'refused' && refused.code, 'otherKeys');
  assert.equal(shelf.carryOut(await approve(shelf.desk, '0', last!)).kind, 'done');
  const later = now + 6 * 86_400_000;
  await assert.rejects(
    renewals({ ...replica, now: later }),
    /^Error: root does not name this hub's snapshot\.key and timestamp\.key/,
  );
  assert.equal((await renewals({ ...shelf.desk, now: later })).length, 2);
  assert.equal((await verify(shelf)).version, 1);
});
