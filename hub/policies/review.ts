/** A change from its proposal to its publication. Who may sign what is root's word; the hub counts, and cannot sign. */
import { type Bundle, formatBundle } from '../../engine/index.ts';
import { sha256Hex } from '../cryptography.ts';
import { bundleTarget, type ChangeProposal, type ChangeSignature, proposedTargets } from '../protocol.ts';
import type { Approval, ChangeRequest, PublishedFile } from '../store/query/publication.ts';
import type { Change } from '../store/store.ts';
import { newestNumber } from './inForce.ts';
import { approversOf, draftWith, hasSigned, isSignedFor, ownerOf, type RootFile, serialised } from './metadata.ts';
import { type Desk, type Ruling, refused } from './ruling.ts';
import { instant, nextEnd, readShelf, type Shelf, targetFile } from './shelf.ts';

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
  const { root, targets } = await readShelf(desk);
  if (root === null) return refused(409, 'noRoot', 'this hub has no root of trust yet: hold the key ceremony first');
  const open = (await desk.publications.changeRequests(desk.tenant)).filter(({ state }) => state === 'open');
  if (open.length >= maxOpen)
    return refused(409, 'tooMany', `there are ${open.length} open changes: decide some first`);
  const { title, organisation, policies } = proposal;
  const number = newestNumber(targets) + 1;
  const bundle = textOf({ version: number, organisation, policies });
  if (bundle === null)
    return refused(422, 'invalid', 'a bundle holds organisation.yaml, and <domain>/<name>.yaml and .md');
  const version = (targets?.file.signed.version ?? 0) + 1;
  const draft = proposedTargets({
    version,
    expires: instant(desk.now + targetsMs),
    bundle: { number, length: Buffer.byteLength(bundle), sha256: sha256Hex(bundle) },
    change: { id, author, title },
    approvers: approversOf(root).keys,
  });
  const times = { openedAt: desk.now, closedAt: null };
  const request = {
    id,
    author,
    title,
    number,
    version,
    bundle,
    draft: JSON.stringify(draft),
    state: 'open',
    ...times,
  } as const;
  const subject = { id, title, number, bundle: sha256Hex(bundle) };
  return {
    kind: 'done',
    value: { id, number },
    deed: { act: 'change.propose', subject, changes: [{ kind: 'openRequest', request }] },
  };
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
  if (isEnough && shelf.exceptions !== null && !isSignedFor('exceptions', shelf.exceptions.file, file))
    return refused(
      409,
      'wouldStrand',
      'who signed the exceptions in force is no approver any more: kerb exception renew',
    );
  // Two replicas may each have taken one of the last two signatures: then the same one again publishes.
  if (isAgain && !isEnough) return refused(409, 'again', `${owner} has approved this already`);
  const published = isEnough ? await publication(desk, shelf, request, counted) : [];
  return {
    kind: 'done',
    value: { state: isEnough ? 'published' : 'open', approvals: counted.length, threshold },
    deed: {
      act: isEnough ? 'change.publish' : 'change.approve',
      subject: { id, keyId, owner, number: request.number, signature },
      changes: [...(isAgain ? [] : [{ kind: 'approve', approval } as const]), ...published],
    },
  };
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
  { id, draft, bundle, number, version }: ChangeRequest,
  approvals: readonly Approval[],
): Promise<readonly Change[]> {
  const metadata = serialised(draftWith(draft, approvals));
  const targets: PublishedFile = {
    name: `metadata/${version}.targets.json`,
    role: 'targets',
    version,
    bytes: metadata,
  };
  const target = targetFile(bundleTarget(number), number, bundle);
  const open = (await desk.publications.changeRequests(desk.tenant)).filter(({ state }) => state === 'open');
  const closed = open.map((each) => {
    const state = each.id === id ? ('published' as const) : ('outdated' as const);
    return { kind: 'closeRequest', id: each.id, state, at: desk.now } as const;
  });
  return [{ kind: 'publish', files: [target, targets, ...nextEnd(shelf, targets, desk)] }, ...closed];
}

function textOf(bundle: Bundle): string | null {
  try {
    return formatBundle(bundle);
  } catch {
    return null;
  }
}
