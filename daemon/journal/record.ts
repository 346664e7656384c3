/** From what a gate decided to what is kept of it: where and what, never the text, and no secret. */

import type { DecisionRecord, RecordedFinding } from '../../hub/protocol.ts';
import type { Report, ReportedFinding } from '../report/report.ts';

/** A decision, and all that the gate knows of who asked for what. */
export interface Decided {
  readonly report: Pick<Report, 'decision' | 'findings'>;
  /** In milliseconds since 1970. */
  readonly atMs: number;
  readonly origin: DecisionRecord['origin'];
  /** Why it passes all the same, in somebody's own words; null where nobody said. */
  readonly reason: string | null;
  readonly subject: DecisionRecord['subject'];
  /** See `repositoryName`. */
  readonly repository: string;
  readonly target: DecisionRecord['target'];
  readonly ring: string | null;
  readonly passed: boolean;
  readonly mode: DecisionRecord['mode'];
  readonly client: DecisionRecord['client'];
  readonly stale: boolean;
}

const maxFindings = 1_000;
const maxExceptions = 1_000;

/** What is kept of a decision. `mask` strikes secrets out of any text (see `secretMask`): names of files hold some too. */
export function recordOf(decided: Decided, mask: (text: string) => string): DecisionRecord {
  const { decision, findings } = decided.report;
  const { base, commit, tree, ref } = decided.target;
  // Many findings name the same file.
  const masked = new Map<string, string>();
  const words = (text: string, most: number) => {
    const known = masked.get(text) ?? mask(text);
    masked.set(text, known);
    return cut(known, most);
  };
  return {
    kind: 'decision',
    id: decision.id,
    at: new Date(decided.atMs).toISOString(),
    gate: decision.gate,
    origin: decided.origin,
    reason: decided.reason === null ? null : words(decided.reason, 2_000),
    subject: { name: words(decided.subject.name, 500), email: words(decided.subject.email, 500) },
    repository: words(decided.repository, 500) || '?',
    target: { base, commit, tree, ref: ref === null ? null : words(ref, 1_000) },
    policies: { revision: decision.revision, digest: decision.digest, ring: decided.ring },
    inputDigest: decision.inputDigest,
    effect: decision.effect,
    passed: decided.passed,
    mode: decided.mode,
    findings: weightiest(findings).map((finding) => recordedFinding(finding, words)),
    findingCount: findings.length,
    exceptions: [...new Set(findings.flatMap(({ exception }) => approvalOf(exception) ?? []))].slice(0, maxExceptions),
    latencyMs: decision.latencyMs,
    client: decided.client,
    stale: decided.stale,
  };
}

function recordedFinding(finding: ReportedFinding, words: (text: string, most: number) => string): RecordedFinding {
  const { policy, severity, enforcement, outcome, file, fingerprint, exception } = finding;
  return {
    policy,
    severity,
    enforcement,
    outcome,
    file: words(file, 4_096),
    fingerprint,
    exception: exception === null ? null : { kind: exception.kind, id: approvalOf(exception) },
  };
}

/** The id of the exception that another person approved. */
function approvalOf(exception: ReportedFinding['exception']): string | null {
  return exception !== null && 'id' in exception && typeof exception.id === 'string' ? exception.id : null;
}

/** Those that weigh most first, and among equals as they were. */
function weightiest(findings: readonly ReportedFinding[]): readonly ReportedFinding[] {
  if (findings.length <= maxFindings) return findings;
  return [...findings].sort((a, b) => weightOf(b) - weightOf(a)).slice(0, maxFindings);
}

const severities = ['info', 'low', 'medium', 'high', 'critical'] as const;
const enforcements = ['audit', 'warn', 'deny'] as const;

function weightOf({ exception, outcome, enforcement, severity }: ReportedFinding): number {
  const counts = exception === null ? 1 : 0;
  const broken = outcome === 'error' ? 1 : 0;
  return ((counts * 2 + broken) * 3 + enforcements.indexOf(enforcement)) * 5 + severities.indexOf(severity);
}

/** Well-formed Unicode of at most so many UTF-16 units: what canonical JSON can hold. */
function cut(text: string, most: number): string {
  return text.slice(0, most).toWellFormed();
}
