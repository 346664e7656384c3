/** No expired or revoked exception ever applies, none is granted by whoever asked, by too few, or without an approver's own key. */
import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import type { MetadataKind } from '@tufjs/models';
import fc from 'fast-check';
import { type ExceptionsInForce, exceptionsIn, signApproval, signStep } from '../../daemon/review/exceptions.ts';
import { type Published, readPublished } from '../../daemon/review/proposal.ts';
import { firstRoot } from '../../daemon/sync/tuf/roots.ts';
import { verifyRepository } from '../../daemon/sync/tuf/verify.ts';
import {
  type Approval,
  approvalPayloadType,
  approvalText,
  type ExceptionRequest,
  type Finding,
  formatExceptions,
  grantedException,
  markApproved,
  nextExceptions,
  readOrganisationRules,
  registerExceptions,
} from '../../engine/index.ts';
import { now } from '../../test/hub/log.ts';
import { createPerson, createShelf, keyOf, type MemoryShelf, type Person, signedRootOf } from '../../test/hub/shelf.ts';
import { sha256Hex } from '../cryptography.ts';
import { draftWith, serialised, signOnline } from '../policies/metadata.ts';
import { approve as approveChange, propose } from '../policies/review.ts';
import { installRoot } from '../policies/root.ts';
import { nextEnd, readShelf, targetFile } from '../policies/shelf.ts';
import { exceptionsTarget, proposedExceptions } from '../protocol.ts';
import type { ExceptionApprovalRow } from '../store/query/exception.ts';
import type { PublishedFile } from '../store/query/publication.ts';
import { approve } from './approve.ts';
import { ask } from './ask.ts';
import { deny, renew, revoke } from './decide.ts';

const dayMs = 86_400_000;
const names = ['ada', 'bob', 'carol'] as const;
const approvers = names.map((name) => createPerson(name));
const stranger = createPerson('mallory');
const signers = [...approvers, stranger];
const online = createShelf().desk.online;
const root = signedRootOf({ root: approvers, approvers, threshold: 2 }, online);
const policy = 'acme/unprivileged';
/** Two people have to approve an exception from it. */
const guarded = 'acme/guarded';

/** A hub with policies in force, whose clock is the test's. */
interface World {
  readonly shelf: MemoryShelf;
  at: number;
  /** What is published, verified by an approver and by a device, and the timestamp under which it was. */
  seen: { readonly timestamp: unknown; readonly published: Published; readonly exceptions: string | null } | null;
}

const deskOf = ({ shelf, at }: World) => ({ ...shelf.desk, now: at });
const iso = (ms: number) => new Date(ms).toISOString();

async function fresh(): Promise<World> {
  const shelf = createShelf(online);
  shelf.carryOut(await installRoot(shelf.desk, root));
  const proposal = {
    title: 'rules',
    organisation: `exceptions: { never: [acme/never], approvals: { policies: { ${guarded}: 2 } } }\n`,
    policies: {},
    rollout: null,
  };
  shelf.carryOut(await propose(shelf.desk, { id: 'c', author: 'eve', proposal }));
  for (const person of approvers.slice(0, 2)) {
    const signature = person.sign(JSON.parse(shelf.requests.get('c')!.draft));
    assert.equal(shelf.carryOut(await approveChange(shelf.desk, 'c', { keyId: person.id, signature })).kind, 'done');
  }
  return { shelf, at: now, seen: null };
}

const ready = await fresh();

/** The same for another run, without making it anew. */
function another(): World {
  const shelf = createShelf(online);
  for (const [name, file] of ready.shelf.files) shelf.files.set(name, file);
  return { shelf, at: now, seen: null };
}

/** What a device that has seen nothing yet believes. How fresh the hub's own signatures are is tested elsewhere. */
async function verify({ shelf }: World) {
  const pin = firstRoot(Buffer.from(shelf.files.get('metadata/1.root.json')!.bytes));
  const device = { id: 'laptop', labels: {} };
  return verifyRepository(shelf.source, { trust: { root: pin, seen: {} }, device, version: null, at: now });
}

