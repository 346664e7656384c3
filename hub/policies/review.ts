/** A change from its proposal to its publication. Who may sign what is root's word; the hub counts, and cannot sign. */
import { type Bundle, formatBundle, formatRollout, type Rollout } from '../../engine/index.ts';
import { sha256Hex } from '../cryptography.ts';
import {
  bundleTarget,
  type ChangeProposal,
  type ChangeSignature,
  proposedTargets,
  rolloutTarget,
  type Sealed,
} from '../protocol.ts';
import { firstStage, heldBack, rolloutOf } from '../rollout/stage.ts';
import type { Approval, ChangeRequest, PublishedFile } from '../store/query/publication.ts';
import type { Change } from '../store/store.ts';
import { newestNumber, signedBundle } from './inForce.ts';
import {
  approversOf,
  draftWith,
  hasSigned,
  isSignedFor,
  ownerOf,
  type RootFile,
  serialised,
  type TargetsFile,
} from './metadata.ts';
import { type Desk, type Refused, type Ruling, refused } from './ruling.ts';
import { instant, nextEnd, readShelf, type Shelf, strangeKeys, targetFile } from './shelf.ts';

const maxOpen = 50;
/** After this time without a publication devices have to go on with what they have: publish anew before. */
const targetsMs = 180 * 86_400_000;

export interface Proposed {
  readonly id: string;
  readonly number: number;
}

/** Opens a change request for what has passed its checks. */
export async function propose(
  desk: Desk,
  { id, author, proposal }: { readonly id: string; readonly author: string; readonly proposal: ChangeProposal },
): Promise<Ruling<Proposed>> {
  const shelf = await readShelf(desk);
  const { title, organisation, policies, replaces } = proposal;
  const replaced = replaces === undefined ? null : await replaceable(desk, replaces, author);
  if (replaced !== null && 'status' in replaced) return replaced;
  const number = newestNumber(shelf.targets) + 1;
  const after = { version: number, organisation, policies };
  const bundle = textOf(after);
  if (bundle === null)
    return refused(422, 'invalid', 'a bundle holds organisation.yaml, and <domain>/<name>.yaml and .md');
  const rollout =
    proposal.rollout === null ? null : await firstStage(desk, shelf, { id, after, text: proposal.rollout });
  if (rollout !== null && 'status' in rollout) return rollout;
  return openRequest(desk, shelf, { id, author, title, number, bundle, rollout, replaced, act: 'change.propose' });
}

/** The change that its author proposes again. */
async function replaceable(
  { publications, tenant }: Desk,
  id: string,
  author: string,
): Promise<ChangeRequest | Refused> {
  const found = await publications.changeRequest(tenant, id);
  if (found === null) return refused(404, 'notFound', `there is no change ${id}`);
  if (found.author !== author)
    return refused(403, 'notYours', `${found.author} has proposed the change ${id}: they replace it themselves`);
  if (found.state === 'published') return refused(409, 'published', `the change ${id} is published: propose a new one`);
  return found;
}

/** What a change would publish. */
export interface Opening {
  readonly id: string;
  readonly author: string;
  readonly title: string;
  /** Of the bundle. */
  readonly number: number;
  readonly bundle: string;
  readonly rollout: Rollout | null;
  /** What it is a later version of. */
  readonly replaced: ChangeRequest | null;
  readonly act: string;
}

/** Opens a change request: from now on there is something to sign. */
export async function openRequest(
  desk: Desk,
  { root, targets }: Shelf,
  { id, author, title, number, bundle, rollout, replaced, act }: Opening,
): Promise<Ruling<Proposed>> {
  if (root === null) return refused(409, 'noRoot', 'this hub has no root of trust yet: hold the key ceremony first');
  const open = (await desk.publications.changeRequests(desk.tenant)).filter(
    (each) => each.state === 'open' && each.id !== replaced?.id,
  );
  if (open.length >= maxOpen)
    return refused(409, 'tooMany', `there are ${open.length} open changes: decide some first`);
  const version = (targets?.file.signed.version ?? 0) + 1;
  const document = rollout === null ? null : formatRollout(rollout);
  const draft = proposedTargets({
    version,
    expires: instant(desk.now + targetsMs),
    bundle: { number, ...sealOf(bundle) },
    rollout:
      rollout === null || document === null
        ? null
        : { document: sealOf(document), base: signedBundle(targets, rollout.base) },
    change: { id, author, title },
    approvers: approversOf(root).keys,
  });
  const request: ChangeRequest = {
    ...{ id, author, title, number, version, bundle, rollout: document, draft: JSON.stringify(draft) },
    ...{ state: 'open', replaces: replaced?.id ?? null, openedAt: desk.now, closedAt: null },
  };
  const closed: readonly Change[] =
    replaced?.state === 'open' ? [{ kind: 'closeRequest', id: replaced.id, state: 'outdated', at: desk.now }] : [];
  const { replaces } = request;
  const subject = { id, title, number, bundle: sha256Hex(bundle), stage: rollout?.begun ?? null, replaces };
  const changes = [...closed, { kind: 'openRequest', request } as const];
  return { kind: 'done', value: { id, number }, deed: { act, subject, changes } };
}

export interface Approved {
  readonly state: 'open' | 'published';
  readonly approvals: number;
  readonly threshold: number;
}

