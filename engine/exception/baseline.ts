/** The baseline: findings that were there when Kerb came. Sorted lines, so that two branches merge without conflict. */
import type { Finding } from '../model.ts';

/** A baseline, read. */
export interface Baseline {
  readonly fingerprints: ReadonlySet<string>;
  /** Lines, from 1, that say no fingerprint. */
  readonly malformed: readonly number[];
}

const header =
  '# kerb baseline: findings that were there before. Written by `kerb check --write-baseline`; one fingerprint a line.\n';

/** Reads a baseline. A line is a fingerprint; what follows it on the line is for people. Never throws. */
export function readBaseline(text: string): Baseline {
  const fingerprints = new Set<string>();
  const malformed: number[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const match = /^[0-9a-f]{32}(?=\s|$)/.exec(trimmed);
    if (match === null) malformed.push(index + 1);
    else fingerprints.add(match[0]);
  }
  return { fingerprints, malformed };
}

/** The baseline of findings: those that nothing else covers, which would end. The same findings give the same text. */
export function formatBaseline(findings: readonly Finding[]): string {
  const lines = findings
    .filter(
      (finding) =>
        (finding.exception === null || finding.exception.kind === 'baseline') &&
        finding.outcome === 'fail' &&
        !finding.policy.startsWith('kerb/'),
    )
    .map((finding) => `${finding.fingerprint} ${finding.policy} ${finding.file.replace(/[\r\n]+/g, ' ')}\n`);
  return header + [...new Set(lines)].sort().join('');
}

/** A finding, marked where the baseline has it. */
export function inBaseline(finding: Finding, baseline: Baseline): Finding {
  if (finding.outcome !== 'fail' || !baseline.fingerprints.has(finding.fingerprint)) return finding;
  return { ...finding, exception: { kind: 'baseline' } };
}
