/** What becomes of a request: granted by the signature of somebody else, refused, revoked. Each is an act in the log. */
import {
  type ApprovedException,
  type ExceptionRequest,
  grantedException,
  isSamePerson,
  readExceptionRequest,
  refusalOf,
} from '../../engine/index.ts';
import { exceptionTerms } from '../policies/inForce.ts';
import { type Desk, type Refused, type Ruling, refused } from '../policies/ruling.ts';
import type { ExceptionApproval, ExceptionRenewal, ExceptionRevocation } from '../protocol.ts';
import type { AskedException } from '../store/query/exception.ts';
import type { Change, ExceptionDecision } from '../store/store.ts';
import { type Signer, signedStep, signerOf } from './document.ts';

/** Who is logged in; whose key signs is another question. */
interface By {
  readonly name: string;
}

/** Grants what was asked for, by an approver's signature over the exceptions with it. */
export async function approve(desk: Desk, id: string, by: By, approval: ExceptionApproval): Promise<Ruling<null>> {
  const asked = await found(desk, id, 'pending');
  if ('status' in asked) return asked;
  const signer = await signerOf(desk, approval);
  if (signer.kind === 'refused') return signer;
  const request = readExceptionRequest(asked.text);
  if (request === null) throw new Error(`the request ${id} cannot be read any more`);
  const wrong = ownRequest(request, signer, by) ?? (await beyondAsked(desk, signer, request, approval));
  if (wrong !== null) return wrong;
  const exception = exceptionOf(request, signer, approval);
  const published = await signedStep(desk, signer, { kind: 'grant', exception }, approval);
  if (published.kind === 'refused') return published;
  const { policy, repository, requestedBy } = asked;
  const { keyId, signature, expiresAt, maxUses } = approval;
  return {
    kind: 'done',
    value: null,
    deed: {
      act: 'exception.approve',
      subject: { id, policy, repository, requestedBy, owner: signer.owner, keyId, signature, expiresAt, maxUses },
      changes: [
        decided(desk, asked, { to: 'granted', by: signer.owner, note: null, expiresAt: Date.parse(expiresAt) }),
        published,
      ],
    },
  };
}

/** Refuses a request, or takes it back: that grants nothing, so it needs no signature. */
export async function deny(desk: Desk, id: string, by: By, reason: string): Promise<Ruling<null>> {
  const asked = await found(desk, id, 'pending');
  if ('status' in asked) return asked;
  const { policy, repository, requestedBy } = asked;
  const change = decided(desk, asked, { to: 'refused', by: by.name, note: reason });
  const subject = { id, policy, repository, requestedBy, reason };
  return { kind: 'done', value: null, deed: { act: 'exception.deny', subject, changes: [change] } };
}

/** Ends an exception before its time. */
export async function revoke(desk: Desk, id: string, revocation: ExceptionRevocation): Promise<Ruling<null>> {
  const asked = await found(desk, id, 'granted');
  if ('status' in asked) return asked;
  const signer = await signerOf(desk, revocation);
  if (signer.kind === 'refused') return signer;
  const published = await signedStep(desk, signer, { kind: 'revoke', id }, revocation);
  if (published.kind === 'refused') return published;
  const { reason, keyId, signature } = revocation;
  const change = decided(desk, asked, { to: 'revoked', by: signer.owner, note: reason });
  const subject = {
    id,
    policy: asked.policy,
    repository: asked.repository,
    owner: signer.owner,
    keyId,
    signature,
    reason,
  };
  return { kind: 'done', value: null, deed: { act: 'exception.revoke', subject, changes: [change, published] } };
}

/** Has somebody sign the exceptions as they are: before the one who signed last ceases to be an approver. */
export async function renew(desk: Desk, renewal: ExceptionRenewal): Promise<Ruling<null>> {
  const signer = await signerOf(desk, renewal);
  if (signer.kind === 'refused') return signer;
  const published = await signedStep(desk, signer, { kind: 'renew' }, renewal);
  if (published.kind === 'refused') return published;
  const { keyId, signature } = renewal;
  const subject = { owner: signer.owner, keyId, signature, exceptions: signer.exceptions.length };
  return { kind: 'done', value: null, deed: { act: 'exception.renew', subject, changes: [published] } };
}

/** The request, if it stands where this decision begins. */
async function found(
  { exceptions, tenant, now }: Desk,
  id: string,
  state: 'pending' | 'granted',
): Promise<AskedException | Refused> {
  const asked = await exceptions.askedException(tenant, id);
  if (asked === null) return refused(404, 'notFound', `there is no exception ${id}`);
  if (asked.state !== state) return refused(409, asked.state, `the exception ${id} is ${asked.state}`);
  if (state === 'granted' && asked.expiresAt <= now) return refused(409, 'expired', `the exception ${id} has ended`);
  return asked;
}

/** Whoever asked approves neither by their key nor by their login. */
function ownRequest({ requestedBy }: ExceptionRequest, { owner }: Signer, { name }: By): Refused | null {
  const same = [owner, name].find((each) => isSamePerson(each, requestedBy));
  return same === undefined
    ? null
    : refused(
        403,
        'ownRequest',
        `${requestedBy} has asked for this, and ${same} may be the same: somebody else approves`,
      );
}

/** An approver may give less than was asked for; and what nobody could grant then, nobody can now. */
async function beyondAsked(
  desk: Desk,
  { shelf }: Signer,
  request: ExceptionRequest,
  { at, expiresAt }: ExceptionApproval,
): Promise<Refused | null> {
  if (expiresAt > request.expiresAt) return refused(422, 'tooLong', `it was asked for until ${request.expiresAt}`);
  const terms = await exceptionTerms(desk, shelf.targets);
  const refusal = refusalOf({ ...request, expiresAt }, { terms, atMs: Date.parse(at) });
  return refusal === null ? null : refused(422, 'notAllowed', refusal);
}

function exceptionOf(
  request: ExceptionRequest,
  { owner }: Signer,
  { keyId, at, expiresAt, maxUses }: ExceptionApproval,
): ApprovedException {
  return grantedException(request, {
    approval: { who: owner, role: 'approver', keyid: keyId, at },
    expiresAt,
    maxUses,
  });
}

function decided(
  { now }: Desk,
  { id, state, expiresAt }: AskedException,
  decision: Pick<ExceptionDecision, 'to' | 'by' | 'note'> & Partial<Pick<ExceptionDecision, 'expiresAt'>>,
): Change {
  return {
    kind: 'decideException',
    ...{ id, from: state as ExceptionDecision['from'], at: now, expiresAt },
    ...decision,
  };
}