/** What an approver's command has verified, anew whenever something was published. */
async function inForce(world: World): Promise<Published> {
  const timestamp = world.shelf.files.get('metadata/timestamp.json')?.bytes;
  if (world.seen?.timestamp !== timestamp) {
    const published = await readPublished(world.shelf.source, { rootSha256: null, now });
    const { bundle } = await verify(world);
    world.seen = { timestamp, published, exceptions: bundle?.exceptions ?? null };
  }
  return world.seen!.published;
}

function requestBy(
  person: string,
  number: number,
  world: World,
  changes: Partial<ExceptionRequest> = {},
): ExceptionRequest {
  return {
    ...{ id: `R-${number}`, at: iso(world.at), policy, severity: 'critical', repository: 'github.com/acme/shop' },
    ...{ file: 'web.yaml', fingerprint: fingerprintOf(number), resource: null, category: 'waiver', reason: 'why' },
    ...{ compensatingControls: [], ticket: null, requestedBy: `${person}@acme.example`, baseCommit: null },
    expiresAt: iso(world.at + 20 * dayMs),
    ...changes,
  };
}

function fingerprintOf(number: number): string {
  return sha256Hex(`finding ${number}`).slice(0, 32);
}

/** Which of these policies' findings, one after the other, an editor, a gate or a command would call exempt now. */
async function exempt(world: World, policies: readonly string[]): Promise<readonly number[]> {
  const { bundle } = await inForce(world);
  const { rules } = readOrganisationRules({ path: 'organisation.yaml', text: bundle!.organisation });
  const findings = policies.map((of, number) => findingOf(of, fingerprintOf(number)));
  const text = world.seen!.exceptions;
  const marked = markApproved(findings, registerExceptions(exceptionsIn(text)), {
    ...{ atMs: world.at, gate: 'commit', repository: 'github.com/acme/shop', environment: null, actor: null },
    ...{ revision: 1, digestOf: () => null, terms: rules!.exceptions, uses: new Map() },
  });
  return marked.flatMap(({ exception }, number) => (exception === null ? [] : [number]));
}

function findingOf(of: string, fingerprint: string): Finding {
  return {
    ...{
      policy: of,
      severity: 'critical',
      enforcement: 'deny',
      outcome: 'fail',
      file: 'web.yaml',
      resource: 'Pod/web',
    },
    ...{ path: 'spec', span: { start: 0, end: 1 }, message: 'm', related: [], fingerprint, exception: null, fixes: [] },
  };
}

/**
 * `stale`: signed for before the last decision. `other`: for another request. `pretend`: under another's key. `hasty`: the
 * document too, though others have to approve. `copied`: with the signature of who approved before.
 */
const tricks = ['none', 'stale', 'other', 'pretend', 'hasty', 'copied'] as const;
type Trick = (typeof tricks)[number];

type Command =
  | { readonly kind: 'ask'; readonly by: number; readonly policy: string }
  | {
      readonly kind: 'approve';
      readonly request: number;
      readonly signer: number;
      /** Who is logged in. */
      readonly login: number;
      readonly days: number;
      readonly trick: Trick;
    }
  | { readonly kind: 'deny'; readonly request: number }
  | { readonly kind: 'revoke'; readonly request: number; readonly signer: number }
  | { readonly kind: 'renew'; readonly signer: number }
  | { readonly kind: 'wait'; readonly days: number };

const index = fc.nat({ max: 3 });
/** The first requests, which are there in every sequence: so that many of them are granted, and some revoked. */
const early = fc.nat({ max: 1 });
const asking = fc.record({
  ...{ kind: fc.constant('ask' as const), by: fc.nat({ max: 2 }), policy: fc.constantFrom(policy, guarded) },
});
const revoking = (request: fc.Arbitrary<number>) =>
  fc.record({ kind: fc.constant('revoke' as const), request, signer: index });
const approving = (request: fc.Arbitrary<number>, trick: fc.Arbitrary<Trick>) =>
  fc.record({
    ...{ kind: fc.constant('approve' as const), request, signer: index, login: fc.nat({ max: 2 }) },
    // Often the same, since of several approvers all have to mean the same.
    ...{ days: fc.oneof({ weight: 2, arbitrary: fc.constant(6) }, fc.nat({ max: 25 })), trick },
  });
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 2, arbitrary: asking },
  { weight: 4, arbitrary: approving(early, fc.constant('none')) },
  // As people do: under their own login, for what was asked. So that it often comes to a second approval.
  {
    weight: 8,
    arbitrary: approving(early, fc.constant('none')).map((each) => ({ ...each, login: each.signer % 3, days: 6 })),
  },
  { weight: 3, arbitrary: approving(index, fc.constantFrom(...tricks)) },
  fc.record({ kind: fc.constant('deny' as const), request: index }),
  { weight: 3, arbitrary: revoking(early) },
  revoking(index),
  fc.record({ kind: fc.constant('renew' as const), signer: index }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 8 }) }) },
);

