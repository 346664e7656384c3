/** The report for a person at a terminal: by file, each finding with its place in the text, and once for each policy why and what to do. */
import { frameOf } from './frame.ts';
import { type PolicyFacts, type Report, type ReportedFinding, type ReportedProblem, tallyOf } from './report.ts';
import { printable, type Style, wrap } from './style.ts';
import { counted, summaryOf } from './summary.ts';

export interface TextOptions {
  readonly style: Style;
  /** How wide prose may be, in columns. */
  readonly columns: number;
}

const indent = '            ';

/** The report. Findings with an exception are only counted, and of very many in one file the weightiest are shown. */
export function formatText(report: Report, options: TextOptions): string {
  const explained = new Set<string>();
  const sections: string[] = [];
  const shown = report.findings.filter((finding) => finding.exception === null);
  for (const [file, findings] of groupByFile(shown)) {
    sections.push(options.style.bold(printable(file)));
    const first = weightiest(findings);
    for (const finding of first) {
      sections.push(
        findingSection(
          finding,
          explained.has(finding.policy) ? undefined : report.policies.get(finding.policy),
          options,
        ),
      );
      explained.add(finding.policy);
    }
    if (first.length < findings.length) {
      const more = `… and ${findings.length - first.length} more in ${printable(file)}: --format json has them all`;
      sections.push(options.style.bold(more));
    }
  }
  if (report.problems.length > 0) sections.push(problemLines(report.problems, options).join('\n'));
  sections.push(summarySection(report, options));
  return `${sections.join('\n\n')}\n`;
}

/** Nobody reads more about one file; what a gate refuses is never left out for the sake of what it lets pass. */
const findingsShown = 100;

/** The findings of a file that are shown, in their order. */
function weightiest(findings: readonly ReportedFinding[]): readonly ReportedFinding[] {
  if (findings.length <= findingsShown) return findings;
  const weight = ({ outcome, enforcement }: ReportedFinding) =>
    outcome === 'error' ? 0 : ['deny', 'warn', 'audit'].indexOf(enforcement) + 1;
  const chosen = new Set(findings.toSorted((a, b) => weight(a) - weight(b)).slice(0, findingsShown));
  return findings.filter((finding) => chosen.has(finding));
}

function groupByFile(findings: readonly ReportedFinding[]): Map<string, ReportedFinding[]> {
  const groups = new Map<string, ReportedFinding[]>();
  for (const finding of findings) {
    const group = groups.get(finding.file);
    if (group === undefined) groups.set(finding.file, [finding]);
    else group.push(finding);
  }
  return groups;
}

function findingSection(finding: ReportedFinding, policy: PolicyFacts | undefined, options: TextOptions): string {
  const { style, columns } = options;
  const { range, excerpt } = finding;
  const weight = weightOf(finding, style);
  const place = `${range.start.line}:${range.start.column}`;
  const fix = finding.fixes.some(({ safe }) => safe) ? `  ${style.green('--fix')}` : '';
  const head = `${weight.paint(weight.sign)} ${weight.paint(style.bold(finding.severity))}  ${style.cyan(finding.policy)}  ${style.dim(`line ${place}`)}${fix}`;
  const message = `  ${wrap(printable(finding.message), columns - 2, '  ')}`;
  const lines = [head, message, ...frameOf(excerpt, range, style, weight.paint)];
  for (const related of finding.relations) {
    lines.push(
      style.dim(`  line ${related.range.start.line}:${related.range.start.column}: ${printable(related.message)}`),
    );
  }
  if (policy !== undefined) lines.push(...reasonLines(policy, options));
  return lines.join('\n');
}

function reasonLines(policy: PolicyFacts, { style, columns }: TextOptions): string[] {
  const prose = (label: string, text: string) =>
    `  ${style.dim(label.padEnd(indent.length - 2))}${wrap(printable(text), columns - indent.length, indent)}`;
  return [
    prose('why', policy.why),
    prose('remedy', policy.remedy),
    `  ${style.dim('more'.padEnd(indent.length - 2))}${style.blue(printable(policy.references[0] ?? `kerb explain ${policy.id}`))}`,
  ];
}

function weightOf(finding: ReportedFinding, style: Style): { sign: string; paint: (text: string) => string } {
  if (finding.outcome === 'error') return { sign: '‼', paint: style.red };
  if (finding.enforcement === 'deny') return { sign: '✗', paint: style.red };
  return finding.enforcement === 'warn' ? { sign: '!', paint: style.yellow } : { sign: '·', paint: style.blue };
}

/** A file that is broken throughout says so a few times, not a hundred. */
function problemLines(problems: readonly ReportedProblem[], options: TextOptions): string[] {
  const counts = new Map<string, number>();
  const lines: string[] = [];
  for (const problem of problems) {
    const count = (counts.get(problem.file) ?? 0) + 1;
    counts.set(problem.file, count);
    if (count <= problemsShown) lines.push(problemLine(problem, options));
  }
  for (const [file, count] of counts) {
    if (count > problemsShown)
      lines.push(options.style.dim(`  and ${count - problemsShown} more in ${printable(file)}`));
  }
  return lines;
}

const problemsShown = 5;

function problemLine(problem: ReportedProblem, { style }: TextOptions): string {
  const { file, range, message, blocking } = problem;
  const place = range === null ? file : `${file}:${range.start.line}:${range.start.column}`;
  const paint = blocking ? style.red : style.yellow;
  return `${paint(blocking ? '‼ problem' : '! problem')}  ${place === '' ? '' : `${style.bold(printable(place))}: `}${printable(message)}`;
}

function summarySection(report: Report, { style }: TextOptions): string {
  const tally = tallyOf(report.findings);
  const paint = { allow: style.green, deny: style.red, indeterminate: style.yellow }[report.decision.effect];
  const lines = [paint(style.bold(summaryOf(report, tally)))];
  lines.push(...exemptLines(report.findings).map((line) => style.dim(line)));
  const open = report.findings.filter((finding) => finding.exception === null);
  const fixable = open.filter(({ fixes }) => fixes.some(({ safe }) => safe)).length;
  if (fixable > 0) lines.push(style.dim(`${fixable} can be fixed safely by kerb check --fix`));
  return lines.join('\n');
}

/** Which approved exceptions the decision rests on. */
function exemptLines(findings: readonly ReportedFinding[]): string[] {
  const used = new Map<string, { line: string; count: number }>();
  for (const { exception } of findings) {
    if (exception?.kind !== 'approved') continue;
    const { id, until, approvedBy } = exception;
    const line = `until ${until} (approved by ${printable(approvedBy.join(', '))})`;
    used.set(id, { line, count: (used.get(id)?.count ?? 0) + 1 });
  }
  return [...used].map(([id, { line, count }]) => `${printable(id)} exempts ${counted(count, 'finding')} ${line}`);
}
