/**
 * From a request to an exception, and from one document of exceptions to the next. The hub and whoever signs for it each make
 * the text by themselves, and what one signed is what the other has.
 */
import type { Approval, ApprovedException } from './approved.ts';
import type { ExceptionRequest } from './request.ts';

/** What an approver decides beside yes: it may be less than was asked for, and never more. */
export interface Grant {
  /** In the order in which they were given; it holds from the last on. */
  readonly approvals: readonly [Approval, ...Approval[]];
  readonly expiresAt: string;
  readonly maxUses: number | null;
}

/** What happens to the exceptions of an organisation at one instant. `renew`: nothing, but somebody else signs. */
export type ExceptionStep =
  | { readonly kind: 'grant'; readonly exception: ApprovedException }
  | { readonly kind: 'revoke'; readonly id: string }
  | { readonly kind: 'renew' };

/** Ended ones stay this long, so that people see what became of them. */
const keptDays = 30;

/** The exception that a request asks for. */
export function grantedException(
  request: ExceptionRequest,
  { approvals, expiresAt, maxUses }: Grant,
): ApprovedException {
  const { id, policy, repository, file, fingerprint, category, reason, compensatingControls } = request;
  const { ticket, requestedBy, baseCommit } = request;
  return {
    id,
    policies: [{ id: policy }],
    scope: {
      repositories: [repository],
      paths: file === null ? [] : [globOf(file)],
      resources: [],
      environments: [],
      gates: [],
      actors: [],
      match: null,
    },
    fingerprints: fingerprint === null ? [] : [fingerprint],
    category,
    justification: null,
    statement: reason,
    compensatingControls,
    ticket,
    requestedBy,
    approvals,
    notBefore: (approvals.at(-1) ?? approvals[0]).at,
    expiresAt,
    maxUses,
    revokedAt: null,
    baseCommit,
  };
}

/** The exceptions after a step at `at`. */
export function nextExceptions(
  exceptions: readonly ApprovedException[],
  step: ExceptionStep,
  at: string,
): readonly ApprovedException[] {
  const oldest = Date.parse(at) - keptDays * 86_400_000;
  const kept = exceptions.filter((exception) => endOf(exception) > oldest);
  if (step.kind === 'grant') return [...kept.filter(({ id }) => id !== step.exception.id), step.exception];
  if (step.kind === 'renew') return kept;
  return kept.map((exception) => (exception.id === step.id ? { ...exception, revokedAt: at } : exception));
}

function endOf({ expiresAt, revokedAt }: ApprovedException): number {
  return Math.min(Date.parse(expiresAt), revokedAt === null ? Number.POSITIVE_INFINITY : Date.parse(revokedAt));
}

/** The glob that names this file and no other: from the root on, and nothing in it is a wildcard. */
function globOf(file: string): string {
  return `./${file.replace(/[\\*?[\]]/g, '\\$&')}`;
}
