/** JUnit XML, as Jenkins and GitLab read it: a suite for each file, a case for each finding. */
import { exceptedOf, type Report, type ReportedFinding, type ReportedProblem, tallyOf } from './report.ts';

/** A whole XML document. What denies is a failure, a broken rule or an unreadable file an error; the rest passes with a word. */
export function formatJunit(report: Report): string {
  const tally = tallyOf(report.findings);
  const blocking = report.problems.filter((problem) => problem.blocking);
  const suites = [...groupByFile(report)].map(([file, group]) => suite(file, group, report));
  const counts = attributes({
    name: 'kerb',
    tests: Math.max(1, report.findings.length + report.problems.length),
    failures: tally.deny,
    errors: tally.error + blocking.length,
    skipped: exceptedOf(tally),
    time: (report.decision.latencyMs / 1000).toFixed(3),
  });
  if (suites.length === 0)
    suites.push(
      `  <testsuite name="kerb" tests="1" failures="0" errors="0">\n    <testcase classname="kerb" name="no findings"/>\n  </testsuite>`,
    );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts}>\n${suites.join('\n')}\n</testsuites>\n`;
}

interface Group {
  readonly findings: ReportedFinding[];
  readonly problems: ReportedProblem[];
}

function groupByFile(report: Report): Map<string, Group> {
  const groups = new Map<string, Group>();
  const groupOf = (file: string): Group => {
    const group = groups.get(file) ?? { findings: [], problems: [] };
    groups.set(file, group);
    return group;
  };
  for (const finding of report.findings) groupOf(finding.file).findings.push(finding);
  for (const problem of report.problems) groupOf(problem.file).problems.push(problem);
  return groups;
}

function suite(file: string, { findings, problems }: Group, report: Report): string {
  const tally = tallyOf(findings);
  const head = attributes({
    name: file || 'kerb',
    tests: findings.length + problems.length,
    failures: tally.deny,
    errors: tally.error + problems.filter((problem) => problem.blocking).length,
    skipped: exceptedOf(tally),
  });
  const cases = [...problems.map(problemCase), ...findings.map((finding) => findingCase(finding, report))];
  return `  <testsuite ${head}>\n${cases.join('\n')}\n  </testsuite>`;
}

function findingCase(finding: ReportedFinding, report: Report): string {
  const { start } = finding.range;
  const place = `${finding.file}:${start.line}:${start.column}`;
  const head = attributes({
    classname: finding.policy,
    name: `${finding.resource || finding.policy} (${place})`,
    file: finding.file,
    line: start.line,
  });
  const policy = report.policies.get(finding.policy);
  const text = [
    `${place}: ${finding.message}`,
    ...(policy ? [policy.why, policy.remedy, ...policy.references.slice(0, 1)] : []),
  ].join('\n');
  return `    <testcase ${head}>\n      ${resultOf(finding, text)}\n    </testcase>`;
}

function resultOf(finding: ReportedFinding, text: string): string {
  const { exception, message } = finding;
  if (exception !== null) {
    return `<skipped ${attributes({ message: exceptionWords(exception) })}/>`;
  }
  const details = attributes({ message, type: finding.severity });
  if (finding.outcome === 'error') return `<error ${details}>${escapeXml(text)}</error>`;
  if (finding.enforcement === 'deny') return `<failure ${details}>${escapeXml(text)}</failure>`;
  return `<system-out>${escapeXml(`${finding.enforcement}: ${text}`)}</system-out>`;
}

function exceptionWords(exception: NonNullable<ReportedFinding['exception']>): string {
  if (exception.kind === 'baseline') return 'in the baseline';
  const { reason, until } = exception;
  if (exception.kind === 'suppression') return `suppressed until ${until}: ${reason}`;
  return `exempt until ${until} by ${exception.id}, approved by ${exception.approvedBy.join(', ')}: ${reason}`;
}

function problemCase(problem: ReportedProblem): string {
  const head = attributes({ classname: 'kerb', name: 'readable', file: problem.file });
  const message = escapeXml(problem.message);
  const result = problem.blocking
    ? `<error message="${message}" type="problem"/>`
    : `<system-out>${message}</system-out>`;
  return `    <testcase ${head}>\n      ${result}\n    </testcase>`;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escapeXml(String(value))}"`)
    .join(' ');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** XML 1.0 has no way to write most control characters or half a surrogate pair: they become the replacement character. */
function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\uFFFD')
    .replace(/[&<>"']/g, (character) => entities[character]!)
    .replace(/[\n\r\t]/g, (character) => `&#${character.charCodeAt(0)};`);
}
