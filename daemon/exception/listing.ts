/** All exceptions that a device knows of: asked for, granted, ended. */
import type { ApprovedException } from '../../engine/index.ts';
import type { QueuedRequest } from './queue.ts';

type ExceptionState = 'pending' | 'granted' | 'upcoming' | 'expired' | 'revoked' | 'refused';

/** One line of the list. */
export interface ListedException {
  readonly id: string;
  readonly state: ExceptionState;
  readonly policies: readonly string[];
  /** What it covers, in words: files, resources, gates … */
  readonly covers: string;
  readonly category: ApprovedException['category'];
  readonly reason: string;
  readonly ticket: string | null;
  readonly requestedBy: string;
  readonly approvedBy: readonly string[];
  /** When it was asked for, or begins; and when it ends. */
  readonly since: string;
  readonly until: string;
  /** Why it was refused; whether the hub has the request. */
  readonly note: string | null;
}

/** Requests first, then what was approved, each in the order of time. A granted request is told by its exception. */
export function listExceptions(
  exceptions: readonly ApprovedException[],
  requests: readonly QueuedRequest[],
  atMs: number,
): readonly ListedException[] {
  const arrived = new Set(exceptions.map(({ id }) => id));
  return [
    ...requests.filter(({ exception }) => exception === null || !arrived.has(exception)).map(listedRequest),
    ...exceptions.map((exception) => listedException(exception, atMs)),
  ];
}

function listedRequest({ request, sentAt, state, reason, exception }: QueuedRequest): ListedException {
  const { id, policy, file, resource, repository, category, ticket, requestedBy, at, expiresAt } = request;
  const waits = sentAt === null ? 'not sent yet' : 'the hub has it';
  const granted = `granted as ${exception ?? 'an exception'}, which has not arrived yet`;
  return {
    id,
    // What was granted governs when its signed exception is here.
    state: state === 'refused' ? 'refused' : 'pending',
    policies: [policy],
    covers: [resource, file ?? 'all files', repository].filter((each) => each).join(' in '),
    category,
    reason: request.reason,
    ticket,
    requestedBy,
    approvedBy: [],
    since: at,
    until: expiresAt,
    note: state === 'refused' ? reason : state === 'granted' ? granted : waits,
  };
}

function listedException(exception: ApprovedException, atMs: number): ListedException {
  const { id, policies, category, statement, ticket, requestedBy, approvals, notBefore, expiresAt } = exception;
  return {
    id,
    state: stateOf(exception, atMs),
    policies: policies.map((reference) => reference.id),
    covers: scopeWords(exception),
    category,
    reason: statement,
    ticket,
    requestedBy,
    approvedBy: [...new Set(approvals.map(({ who }) => who))],
    since: notBefore,
    until: expiresAt,
    note: null,
  };
}

function stateOf({ notBefore, expiresAt, revokedAt }: ApprovedException, atMs: number): ExceptionState {
  if (revokedAt !== null && atMs >= Date.parse(revokedAt)) return 'revoked';
  if (atMs >= Date.parse(expiresAt)) return 'expired';
  return atMs < Date.parse(notBefore) ? 'upcoming' : 'granted';
}

function scopeWords({ scope, fingerprints, maxUses }: ApprovedException): string {
  const { repositories, paths, resources, environments, gates, actors, match } = scope;
  const parts = [
    fingerprints.length > 0 ? `${fingerprints.length} finding${fingerprints.length === 1 ? '' : 's'}` : '',
    ...[resources, paths, repositories, environments, gates, actors].map((names) => names.join(', ')),
    match === null ? '' : `where ${match}`,
    maxUses === null ? '' : `at most ${maxUses} uses`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'everything' : parts.join('; ');
}
