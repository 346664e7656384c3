/** Whether an approved exception covers a finding: the one place that decides it, for editor, gate, command and hub. */
import type { Program } from '../cel/index.ts';
import type { Finding } from '../model.ts';
import { isNamed } from '../organisation/rules.ts';
import { globMatcher } from '../policy/glob.ts';
import type { ApprovedException, ExceptionTerms, PolicyReference } from './approved.ts';
import { compileMatch, isMet } from './match.ts';
import { approvalCount, approvalsNeeded } from './quorum.ts';

/** What stands against an exception. */
export type Objection =
  /** A rule that broke, or a template that left it open: there is nothing yet to be excepted. */
  | 'outcome'
  /** The organisation, or Kerb itself, exempts nothing from this policy. */
  | 'never'
  | 'policy'
  | 'fingerprint'
  | 'repository'
  | 'path'
  | 'resource'
  | 'environment'
  | 'gate'
  | 'actor'
  | 'match'
  | 'notYet'
  | 'expired'
  | 'revoked'
  /** It lasts longer than the organisation allows for a finding of this severity. */
  | 'term'
  /** Fewer people than the organisation asks for have approved it, or nobody but who asked. */
  | 'approval'
  /** It was used as often as it may be. */
  | 'used';

/** Where and when a finding is met. */
export interface Circumstances {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly gate: string;
  /** `github.com/acme/shop`; what is null is not known. */
  readonly repository: string | null;
  readonly environment: string | null;
  /** The e-mail address of who acts. */
  readonly actor: string | null;
  /** The number of the organisation's bundle. */
  readonly revision: number | null;
  /** See `policyDigest`. */
  readonly digestOf: (policy: string) => string | null;
  readonly terms: ExceptionTerms;
  /** How many decisions of this device have rested on an exception, by its id. */
  readonly uses: ReadonlyMap<string, number>;
}

/** An exception, made ready to be asked often. */
export interface PreparedException {
  readonly exception: ApprovedException;
  readonly notBeforeMs: number;
  readonly expiresAtMs: number;
  /** Infinite where it was not revoked. */
  readonly revokedAtMs: number;
  readonly isInPaths: (path: string) => boolean;
  /** See `approvalCount`. */
  readonly approvals: number;
  /** Absent without a condition; null where the condition is no CEL, so that it is never met. */
  readonly match?: Program | null;
}

/** Makes an exception ready. */
export function prepareException(exception: ApprovedException): PreparedException {
  const { scope, notBefore, expiresAt, revokedAt } = exception;
  const prepared = {
    exception,
    notBeforeMs: Date.parse(notBefore),
    expiresAtMs: Date.parse(expiresAt),
    revokedAtMs: revokedAt === null ? Number.POSITIVE_INFINITY : Date.parse(revokedAt),
    isInPaths: scope.paths.length === 0 ? () => true : globMatcher(scope.paths),
    approvals: approvalCount(exception),
  };
  return scope.match === null ? prepared : { ...prepared, match: compileMatch(scope.match).program };
}

/** What stands against an exception for a finding, the first thing of all; null where it covers the finding. */
export function objectionTo(
  prepared: PreparedException,
  finding: Finding,
  circumstances: Circumstances,
): Objection | null {
  return (
    objectionOfFinding(prepared, finding, circumstances) ??
    objectionOfPlace(prepared, finding, circumstances) ??
    objectionOfTime(prepared, finding, circumstances) ??
    objectionOfGrant(prepared, finding, circumstances) ??
    (isMatched(prepared, finding, circumstances) ? null : 'match')
  );
}

function objectionOfFinding(
  { exception }: PreparedException,
  { policy, outcome, fingerprint }: Finding,
  circumstances: Circumstances,
): Objection | null {
  if (outcome !== 'fail') return 'outcome';
  if (policy.startsWith('kerb/') || isNamed(policy, circumstances.terms.never)) return 'never';
  if (!exception.policies.some((reference) => isMeant(reference, policy, circumstances))) return 'policy';
  const { fingerprints } = exception;
  return fingerprints.length === 0 || fingerprints.includes(fingerprint) ? null : 'fingerprint';
}

function isMeant({ id, revisions, digest }: PolicyReference, policy: string, circumstances: Circumstances): boolean {
  if (!isNamed(policy, [id])) return false;
  if (digest !== undefined && digest !== circumstances.digestOf(policy)) return false;
  if (revisions === undefined) return true;
  const { revision } = circumstances;
  return revision !== null && revision >= revisions.from && revision <= (revisions.to ?? Number.POSITIVE_INFINITY);
}

function objectionOfPlace(
  { exception: { scope }, isInPaths }: PreparedException,
  { file, resource }: Finding,
  { repository, environment, gate, actor }: Circumstances,
): Objection | null {
  if (!isAmong(repository, scope.repositories)) return 'repository';
  if (!isInPaths(file)) return 'path';
  if (!isAmong(resource, scope.resources)) return 'resource';
  if (!isAmong(environment, scope.environments)) return 'environment';
  if (!isAmong(gate, scope.gates)) return 'gate';
  const lower = scope.actors.map((each) => each.toLowerCase());
  return isAmong(actor?.toLowerCase() ?? null, lower) ? null : 'actor';
}

/** Each is a name, or a beginning before `/*`. */
function isAmong(name: string | null, patterns: readonly string[]): boolean {
  if (patterns.length === 0) return true;
  if (name === null) return false;
  return patterns.some((each) => each === name || (each.endsWith('/*') && name.startsWith(each.slice(0, -1))));
}

function objectionOfTime(
  { notBeforeMs, expiresAtMs, revokedAtMs }: PreparedException,
  { severity }: Finding,
  { atMs, terms }: Circumstances,
): Objection | null {
  if (atMs < notBeforeMs) return 'notYet';
  if (atMs >= expiresAtMs) return 'expired';
  if (atMs >= revokedAtMs) return 'revoked';
  return expiresAtMs - notBeforeMs > terms.longestDays[severity] * 86_400_000 ? 'term' : null;
}

function objectionOfGrant(
  { exception: { id, maxUses }, approvals }: PreparedException,
  finding: Finding,
  { terms, uses }: Circumstances,
): Objection | null {
  if (approvals < approvalsNeeded(terms, finding)) return 'approval';
  return maxUses !== null && (uses.get(id) ?? 0) >= maxUses ? 'used' : null;
}

function isMatched({ match }: PreparedException, finding: Finding, circumstances: Circumstances): boolean {
  if (match === undefined) return true;
  if (match === null) return false;
  const { policy, severity, file, resource, path, fingerprint } = finding;
  const { gate, repository, environment, actor } = circumstances;
  return isMet(match, {
    finding: { policy, severity, file, resource, path, fingerprint },
    context: { gate, repository, environment, actor },
  });
}
