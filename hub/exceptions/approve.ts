/** An approver's yes. Where several have to say it, each signs the exception itself, and only the last the document with it. */
import {
  type Approval,
  approvalCount,
  approvalsNeeded,
  type ExceptionRequest,
  type ExceptionTerms,
  grantedException,
  isProven,
  isSamePerson,
  readExceptionRequest,
  refusalOf,
} from '../../engine/index.ts';
import { exceptionTerms } from '../policies/inForce.ts';
import { type Desk, type Refused, type Ruling, refused } from '../policies/ruling.ts';
import type { ExceptionApproval } from '../protocol.ts';
import type { ExceptionApprovalRow } from '../store/query/exception.ts';
import type { Change } from '../store/store.ts';
import { type By, decided, found } from './decide.ts';
import { type Signer, signedStep, signerOf } from './document.ts';

/** Takes an approver's signature, and grants what was asked for where it is the last that was needed. */
export async function approve(desk: Desk, id: string, by: By, approval: ExceptionApproval): Promise<Ruling<null>> {
  const asked = await found(desk, id, 'pending');
  if ('status' in asked) return asked;
  const signer = await signerOf(desk, approval);
  if (signer.kind === 'refused') return signer;
  const request = readExceptionRequest(asked.text);
  if (request === null) throw new Error(`the request ${id} cannot be read any more`);
  const terms = await exceptionTerms(desk, signer.shelf.targets);
  const wrong = ownRequest(request, signer, by) ?? beyondAsked(request, terms, approval);
  if (wrong !== null) return wrong;
  const quorum = await quorumWith(desk, request, { signer, terms, approval });
  if ('status' in quorum) return quorum;
  const { approvals, needed, added } = quorum;
  const { keyId, signature, expiresAt, maxUses } = approval;
  const { policy, repository, requestedBy } = asked;
  const subject = {
    ...{ id, policy, repository, requestedBy, owner: signer.owner, keyId, signature, expiresAt, maxUses },
    ...{ approvals: approvals.length, needed },
  };
  if (signature === null)
    return { kind: 'done', value: null, deed: { act: 'exception.approve', subject, changes: added } };
  const exception = grantedException(request, { approvals, expiresAt, maxUses });
  const published = await signedStep(desk, signer, { kind: 'grant', exception }, { ...approval, signature });
  if (published.kind === 'refused') return published;
  const granted = decided(desk, asked, {
    to: 'granted',
    by: signer.owner,
    note: null,
    expiresAt: Date.parse(expiresAt),
  });
  const changes = [...added, granted, published];
  return { kind: 'done', value: null, deed: { act: 'exception.approve', subject, changes } };
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
function beyondAsked(
  request: ExceptionRequest,
  terms: ExceptionTerms,
  { at, expiresAt }: ExceptionApproval,
): Refused | null {
  if (expiresAt > request.expiresAt) return refused(422, 'tooLong', `it was asked for until ${request.expiresAt}`);
  const refusal = refusalOf({ ...request, expiresAt }, { terms, atMs: Date.parse(at) });
  return refusal === null ? null : refused(422, 'notAllowed', refusal);
}

/** Those who have approved, the one who does so now as the last of them. */
interface Quorum {
  readonly approvals: readonly [Approval, ...Approval[]];
  readonly needed: number;
  /** What is to be kept of it. */
  readonly added: readonly [] | readonly [Extract<Change, { kind: 'approveException' }>];
}

interface Given {
  readonly signer: Signer;
  readonly terms: ExceptionTerms;
  readonly approval: ExceptionApproval;
}

/** Refuses a signature over the document that comes too soon, and one that is not there where it is the last that is needed. */
async function quorumWith(desk: Desk, request: ExceptionRequest, given: Given): Promise<Quorum | Refused> {
  const { keyId: keyid, at, signature, approval: mark } = given.approval;
  const needed = approvalsNeeded(given.terms, request);
  const unsigned = { who: given.signer.owner, role: 'approver', keyid, at };
  if (needed === 1)
    return signature === null
      ? refused(422, 'unsigned', 'nobody else has to approve: sign the exceptions with this one')
      : { approvals: [unsigned], needed, added: [] };
  if (mark === null)
    return refused(422, 'unsigned', `${needed} people approve this, each with a signature of their own: update Kerb`);
  const own = { ...unsigned, signature: mark };
  if (!isProvenFor(request, own, given))
    return refused(422, 'badSignature', 'the signature is not one of this key over what was asked for');
  const rows = await desk.exceptions.exceptionApprovals(desk.tenant, [request.id]);
  const before = approvalsBefore(rows, request, given);
  if ('status' in before) return before;
  const isAgain = before.some((each) => each.keyid === keyid);
  const [first, ...others] = [...before.filter((each) => each.keyid !== keyid), own];
  const approvals = [first ?? own, ...others] as const;
  const isEnough = approvalCount({ approvals, requestedBy: request.requestedBy }) >= needed;
  if (isAgain && !isEnough) return refused(409, 'again', `${own.who} has approved this already`);
  if (isEnough !== (signature !== null))
    return refused(
      409,
      'outdated',
      'others have approved meanwhile, or others have to now: look again, and approve anew',
    );
  const { expiresAt, maxUses } = given.approval;
  const row = { request: request.id, keyId: keyid, who: own.who, signature: mark, maxUses };
  const kept = { ...row, at: Date.parse(at), expiresAt: Date.parse(expiresAt) };
  return { approvals, needed, added: isAgain ? [] : [{ kind: 'approveException', approval: kept, seen: rows.length }] };
}

/** Of those who approved before, the ones that still may. The first of them has decided the terms. */
function approvalsBefore(
  rows: readonly ExceptionApprovalRow[],
  request: ExceptionRequest,
  given: Given,
): readonly Approval[] | Refused {
  const standing = rows.filter(({ keyId, who }) => given.signer.keys.get(keyId)?.owner === who);
  const { expiresAt, maxUses } = given.approval;
  const other = standing.find((row) => row.expiresAt !== Date.parse(expiresAt) || row.maxUses !== maxUses);
  if (other !== undefined)
    return refused(
      409,
      'otherTerms',
      `${other.who} has approved it until ${new Date(other.expiresAt).toISOString()}, ${other.maxUses ?? 'without a limit of'} uses: approve that, or refuse it`,
    );
  const approvals = standing.map(({ who, keyId, at, signature }) => ({
    ...{ who, role: 'approver', keyid: keyId, at: new Date(at).toISOString(), signature },
  }));
  return approvals.filter((each) => isProvenFor(request, each, given));
}

function isProvenFor(request: ExceptionRequest, approval: Approval, { signer, approval: terms }: Given): boolean {
  const { expiresAt, maxUses } = terms;
  return isProven(grantedException(request, { approvals: [approval], expiresAt, maxUses }), approval, signer.keys);
}