/** What ought to be so, kept beside what the hub keeps. */
interface Expected {
  readonly request: ExceptionRequest;
  readonly by: string;
  state: 'pending' | 'granted' | 'refused' | 'revoked';
  endsAt: number;
  /** Who has approved; the first decided until when. */
  readonly approvedBy: Set<string>;
  until: string | null;
}

test('random commands: exempt is what another person has signed for, until it ends or is revoked', async () => {
  const met = { granted: 0, expired: 0, revoked: 0, 'granted by two': 0, 'approved by one of two': 0 };
  const numRuns = Number(process.env.RUNS ?? 100);
  await fc.assert(
    fc.asyncProperty(asking, asking, fc.array(command, { minLength: 5, maxLength: 20 }), async (...[a, b, more]) => {
      const world = another();
      const model: Expected[] = [];
      for (const each of [a, b, ...more]) {
        await step(world, model, each);
        const expected = model.flatMap(({ state, endsAt }, number) =>
          state === 'granted' && world.at < endsAt ? [number] : [],
        );
        const policies = model.map(({ request }) => request.policy);
        assert.deepEqual(await exempt(world, policies), expected, JSON.stringify(each));
      }
      const states = [...world.shelf.exceptions.values()].map(({ state }) => state);
      assert.deepEqual(
        states,
        model.map(({ state }) => state),
      );
      met.granted += model.filter(({ endsAt }) => endsAt > 0).length;
      met.expired += model.filter(({ state, endsAt }) => state === 'granted' && endsAt <= world.at).length;
      const ofTwo = model.filter(({ request }) => request.policy === guarded);
      met['granted by two'] += ofTwo.filter(({ endsAt }) => endsAt > 0).length;
      met['approved by one of two'] += ofTwo.filter(({ approvedBy }) => approvedBy.size === 1).length;
      met.revoked += states.filter((state) => state === 'revoked').length;
    }),
    { numRuns },
  );
  for (const [what, count] of Object.entries(met)) assert.ok(count > numRuns / 50, `${what}: ${count} of ${numRuns}`);
});

async function step(world: World, model: Expected[], each: Command): Promise<void> {
  const { shelf } = world;
  if (each.kind === 'wait') {
    world.at += each.days * dayMs;
    return;
  }
  if (each.kind === 'ask') {
    const by = names[each.by]!;
    const request = requestBy(by, model.length, world, { policy: each.policy });
    const ruling = shelf.carryOut(await ask(deskOf(world), 'laptop', JSON.stringify(request)));
    assert.equal(ruling.kind === 'done' && ruling.value.state, 'pending');
    model.push({ request, by, state: 'pending', endsAt: 0, approvedBy: new Set(), until: null });
    return;
  }
  const expected = each.kind === 'renew' ? undefined : model[each.request];
  if (each.kind === 'deny') {
    const ruling = shelf.carryOut(await deny(deskOf(world), `R-${each.request}`, { name: 'carol' }, 'no'));
    assert.equal(ruling.kind === 'done', expected?.state === 'pending');
    if (ruling.kind === 'done') expected!.state = 'refused';
    return;
  }
  const signer = signers[each.signer]!;
  const isApprover = signer !== stranger;
  const at = iso(world.at);
  const { exceptions } = await inForce(world);
  if (each.kind === 'renew') {
    const signed = signStep(exceptions, { step: { kind: 'renew' }, at, key: keyOf(signer) });
    assert.equal(shelf.carryOut(await renew(deskOf(world), signed)).kind === 'done', isApprover);
    return;
  }
  if (expected === undefined) return;
  const { id } = expected.request;
  if (each.kind === 'revoke') {
    const signed = signStep(exceptions, { step: { kind: 'revoke', id }, at, key: keyOf(signer) });
    const ruling = shelf.carryOut(await revoke(deskOf(world), id, { ...signed, reason: 'over' }));
    assert.equal(
      ruling.kind === 'done',
      isApprover && expected.state === 'granted' && world.at < expected.endsAt,
      JSON.stringify(ruling),
    );
    if (ruling.kind === 'done') expected.state = 'revoked';
    return;
  }
  await tryApproval(world, model, { ...each, expected, exceptions, signer });
}

