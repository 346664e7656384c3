/** What becomes of a request that is not approved, and of an exception: refused, revoked, signed anew. Each is an act in the log. */
import { type Desk, type Refused, type Ruling, refused } from '../policies/ruling.ts';
import type { ExceptionRenewal, ExceptionRevocation } from '../protocol.ts';
import type { AskedException } from '../store/query/exception.ts';
import type { Change, ExceptionDecision } from '../store/store.ts';
import { signedStep, signerOf } from './document.ts';

/** Who is logged in; whose key signs is another question. */
export interface By {
  readonly name: string;
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
export async function found(
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

/** The request as it stands after a decision. */
export function decided(
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
