/**
 * What an approver signs of exceptions. It is made here from what is in force, which was verified, and the one step that they
 * decide on; from the hub comes only what was asked for, and that is shown.
 */
import { createHash } from 'node:crypto';
import { MetadataKind } from '@tufjs/models';
import {
  type ApprovedException,
  defaultExceptionTerms,
  type ExceptionRequest,
  type ExceptionStep,
  type ExceptionTerms,
  formatExceptions,
  grantedException,
  isSamePerson,
  nextExceptions,
  readExceptions,
  readOrganisationRules,
  refusalOf,
} from '../../engine/index.ts';
import {
  type ExceptionApproval,
  type ExceptionRenewal,
  type KeyDocument,
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
  /** By key id. */
  readonly approvers: Readonly<Record<string, KeyDocument>>;
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

/** Grants a request, for no longer than was asked. Throws `UsageError` where this key, or nobody, can do so. */
export function signApproval(
  request: ExceptionRequest,
  published: Published,
  {
    key,
    at,
    expiresAt,
    maxUses,
  }: Pick<ExceptionApproval, 'at' | 'expiresAt' | 'maxUses'> & {
    readonly key: Pick<PersonKey, 'id' | 'sign'>;
  },
): ExceptionApproval {
  const who = approverOf(key, published);
  const { requestedBy } = request;
  if (isSamePerson(who, requestedBy))
    throw new UsageError(`${requestedBy} has asked for this, and your key is ${who}'s: somebody else approves`);
  if (expiresAt > request.expiresAt)
    throw new UsageError(`it was asked for until ${request.expiresAt}: not for longer`);
  const refusal = refusalOf({ ...request, expiresAt }, { terms: termsOf(published), atMs: Date.parse(at) });
  if (refusal !== null) throw new UsageError(refusal);
  const approval = { who, role: 'approver', keyid: key.id, at };
  const exception = grantedException(request, { approval, expiresAt, maxUses });
  return { ...signStep(published.exceptions, { step: { kind: 'grant', exception }, at, key }), expiresAt, maxUses };
}

/** Whose a key is, as the published policies say. Throws `UsageError` where it may not sign exceptions. */
export function approverOf({ id }: Pick<PersonKey, 'id'>, { exceptions: { approvers } }: Published): string {
  const owner = approvers[id]?.['x-kerb-owner'];
  if (typeof owner === 'string') return owner;
  throw new UsageError('your key is none of those that may sign exceptions, as the published policies name them');
}

export function exceptionsIn(text: string | null): readonly ApprovedException[] {
  return text === null ? [] : readExceptions(text).exceptions;
}

function termsOf({ bundle }: Published): ExceptionTerms {
  const text = bundle?.organisation ?? '';
  return readOrganisationRules({ path: 'organisation.yaml', text }).rules?.exceptions ?? defaultExceptionTerms;
}
