/** GitHub Actions workflow commands: each finding becomes an annotation on the line of a pull request. */
import { type Report, type ReportedFinding, type ReportedProblem, tallyOf } from './report.ts';
import { printable } from './style.ts';
import { summaryOf } from './summary.ts';

const commands = { deny: 'error', warn: 'warning', audit: 'notice' } as const;

/** One workflow command a line, then a summary that is plain text. */
export function formatGithub(report: Report): string {
  const findings = report.findings.filter((finding) => finding.exception === null);
  const lines = [
    ...report.problems.map(problemCommand),
    ...findings.map((finding) => findingCommand(finding, report)),
    escapeData(summaryOf(report, tallyOf(report.findings))),
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * Text for people in the log of a workflow: whatever a file or its name says, no line of it is a workflow command. The
 * runner takes `::` at the beginning of a line, and `##[` anywhere; a word joiner (U+2060) between the signs is not seen.
 */
export function disarmed(text: string): string {
  return text.replace(/^([^\S\r\n\u2028\u2029]*):(?=:)/gm, '$1:\u2060').replaceAll('##[', '#\u2060#[');
}

function findingCommand(finding: ReportedFinding, report: Report): string {
  const { start, end } = finding.range;
  const policy = report.policies.get(finding.policy);
  const properties = {
    file: finding.file,
    line: start.line,
    endLine: end.line,
    // Columns are only understood within one line.
    ...(start.line === end.line ? { col: start.column, endColumn: end.column } : {}),
    title: `${finding.policy}${policy ? `: ${policy.title}` : ''}`,
  };
  const command = finding.outcome === 'error' ? 'error' : commands[finding.enforcement];
  return workflowCommand(command, properties, policy ? `${finding.message}\n${policy.remedy}` : finding.message);
}

function problemCommand(problem: ReportedProblem): string {
  const { start, end } = problem.range ?? {};
  const place = start && end ? { line: start.line, endLine: end.line } : {};
  const command = problem.blocking ? 'error' : 'warning';
  return workflowCommand(
    command,
    { ...(problem.file === '' ? {} : { file: problem.file }), ...place, title: 'kerb' },
    problem.message,
  );
}

function workflowCommand(
  command: string,
  properties: Readonly<Record<string, string | number>>,
  message: string,
): string {
  const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  return `::${command} ${list.join(',')}::${escapeData(message)}`;
}

/**
 * As the runner reads it back: a line that a file's text could begin with `::` is never written as such. What a terminal
 * would obey (whoever reads the log) becomes U+FFFD; line ends stay, since the runner gives them back.
 */
function escapeData(text: string): string {
  const lines = text.split(/(\r?\n|\r)/).map((part, index) => (index % 2 === 0 ? printable(part) : part));
  return lines.join('').replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
