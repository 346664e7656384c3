/** SARIF 2.1.0 (OASIS), in the shape that code scanning services take: rules with help, fingerprints, suppressions, fixes. */
import type { Severity } from '../../engine/index.ts';
import type { PolicyFacts, Range, Repair, Report, ReportedFinding, ReportedProblem } from './report.ts';

export interface SarifOptions {
  /** The version of Kerb. */
  readonly version: string;
}

/** One SARIF log with one run, and a line feed. */
export function formatSarif(report: Report, options: SarifOptions): string {
  const used = [...new Set(report.findings.map((finding) => finding.policy))].sort();
  const index = new Map(used.map((id, at) => [id, at]));
  const run = {
    tool: {
      driver: {
        name: 'Kerb',
        semanticVersion: options.version,
        rules: used.map((id) => ruleOf(id, report.policies.get(id))),
      },
    },
    columnKind: 'utf16CodeUnits',
    automationDetails: { id: `kerb/${report.decision.gate}/` },
    invocations: [
      {
        executionSuccessful: report.decision.effect !== 'indeterminate',
        toolExecutionNotifications: report.problems.map(notificationOf),
      },
    ],
    results: report.findings.map((finding) => resultOf(finding, index.get(finding.policy)!)),
    properties: { decision: report.decision, files: report.files },
  };
  const log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] };
  return `${JSON.stringify(log, null, 2)}\n`;
}

/** How GitHub weighs a finding: over 9 critical, over 7 high, over 4 medium. */
const securitySeverity: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
  info: '0.5',
};

function ruleOf(id: string, policy: PolicyFacts | undefined): object {
  if (policy === undefined) return { id };
  const { title, why, remedy, references, controls, equivalents, severity } = policy;
  const links = references.length > 0 ? `\n\n${references.map((link) => `- <${link}>`).join('\n')}` : '';
  return {
    id,
    name: nameOf(id),
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: {
      text: [why, remedy, ...references].join('\n\n'),
      markdown: `**Why.** ${why}\n\n**Remedy.** ${remedy}${links}`,
    },
    ...(references[0] === undefined ? {} : { helpUri: references[0] }),
    defaultConfiguration: { level: levels[policy.enforcement] },
    properties: {
      tags: ['security', ...controls],
      'security-severity': securitySeverity[severity],
      severity,
      controls,
      equivalents,
    },
  };
}

/** `kubernetes/run-as-root` → `KubernetesRunAsRoot`, since a rule's name is an identifier in Pascal case. */
function nameOf(id: string): string {
  return id
    .split(/[/-]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

const levels = { deny: 'error', warn: 'warning', audit: 'note' } as const;

function resultOf(finding: ReportedFinding, ruleIndex: number): object {
  const { excerpt } = finding;
  const text = excerpt.lines.join('\n');
  const lastLine = excerpt.firstLine + Math.max(0, excerpt.lines.length - 1);
  return {
    ruleId: finding.policy,
    ruleIndex,
    kind: 'fail',
    level: finding.outcome === 'error' ? 'error' : levels[finding.enforcement],
    message: { text: finding.message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: artifact(finding.file),
          region: region(finding.range),
          // Cut lines would not be the text of their region.
          ...(excerpt.cutColumns === 0 && text !== ''
            ? { contextRegion: { startLine: excerpt.firstLine, endLine: lastLine, snippet: { text } } }
            : {}),
        },
        ...(finding.resource === '' ? {} : { logicalLocations: [logicalLocation(finding)] }),
      },
    ],
    ...(finding.relations.length > 0
      ? { relatedLocations: finding.relations.map((related, id) => relatedLocation(finding.file, related, id)) }
      : {}),
    partialFingerprints: { 'kerb/v1': finding.fingerprint },
    ...suppressionOf(finding),
    ...(finding.repairs.length > 0 ? { fixes: finding.repairs.map((repair) => fixOf(finding.file, repair)) } : {}),
    properties: { severity: finding.severity, enforcement: finding.enforcement, outcome: finding.outcome },
  };
}

function logicalLocation({ resource, path }: ReportedFinding): object {
  return { name: resource, fullyQualifiedName: path === '' ? resource : `${resource}/${path}`, kind: 'resource' };
}

function relatedLocation(
  file: string,
  related: { readonly range: Range; readonly message: string },
  id: number,
): object {
  return {
    id,
    message: { text: related.message },
    physicalLocation: { artifactLocation: artifact(file), region: region(related.range) },
  };
}

/** A result without exceptions says so by an empty list, as soon as any result in the run has one; harmless elsewhere. */
function suppressionOf({ exception }: ReportedFinding): object {
  if (exception === null) return { suppressions: [] };
  if (exception.kind === 'baseline') {
    return { suppressions: [{ kind: 'external', status: 'accepted', justification: 'in the baseline' }] };
  }
  const { reason, until } = exception;
  if (exception.kind === 'approved') {
    const { id, approvedBy } = exception;
    const justification = `${reason} (${id}, approved by ${approvedBy.join(', ')} until ${until})`;
    const properties = { id, until, approvedBy };
    return { suppressions: [{ kind: 'external', status: 'accepted', justification, properties }] };
  }
  return {
    suppressions: [
      { kind: 'inSource', status: 'accepted', justification: `${reason} (until ${until})`, properties: { until } },
    ],
  };
}

function fixOf(file: string, repair: Repair): object {
  return {
    description: { text: repair.title },
    artifactChanges: [
      {
        artifactLocation: artifact(file),
        replacements: repair.edits.map(({ range, text }) => ({
          deletedRegion: region(range),
          insertedContent: { text },
        })),
      },
    ],
    properties: { safe: repair.safe },
  };
}

function notificationOf({ file, range, message, blocking }: ReportedProblem): object {
  const place = { artifactLocation: artifact(file), ...(range === null ? {} : { region: region(range) }) };
  return {
    level: blocking ? 'error' : 'warning',
    message: { text: message },
    ...(file === '' ? {} : { locations: [{ physicalLocation: place }] }),
  };
}

function artifact(file: string): object {
  return { uri: file.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' };
}

function region({ start, end }: Range): object {
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}
