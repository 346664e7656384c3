/** The JSON of `kerb check --format json`: a contract, so every field is named here and nothing else is in it. */
import { fileStart, type Report, type ReportedFinding } from './report.ts';

/** One JSON document and a line feed. */
export function formatJson(report: Report): string {
  const { decision, files } = report;
  const document = {
    decision: {
      id: decision.id,
      gate: decision.gate,
      effect: decision.effect,
      revision: decision.revision,
      digest: decision.digest,
      inputDigest: decision.inputDigest,
      latencyMs: decision.latencyMs,
    },
    findings: report.findings.map(findingOf),
    problems: report.problems.map(({ file, range, message }) => ({ file, range: range ?? fileStart, message })),
    files: { checked: files.checked, skipped: files.skipped },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function findingOf(finding: ReportedFinding): object {
  const { exception } = finding;
  return {
    policy: finding.policy,
    severity: finding.severity,
    enforcement: finding.enforcement,
    outcome: finding.outcome,
    file: finding.file,
    range: finding.range,
    resource: finding.resource,
    path: finding.path,
    message: finding.message,
    fingerprint: finding.fingerprint,
    exception:
      exception?.kind === 'suppression'
        ? { kind: exception.kind, reason: exception.reason, until: exception.until }
        : exception,
    fixes: finding.fixes.map(({ title, safe }) => ({ title, safe })),
  };
}