/** Makes the signature as somebody would who knows no rule, so that it is the hub that has to know them. */
async function tryApproval(
  world: World,
  model: readonly Expected[],
  {
    expected,
    exceptions,
    signer,
    login,
    days,
    trick,
  }: Omit<Extract<Command, { kind: 'approve' }>, 'signer'> & {
    readonly expected: Expected;
    readonly exceptions: ExceptionsInForce;
    readonly signer: Person;
  },
): Promise<void> {
  const [at, expiresAt] = [iso(world.at), iso(Date.parse(expected.request.at) + days * dayMs)];
  const other = model.find(({ request }) => request !== expected.request)?.request;
  const meant = trick === 'other' && other !== undefined ? other : expected.request;
  const isOfTwo = expected.request.policy === guarded;
  const given = await world.shelf.desk.exceptions.exceptionApprovals(1, [expected.request.id]);
  const before = given.filter(({ keyId }) => keyId !== signer.id);
  const own = { who: signer.name, role: 'approver', keyid: signer.id, at };
  const terms = { expiresAt, maxUses: null };
  const signedBy = (person: Person): string => {
    const text = approvalText(grantedException(meant, { approvals: [own], ...terms }), own);
    return person.seal(approvalPayloadType, text).signatures[0]!.sig;
  };
  const mark = !isOfTwo ? null : trick === 'copied' ? (before[0]?.signature ?? signedBy(stranger)) : signedBy(signer);
  const [first, ...others] = [...before.map(approvalIn), mark === null ? own : { ...own, signature: mark }];
  const exception = grantedException(meant, { approvals: [first ?? own, ...others], ...terms });
  const isLast = !isOfTwo || before.length > 0;
  const base = trick === 'stale' ? { ...exceptions, version: exceptions.version - 1 } : exceptions;
  const { signature } = signStep(base, { step: { kind: 'grant', exception }, at, key: keyOf(signer) });
  const keyId = trick === 'pretend' ? approvers.find((each) => each !== signer)!.id : signer.id;
  const body = { keyId, at, approval: mark, signature: isLast || trick === 'hasty' ? signature : null, ...terms };
  const ruling = world.shelf.carryOut(await approve(deskOf(world), expected.request.id, { name: names[login]! }, body));
  const harmless: Readonly<Record<Trick, boolean>> = {
    none: true,
    stale: !isLast,
    other: meant === expected.request,
    pretend: false,
    hasty: isLast,
    copied: !isOfTwo,
  };
  const isRight =
    harmless[trick] &&
    expected.state === 'pending' &&
    signer !== stranger &&
    signer.name !== expected.by &&
    names[login] !== expected.by &&
    days <= 20 &&
    Date.parse(expiresAt) > world.at &&
    !expected.approvedBy.has(signer.name) &&
    (expected.until ?? expiresAt) === expiresAt;
  assert.equal(ruling.kind === 'done', isRight, JSON.stringify({ trick, ruling }));
  if (!isRight) return;
  expected.approvedBy.add(signer.name);
  expected.until = expiresAt;
  if (expected.approvedBy.size < (isOfTwo ? 2 : 1)) return;
  expected.state = 'granted';
  expected.endsAt = Date.parse(expiresAt);
}

function approvalIn({ who, keyId, at, signature }: ExceptionApprovalRow): Approval {
  return { who, role: 'approver', keyid: keyId, at: iso(at), signature };
}