/** Takes an approver's signature, and publishes where it is the last that was needed. */
export async function approve(
  desk: Desk,
  id: string,
  { keyId, signature }: ChangeSignature,
): Promise<Ruling<Approved>> {
  const { publications, tenant, now } = desk;
  const request = await publications.changeRequest(tenant, id);
  if (request === null) return refused(404, 'notFound', `there is no change ${id}`);
  if (request.state !== 'open') return refused(409, request.state, `the change ${id} is ${request.state}`);
  const shelf = await readShelf(desk);
  const { root } = shelf;
  if (root === null || request.version !== (shelf.targets?.file.signed.version ?? 0) + 1)
    return refused(409, 'outdated', 'another change was published since this one was proposed: propose it again');
  const { keys, threshold } = approversOf(root);
  const rollout = rolloutOf(request);
  const held = rollout === null ? null : await heldBack(desk, rollout);
  if (held !== null) return held;
  const owner = ownerOf(keys[keyId]);
  if (owner === null) return refused(403, 'noApprover', 'this key is none of the approvers that root names');
  if (owner === request.author)
    return refused(403, 'ownChange', `${owner} has proposed this change: others approve it`);
  const before = await publications.approvals(tenant, id);
  const isAgain = before.some((approval) => approval.keyId === keyId);
  if (!hasSigned(keyId, draftWith(request.draft, [{ keyId, signature }]), root))
    return refused(422, 'badSignature', 'the signature is not one of this key over the draft of this change');
  const approval = { request: id, keyId, signature, at: now };
  const counted = countedOf(isAgain ? before : [...before, approval], request, root);
  const file = draftWith(request.draft, counted);
  const isEnough = isSignedFor('targets', file, root);
  const unpublishable = isEnough ? objectionTo(file, shelf, desk) : null;
  if (unpublishable !== null) return unpublishable;
  // A root that asks for fewer signatures may have come since: then the same one again publishes.
  if (isAgain && !isEnough) return refused(409, 'again', `${owner} has approved this already`);
  const published = isEnough ? await publication(desk, shelf, request, counted) : [];
  return {
    kind: 'done',
    value: { state: isEnough ? 'published' : 'open', approvals: counted.length, threshold },
    deed: {
      act: isEnough ? 'change.publish' : 'change.approve',
      subject: { id, keyId, owner, number: request.number, signature },
      changes: [...(isAgain ? [] : [{ kind: 'approve', approval, seen: before.length } as const]), ...published],
    },
  };
}

/** Why what enough people have signed cannot be published now. */
function objectionTo(file: TargetsFile, shelf: Shelf, desk: Desk): Refused | null {
  if (shelf.exceptions !== null && !isSignedFor('exceptions', shelf.exceptions.file, file))
    return refused(
      409,
      'wouldStrand',
      'who signed the exceptions in force is no approver any more: kerb exception renew',
    );
  const strange = strangeKeys(shelf, desk);
  return strange === null ? null : refused(409, 'otherKeys', strange);
}

/** Takes a change back. */
export async function withdraw(
  desk: Desk,
  id: string,
  by: { readonly name: string; readonly role: string },
): Promise<Ruling<null>> {
  const request = await desk.publications.changeRequest(desk.tenant, id);
  if (request === null) return refused(404, 'notFound', `there is no change ${id}`);
  if (request.state !== 'open') return refused(409, request.state, `the change ${id} is ${request.state}`);
  if (by.name !== request.author && by.role !== 'admin')
    return refused(
      403,
      'notYours',
      `${request.author} has proposed this change, and an admin or they themselves take it back`,
    );
  const close = { kind: 'closeRequest', id, state: 'withdrawn', at: desk.now } as const;
  return { kind: 'done', value: null, deed: { act: 'change.withdraw', subject: { id }, changes: [close] } };
}

/** Approvals that count under today's root: by approvers, and none by the author. */
function countedOf(approvals: readonly Approval[], { author }: ChangeRequest, root: RootFile): readonly Approval[] {
  const { keys } = approversOf(root);
  return approvals.filter(({ keyId }) => {
    const owner = ownerOf(keys[keyId]);
    return owner !== null && owner !== author;
  });
}

async function publication(
  desk: Desk,
  shelf: Shelf,
  request: ChangeRequest,
  approvals: readonly Approval[],
): Promise<readonly Change[]> {
  const { id, draft, bundle, number, version } = request;
  const metadata = serialised(draftWith(draft, approvals));
  const targets: PublishedFile = {
    name: `metadata/${version}.targets.json`,
    role: 'targets',
    version,
    bytes: metadata,
  };
  const rollout = rolloutOf(request);
  const documents = rollout === null ? [] : [targetFile(rolloutTarget, version, formatRollout(rollout))];
  const wanted = [targetFile(bundleTarget(number), number, bundle), ...documents];
  // The bundle of a further stage is there already.
  const isThere = await Promise.all(wanted.map(({ name }) => desk.publications.publishedFile(desk.tenant, name)));
  const fresh = wanted.filter((_, at) => isThere[at] === null);
  const open = (await desk.publications.changeRequests(desk.tenant)).filter(({ state }) => state === 'open');
  const others = open.filter((each) => each.id !== id).map((each) => ({ id: each.id, state: 'outdated' as const }));
  // Its own in any case: where another replica has closed it since it was read, nothing of this comes about.
  const closed = [{ id, state: 'published' as const }, ...others].map(
    (each) => ({ kind: 'closeRequest', ...each, at: desk.now }) as const,
  );
  const begun: readonly Change[] =
    rollout === null
      ? []
      : [{ kind: 'setRollout', rollout: { id: rollout.id, state: 'running', reason: null, begunAt: desk.now } }];
  return [{ kind: 'publish', files: [...fresh, targets, ...nextEnd(shelf, targets, desk)] }, ...closed, ...begun];
}

function sealOf(text: string): Sealed {
  return { length: Buffer.byteLength(text), sha256: sha256Hex(text) };
}

function textOf(bundle: Bundle): string | null {
  try {
    return formatBundle(bundle);
  } catch {
    return null;
  }
}
