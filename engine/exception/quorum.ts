/**
 * How many people have to approve an exception, and whether they have. Where it takes more than one, each signs the exception
 * itself with their own key: the signature under the document is one person's, and says nothing of the others.
 */
import { encodeUtf8 } from '../cel/utf8.ts';
import type { Severity } from '../model.ts';
import { isNamed } from '../organisation/rules.ts';
import { canonicalize } from '../trust/canonical.ts';
import { preAuthEncoding } from '../trust/dsse.ts';
import {
  type Approval,
  type ApprovedException,
  type ExceptionTerms,
  formatExceptions,
  readExceptions,
} from './approved.ts';
import { isSamePerson } from './person.ts';

export const approvalPayloadType = 'application/vnd.kerb.exception-approval+json';

/** An approver's key, as the published policies name it. */
export interface ApproverKey {
  readonly owner: string;
  /** Whether this key has signed a message; the signature is base64. */
  hasSigned(message: Uint8Array, signature: string): boolean;
}

/** By key id. */
export type ApproverKeys = ReadonlyMap<string, ApproverKey>;

/** How many people have to approve an exception from a policy for a finding of this severity: the most that anything asks for. */
export function approvalsNeeded(
  { approvals }: Pick<ExceptionTerms, 'approvals'>,
  { policy, severity }: { readonly policy: string; readonly severity: Severity },
): number {
  const named = Object.entries(approvals?.policies ?? {}).filter(([name]) => isNamed(policy, [name]));
  return Math.max(1, approvals?.severities[severity] ?? 1, ...named.map(([, count]) => count));
}

/** What an approver signs, as canonical JSON: all that the exception allows, and that they approve it. */
export function approvalText(
  exception: ApprovedException,
  { who, role, keyid, at }: Omit<Approval, 'signature'>,
): string {
  // When it begins and whether it was revoked is decided later, and neither allows more.
  const { approvals: _approvals, notBefore: _notBefore, revokedAt: _revokedAt, ...terms } = exception;
  const { policies, ...others } = terms;
  // What nobody said has no word in JSON.
  const said = policies.map((reference) => JSON.parse(JSON.stringify(reference)) as unknown);
  return canonicalize({ exception: { ...others, policies: said }, approval: { who, role, keyid, at } });
}

/** Whether an approval was signed by the key that it names, and that key is of the person that it names. */
export function isProven(exception: ApprovedException, approval: Approval, keys: ApproverKeys): boolean {
  const key = keys.get(approval.keyid);
  if (key === undefined || key.owner !== approval.who || approval.signature === undefined) return false;
  const message = preAuthEncoding(approvalPayloadType, encodeUtf8(approvalText(exception, approval)));
  return key.hasSigned(message, approval.signature);
}

/**
 * A document of exceptions in which an approval has a signature only where that holds, so that nobody has to look again. One
 * that does not hold is left out, and an exception without any approval does not govern.
 */
export function withProvenApprovals(text: string, keys: ApproverKeys): string {
  if (!isSignedOneByOne(text)) return text;
  const { exceptions } = readExceptions(text);
  const isGood = (exception: ApprovedException) => (approval: Approval) =>
    approval.signature === undefined || isProven(exception, approval, keys);
  if (exceptions.every((exception) => exception.approvals.every(isGood(exception)))) return text;
  return formatExceptions(
    exceptions.flatMap((exception) => {
      const approvals = exception.approvals.filter(isGood(exception));
      return approvals.length === 0 ? [] : [{ ...exception, approvals }];
    }),
  );
}

/** Whether any approval has a signature of its own: where one person is enough, there is nothing to verify. */
function isSignedOneByOne(text: string): boolean {
  let isFound = false;
  try {
    JSON.parse(text, (key, value: unknown) => {
      isFound ||= key === 'signature';
      return value;
    });
  } catch {
    // What is no JSON does not govern.
  }
  return isFound;
}

/** How many people other than who asked have approved; beside one, only those with a signature of their own count. */
export function approvalCount({
  approvals,
  requestedBy,
}: Pick<ApprovedException, 'approvals' | 'requestedBy'>): number {
  const others = approvals.filter(({ who }) => !isSamePerson(who, requestedBy));
  const signed = others.filter(({ signature }) => signature !== undefined).map(({ who }) => who);
  const people = signed.filter((who, at) => signed.findIndex((each) => isSamePerson(each, who)) === at);
  return Math.max(people.length, Math.min(1, others.length));
}