test('what nobody could grant is refused as it comes, and the same request again is the same', async () => {
  const world = await fresh();
  const take = async (request: ExceptionRequest, device = 'laptop') =>
    world.shelf.carryOut(await ask(deskOf(world), device, JSON.stringify(request)));
  const refusals = [
    [{ policy: 'acme/never' }, /nothing is exempt from acme\/never/],
    [{ policy: 'acme/*' }, /one policy/],
    [{ repository: 'github.com/acme/*' }, /one repository/],
    [{ expiresAt: iso(now + 31 * dayMs) }, /lasts at most 30 days/],
    [{ expiresAt: iso(now) }, /which is past/],
  ] as const;
  for (const [at, [changes, words]] of refusals.entries()) {
    const ruling = await take(requestBy('ada', at, world, changes));
    assert.ok(ruling.kind === 'done' && ruling.value.state === 'refused');
    assert.match(ruling.value.reason ?? '', words);
  }
  const request = requestBy('ada', 9, world);
  for (const _ of [1, 2]) assert.equal((await take(request)).kind, 'done');
  assert.equal(world.shelf.exceptions.size, refusals.length + 1);
  const others = [await take({ ...request, reason: 'else' }), await take(request, 'another')];
  for (const ruling of others) assert.equal(ruling.kind === 'refused' && ruling.code, 'idTaken');
  world.at += 25 * dayMs;
  const late = await inForce(world);
  const terms = { key: keyOf(approvers[1]!), at: iso(world.at), expiresAt: request.expiresAt, maxUses: null };
  assert.throws(() => signApproval(request, late, terms), /which is past/);
  const own = { ...terms, key: keyOf(approvers[0]!) };
  assert.throws(() => signApproval(request, late, own), /somebody else approves/);
});

test('whoever has the database and the online keys grants nothing, and an approver nothing to themselves', async () => {
  const loot = async (person: Person | null): Promise<World> => {
    const world = await fresh();
    const { desk, files } = world.shelf;
    const approval = { who: 'ada', role: 'approver', keyid: person?.id ?? 'x', at: iso(now) };
    const granted = grantedException(requestBy('ada', 0, world), {
      approvals: [approval],
      expiresAt: iso(now + dayMs),
      maxUses: null,
    });
    const text = formatExceptions(nextExceptions([], { kind: 'grant', exception: granted }, iso(now)));
    const document = { length: text.length, sha256: sha256Hex(text) };
    const draft = proposedExceptions({ version: 1, at: iso(now), document });
    const signatures = person === null ? [] : [{ keyId: person.id, signature: person.sign(draft) }];
    const bytes = serialised(draftWith(JSON.stringify(draft), signatures));
    const signed: PublishedFile = { name: 'metadata/1.exceptions.json', role: 'exceptions', version: 1, bytes };
    const end = nextEnd(await readShelf(desk), signed, desk);
    for (const file of [targetFile(exceptionsTarget, 1, text), signed, ...end]) files.set(file.name, file);
    return world;
  };
  await assert.rejects(verify(await loot(null)), /exceptions: 0 of the 1 signatures/);
  await assert.rejects(verify(await loot(stranger)), /exceptions: key \w{12}… has signed and is not/);
  // An approver who has taken over the hub as well: the document is believed, and says that nobody else has approved.
  assert.deepEqual(await exempt(await loot(approvers[0]!), [policy]), []);

  // The hub's own keys under it.
  const world = await loot(null);
  const { files, desk } = world.shelf;
  const forged = signOnline(
    'snapshot' as MetadataKind.Snapshot,
    { version: 1, expires: '2030-01-01T00:00:00Z', meta: {} },
    online.snapshot,
  );
  const { signatures } = JSON.parse(Buffer.from(forged).toString());
  const unsigned = JSON.parse(Buffer.from(files.get('metadata/1.exceptions.json')!.bytes).toString());
  const bytes = Buffer.from(JSON.stringify({ ...unsigned, signatures }));
  const signed: PublishedFile = { name: 'metadata/1.exceptions.json', role: 'exceptions', version: 1, bytes };
  for (const file of [signed, ...nextEnd(await readShelf(desk), signed, desk)]) files.set(file.name, file);
  await assert.rejects(verify(world), /exceptions: key \w{12}… has signed and is not/);
});

