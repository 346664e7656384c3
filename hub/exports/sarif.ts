/** Findings of decisions as results of SARIF 2.1.0. Pure. */
import type { Policy } from '../../engine/index.ts';
import type { ExportAbout } from '../exceptions/export.ts';
import type { ExportedFinding } from './finding.ts';

const levels = { deny: 'error', warn: 'warning', audit: 'note' } as const;

/** Where the text is, the log does not say: a result names its file, and no line. */
export function sarifFindings(
  findings: readonly ExportedFinding[],
  policies: ReadonlyMap<string, Policy>,
  { version }: ExportAbout,
): object {
  const rules = [...new Set(findings.map(({ policy }) => policy))].sort().map((id) => {
    const policy = policies.get(id);
    return policy === undefined
      ? { id }
      : { id, shortDescription: { text: policy.title }, properties: { tags: [...policy.controls] } };
  });
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'kerb', version, rules } }, results: findings.map(resultOf(policies)) }],
  };
}

function resultOf(policies: ReadonlyMap<string, Policy>): (finding: ExportedFinding) => object {
  return ({ policy, enforcement, outcome, file, fingerprint, exception, severity, decision, commit }) => ({
    ruleId: policy,
    level: levels[enforcement],
    message: { text: policies.get(policy)?.title ?? policy },
    locations: [{ physicalLocation: { artifactLocation: { uri: file.split('/').map(encodeURIComponent).join('/') } } }],
    partialFingerprints: { 'kerb/v1': fingerprint },
    ...(exception === null
      ? {}
      : { suppressions: [{ kind: exception.kind === 'approved' ? 'external' : 'inSource', status: 'accepted' }] }),
    properties: {
      ...{
        decision: decision.id,
        at: new Date(decision.at).toISOString(),
        effect: decision.effect,
        gate: decision.gate,
      },
      ...{ repository: decision.repository, commit, outcome, severity },
    },
  });
}
