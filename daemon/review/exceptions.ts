/**
 * What an approver signs of exceptions. It is made here from what is in force, which was verified, and the one step that they
 * decide on; from the hub comes only what was asked for, and that is shown.
 */
import { createHash } from 'node:crypto';
import { MetadataKind } from '@tufjs/models';
import {
  type Approval,
  type ApprovedException,
  type ApproverKeys,
  approvalCount,
  approvalPayloadType,
  approvalsNeeded,
  approvalText,
  defaultExceptionTerms,
  type ExceptionRequest,
  type ExceptionStep,
  type ExceptionTerms,
  formatExceptions,
  type Grant,
  grantedException,
  isProven,
  isSamePerson,
  nextExceptions,
  readExceptions,
  readOrganisationRules,
  refusalOf,
} from '../../engine/index.ts';
import {
  type ExceptionApproval,
  type ExceptionRenewal,
  type GivenApproval,
  proposedExceptions,
} from '../../hub/protocol.ts';
import { UsageError } from '../command.ts';
import type { PersonKey } from './personKey.ts';
import type { Published } from './proposal.ts';

/** The exceptions as they are published, and who may sign the next. */
export interface ExceptionsInForce {
  /** Of the metadata; 0 before the first. */
  readonly version: number;
  readonly text: string | null;
  readonly approvers: ApproverKeys;
}

/** Signs the exceptions as they are after a step. */
export function signStep(
  { version, text }: ExceptionsInForce,
  {
    step,
    at,
    key,
  }: { readonly step: ExceptionStep; readonly at: string; readonly key: Pick<PersonKey, 'id' | 'sign'> },
): ExceptionRenewal {
  const next = formatExceptions(nextExceptions(exceptionsIn(text), step, at));
  const document = { length: Buffer.byteLength(next), sha256: createHash('sha256').update(next).digest('hex') };
  const signature = key.sign(MetadataKind.Targets, proposedExceptions({ version: version + 1, at, document }));
  return { keyId: key.id, signature, at };
}

/** What an approver decides, and who has decided so before. */
export interface ApprovalTerms extends Pick<ExceptionApproval, 'at' | 'expiresAt' | 'maxUses'> {
  readonly key: Pick<PersonKey, 'id' | 'sign' | 'seal'>;
  /** As the hub shows them: each is verified. */
  readonly before?: readonly GivenApproval[];
}

/**
 * Approves a request, for no longer than was asked; where that makes enough people, the exceptions with it are signed as well.
 * Throws `UsageError` where this key, or nobody, can do so.
 */
export function signApproval(request: ExceptionRequest, published: Published, terms: ApprovalTerms): ExceptionApproval {
  const { key, at, expiresAt, maxUses } = terms;
  const who = approverOf(key, published);
  const { requestedBy } = request;
  if (isSamePerson(who, requestedBy))
    throw new UsageError(`${requestedBy} has asked for this, and your key is ${who}'s: somebody else approves`);
  if (expiresAt > request.expiresAt)
    throw new UsageError(`it was asked for until ${request.expiresAt}: not for longer`);
  const allowed = termsOf(published);
  const refusal = refusalOf({ ...request, expiresAt }, { terms: allowed, atMs: Date.parse(at) });
  if (refusal !== null) throw new UsageError(refusal);
  const needed = approvalsNeeded(allowed, request);
  const own = { who, role: 'approver', keyid: key.id, at };
  if (needed === 1) return { ...signGrant(request, published, { ...terms, approvals: [own] }), approval: null };
  const text = approvalText(grantedException(request, { approvals: [own], expiresAt, maxUses }), own);
  const signature = key.seal(approvalPayloadType, text).signatures[0]?.sig ?? '';
  const [first, ...others] = [...approvalsBefore(request, published, terms), { ...own, signature }];
  const approvals = [first ?? own, ...others] as const;
  const isEnough = approvalCount({ approvals, requestedBy }) >= needed;
  const signed = isEnough ? signGrant(request, published, { ...terms, approvals }) : unsigned(terms);
  return { ...signed, approval: signature };
}

type Signed = Omit<ExceptionApproval, 'approval'>;

function signGrant(
  request: ExceptionRequest,
  { exceptions }: Published,
  { key, at, expiresAt, maxUses, approvals }: ApprovalTerms & Pick<Grant, 'approvals'>,
): Signed {
  const exception = grantedException(request, { approvals, expiresAt, maxUses });
  return { ...signStep(exceptions, { step: { kind: 'grant', exception }, at, key }), expiresAt, maxUses };
}

function unsigned({ key, at, expiresAt, maxUses }: ApprovalTerms): Signed {
  return { keyId: key.id, signature: null, at, expiresAt, maxUses };
}

/** What others have signed: under this name another one's signature, or none, is not passed on. */
function approvalsBefore(
  request: ExceptionRequest,
  { exceptions: { approvers } }: Published,
  { key, expiresAt, maxUses, before = [] }: ApprovalTerms,
): readonly Approval[] {
  const standing = before.filter(({ keyId, who }) => keyId !== key.id && approvers.get(keyId)?.owner === who);
  return standing.map((given) => {
    if (given.expiresAt !== expiresAt || given.maxUses !== maxUses)
      throw new UsageError(
        `${given.who} has approved other terms, until ${given.expiresAt}: approve those, or refuse it`,
      );
    const { who, keyId: keyid, at, signature } = given;
    const approval = { who, role: 'approver', keyid, at, signature };
    if (isProven(grantedException(request, { approvals: [approval], expiresAt, maxUses }), approval, approvers))
      return approval;
    throw new UsageError(
      `what the hub shows as ${who}'s approval is not signed by them: sign nothing, and ask who runs the hub`,
    );
  });
}

/** Whose a key is, as the published policies say. Throws `UsageError` where it may not sign exceptions. */
export function approverOf({ id }: Pick<PersonKey, 'id'>, { exceptions: { approvers } }: Published): string {
  const owner = approvers.get(id)?.owner;
  if (owner !== undefined) return owner;
  throw new UsageError('your key is none of those that may sign exceptions, as the published policies name them');
}

export function exceptionsIn(text: string | null): readonly ApprovedException[] {
  return text === null ? [] : readExceptions(text).exceptions;
}

function termsOf({ bundle }: Published): ExceptionTerms {
  const text = bundle?.organisation ?? '';
  return readOrganisationRules({ path: 'organisation.yaml', text }).rules?.exceptions ?? defaultExceptionTerms;
}
