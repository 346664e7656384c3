// Requests for exceptions, as the daemon last told of them: of all repositories, so that each root picks its own.
import type { RequestedException } from '../daemon/protocol.ts';
import type { Finding } from '../engine/index.ts';
import type { Rules } from './roots.ts';

/** The requests of a session. */
export interface KnownRequests {
  /** Rises whenever they change. */
  revision(): number;
  /** Takes what the daemon told, and answers whether anything is different now. */
  take(requests: readonly RequestedException[]): boolean;
  /** The request that waits for an answer about a finding; null where nobody asked, or it was answered. */
  pendingFor(finding: Finding, rules: Rules | null): RequestedException | null;
}

/** Knows of none at first. */
export function createRequests(): KnownRequests {
  let known = '[]';
  let revision = 0;
  let pending: readonly RequestedException[] = [];
  return {
    revision: () => revision,
    take(requests) {
      const text = JSON.stringify(requests);
      if (text === known) return false;
      known = text;
      revision++;
      pending = requests.filter(({ state }) => state === 'pending');
      return true;
    },
    pendingFor(finding, rules) {
      const repository = rules?.identity?.repository;
      if (pending.length === 0 || repository === undefined || finding.exception !== null) return null;
      return pending.findLast((request) => request.repository === repository && isAbout(request, finding)) ?? null;
    },
  };
}

/** What is said of a request that waits; null without one. */
export function askedWords(request: RequestedException | null): string | null {
  if (request === null) return null;
  return `exception asked for on ${request.at.slice(0, 10)}, pending${request.isSent ? '' : ', not sent yet'}`;
}

function isAbout(
  { policy, file, fingerprint }: RequestedException,
  finding: Pick<Finding, 'policy' | 'file' | 'fingerprint'>,
): boolean {
  if (fingerprint !== null) return fingerprint === finding.fingerprint;
  return policy === finding.policy && (file === null || file === finding.file);
}