test('where two have to approve, whoever has one approver’s key and the hub grants nothing', async () => {
  const [ada, bob, carol] = approvers as [Person, Person, Person];
  const request = requestBy('ada', 0, ready, { policy: guarded });
  const terms = { expiresAt: iso(now + dayMs), maxUses: null };
  const approvalOf = (person: Person, { by = person, of = request, who = person.name } = {}): Approval => {
    const own = { who, role: 'approver', keyid: person.id, at: iso(now) };
    const text = approvalText(grantedException(of, { approvals: [own], ...terms }), own);
    return { ...own, signature: by.seal(approvalPayloadType, text).signatures[0]!.sig };
  };
  const governs = async (first: Approval, ...others: readonly Approval[]): Promise<boolean> => {
    const world = another();
    const { desk, files } = world.shelf;
    const granted = grantedException(request, { approvals: [first, ...others], ...terms });
    const text = formatExceptions(nextExceptions([], { kind: 'grant', exception: granted }, iso(now)));
    const draft = proposedExceptions({
      version: 1,
      at: iso(now),
      document: { length: text.length, sha256: sha256Hex(text) },
    });
    const signatures = [{ keyId: carol.id, signature: carol.sign(draft) }];
    const bytes = serialised(draftWith(JSON.stringify(draft), signatures));
    const signed: PublishedFile = { name: 'metadata/1.exceptions.json', role: 'exceptions', version: 1, bytes };
    const end = nextEnd(await readShelf(desk), signed, desk);
    for (const file of [targetFile(exceptionsTarget, 1, text), signed, ...end]) files.set(file.name, file);
    const seen = await exempt(world, [guarded]);
    return seen.length > 0;
  };
  const own = approvalOf(carol);
  assert.equal(await governs(own, approvalOf(bob)), true, 'two people, each with their key');
  assert.equal(await governs(own), false, 'one person');
  assert.equal(await governs(own, own), false, 'one person twice');
  assert.equal(await governs(own, approvalOf(carol, { who: 'bob' })), false, 'under another’s name');
  assert.equal(await governs(own, approvalOf(bob, { by: carol })), false, 'under another’s key');
  assert.equal(await governs(own, approvalOf(stranger)), false, 'a key that nobody named');
  assert.equal(await governs(own, approvalOf(ada)), false, 'whoever asked');
  const longer = { ...request, id: 'R-9' };
  assert.equal(await governs(own, approvalOf(bob, { of: longer })), false, 'given to another exception');
  const { signature: _, ...unsigned } = approvalOf(bob);
  assert.equal(await governs(own, unsigned), false, 'not signed');
});

test('policies that would leave the exceptions without a signer are not published', async () => {
  const world = await fresh();
  const { shelf } = world;
  const [ada, bob, carol] = approvers as [Person, Person, Person];
  shelf.carryOut(await ask(deskOf(world), 'laptop', JSON.stringify(requestBy('ada', 0, world))));
  const { exceptions } = await inForce(world);
  const terms = { key: keyOf(bob), at: iso(now), expiresAt: iso(now + dayMs), maxUses: null };
  const approval = signApproval(requestBy('ada', 0, world), await inForce(world), terms);
  assert.equal(shelf.carryOut(await approve(shelf.desk, 'R-0', { name: 'bob' }, approval)).kind, 'done');
  assert.equal(exceptions.version, 0);

  const without = signedRootOf({ root: approvers, approvers: [ada, carol], threshold: 1 }, online);
  const second = { ...without.signed, version: 2 };
  const signatures = approvers.map((person) => ({
    keyid: person.id,
    sig: person.sign(second, 'root' as MetadataKind.Root),
  }));
  assert.equal(shelf.carryOut(await installRoot(shelf.desk, { signed: second, signatures })).kind, 'done');
  const proposal = { title: 'more', organisation: '', policies: {}, rollout: null };
  shelf.carryOut(await propose(shelf.desk, { id: 'd', author: 'eve', proposal }));
  const publish = async () => {
    const signature = carol.sign(JSON.parse(shelf.requests.get('d')!.draft));
    return shelf.carryOut(await approveChange(shelf.desk, 'd', { keyId: carol.id, signature }));
  };
  const stranded = await publish();
  assert.equal(stranded.kind === 'refused' && stranded.code, 'wouldStrand');
  const signed = signStep((await inForce(world)).exceptions, {
    step: { kind: 'renew' },
    at: iso(now),
    key: keyOf(carol),
  });
  assert.equal(shelf.carryOut(await renew(shelf.desk, signed)).kind, 'done');
  assert.equal((await publish()).kind, 'done');
  assert.deepEqual(await exempt(world, [policy]), [0]);
});
