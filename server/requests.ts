// Requests for exceptions and feedback, as the daemon last told of them: of all repositories, so that each root picks its own.
import type { GivenFeedback, RequestedException } from '../daemon/protocol.ts';
import type { Finding } from '../engine/index.ts';
import type { Rules } from './roots.ts';

/** The requests of a session. */
export interface KnownRequests {
  /** Rises whenever they change. */
  revision(): number;
  /** Takes what the daemon told, and answers whether anything is different now. */
  take(requests: readonly RequestedException[], feedback: readonly GivenFeedback[]): boolean;
  /** The request that waits for an answer about a finding; null where nobody asked, or it was answered. */
  pendingFor(finding: Finding, rules: Rules | null): RequestedException | null;
  /** What was last said of a finding on this device; null where nothing was. */
  feedbackOn(finding: Finding, rules: Rules | null): GivenFeedback | null;
}

/** Knows of none at first. */
export function createRequests(): KnownRequests {
  let known = '[[],[]]';
  let revision = 0;
  let pending: readonly RequestedException[] = [];
  let given: ReadonlyMap<string, GivenFeedback> = new Map();
  return {
    revision: () => revision,
    take(requests, feedback) {
      const text = JSON.stringify([requests, feedback]);
      if (text === known) return false;
      known = text;
      revision++;
      pending = requests.filter(({ state }) => state === 'pending');
      given = new Map(feedback.map((each) => [keyOf(each), each]));
      return true;
    },
    pendingFor(finding, rules) {
      const repository = rules?.identity?.repository;
      if (pending.length === 0 || repository === undefined || finding.exception !== null) return null;
      return pending.findLast((request) => request.repository === repository && isAbout(request, finding)) ?? null;
    },
    feedbackOn({ policy, fingerprint }, rules) {
      const repository = rules?.identity?.repository;
      if (given.size === 0 || repository === undefined) return null;
      return given.get(keyOf({ policy, fingerprint, repository })) ?? null;
    },
  };
}

/** What a person has asked for and said about a finding, in words; null where there is nothing. */
export function wordsOn(requests: KnownRequests, finding: Finding, rules: Rules | null): string | null {
  const words = [askedWords(requests.pendingFor(finding, rules)), saidWords(requests.feedbackOn(finding, rules))];
  return words.filter((each) => each !== null).join('; ') || null;
}

/** What is said of a request that waits; null without one. */
function askedWords(request: RequestedException | null): string | null {
  if (request === null) return null;
  return `exception asked for on ${request.at.slice(0, 10)}, pending${request.isSent ? '' : ', not sent yet'}`;
}

function saidWords(given: GivenFeedback | null): string | null {
  if (given === null) return null;
  const { complaint, at, isSent, refusal } = given;
  const standing = refusal !== null ? ', and the hub will not have it' : isSent ? '' : ', not sent yet';
  return `said to be ${complaint} on ${at.slice(0, 10)}${standing}`;
}

function keyOf({
  policy,
  fingerprint,
  repository,
}: Pick<GivenFeedback, 'policy' | 'fingerprint' | 'repository'>): string {
  return `${policy} ${fingerprint} ${repository}`;
}

function isAbout(
  { policy, file, fingerprint }: RequestedException,
  finding: Pick<Finding, 'policy' | 'file' | 'fingerprint'>,
): boolean {
  if (fingerprint !== null) return fingerprint === finding.fingerprint;
  return policy === finding.policy && (file === null || file === finding.file);
}
