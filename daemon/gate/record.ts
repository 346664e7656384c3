/** A decision as the journal keeps it: who, on what, by which policies, with which findings; no text of a file. */
import type { DecisionRecord, RecordedFinding } from '../../hub/protocol.ts';
import type { Report, ReportedFinding } from '../report/report.ts';
import type { Identity } from './identity.ts';
import type { GateClient } from './localGate.ts';

export interface RecordOptions {
  readonly report: Report;
  readonly atMs: number;
  readonly identity: Identity;
  readonly client: GateClient;
  readonly origin: DecisionRecord['origin'];
  readonly reason: string | null;
  readonly target: DecisionRecord['target'];
  readonly passed: boolean;
  readonly mode: DecisionRecord['mode'];
  readonly ring: string | null;
  readonly stale: boolean;
}

const maxFindings = 1_000;

/** Makes the record. */
export function recordOf(options: RecordOptions): DecisionRecord {
  const { report, atMs, identity, client, origin, reason, target, passed, mode, ring, stale } = options;
  const { decision } = report;
  return {
    kind: 'decision',
    id: decision.id,
    at: new Date(atMs).toISOString(),
    gate: decision.gate,
    origin,
    reason,
    subject: identity.subject,
    repository: identity.repository,
    target,
    policies: { revision: decision.revision, digest: decision.digest, ring },
    inputDigest: decision.inputDigest,
    effect: decision.effect,
    passed,
    mode,
    findings: weightiest(report.findings).map(recordedFinding),
    findingCount: report.findings.length,
    exceptions: [],
    latencyMs: decision.latencyMs,
    client,
    stale,
  };
}

function weightiest(findings: readonly ReportedFinding[]): readonly ReportedFinding[] {
  if (findings.length <= maxFindings) return findings;
  const order = ['deny', 'warn', 'audit'];
  return findings.toSorted((a, b) => order.indexOf(a.enforcement) - order.indexOf(b.enforcement)).slice(0, maxFindings);
}

function recordedFinding({
  policy,
  severity,
  enforcement,
  outcome,
  file,
  fingerprint,
  exception,
}: ReportedFinding): RecordedFinding {
  return {
    policy,
    severity,
    enforcement,
    outcome,
    file: file.slice(0, 4_096),
    fingerprint,
    exception: exception === null ? null : { kind: exception.kind, id: null },
  };
}
