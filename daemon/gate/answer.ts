/** What a person reads when a gate has decided: in a terminal or in a GUI's box, so short, plain, and with one thing to do. */
import { changeFolder } from '../../engine/index.ts';
import type { Report, ReportedFinding, ReportedProblem } from '../report/report.ts';
import { printable } from '../report/style.ts';
import { counted } from '../report/summary.ts';
import { messageOfTag } from './history.ts';

export interface AnswerOptions {
  readonly report: Report;
  readonly outcome: 'pass' | 'block';
  /** `commit`, `message` or `push`. */
  readonly gate: string;
  /** A break-glass reason. */
  readonly breakGlass: string | null;
  /** What else is to be said: of the repository's rules, of what was not judged. */
  readonly notes: readonly string[];
}

const shown = 8;

/** The text. Empty where a change passes and nobody needs to know more. */
export function answerText({ report, outcome, gate, breakGlass, notes }: AnswerOptions): string {
  const open = report.findings.filter(({ exception }) => exception === null);
  const blocking = open.filter(({ enforcement, outcome: said }) => enforcement === 'deny' || said === 'error');
  const warnings = open.filter((finding) => finding.enforcement === 'warn' && !blocking.includes(finding));
  const problems = report.problems.filter((problem) => problem.blocking);
  const lines = notes.map((note) => `Kerb: ${printable(note)}`);
  if (report.decision.effect === 'allow') {
    if (warnings.length > 0)
      lines.push(`Kerb: ${counted(warnings.length, 'warning')}`, ...findingLines(warnings, report));
  } else {
    lines.push(
      `Kerb: ${headline(report, gate, outcome)}`,
      '',
      ...findingLines(blocking, report),
      ...problemLines(problems),
    );
    if (warnings.length > 0) lines.push(`  and ${counted(warnings.length, 'warning')}: kerb check --staged shows them`);
  }
  if (breakGlass !== null)
    lines.push(
      '',
      `Kerb: BREAK-GLASS. This ${gate} passes by your word, and the reason is recorded: ${printable(breakGlass)}`,
    );
  else if (outcome === 'block') lines.push('', toDo(gate, blocking, problems));
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function headline({ decision }: Report, gate: string, outcome: 'pass' | 'block'): string {
  const what = { commit: 'commit', message: 'commit message', push: 'push' }[gate] ?? gate;
  if (outcome === 'pass')
    return `this ${what} would be ${decision.effect === 'deny' ? 'denied' : 'left without a verdict'}`;
  return decision.effect === 'deny'
    ? `this ${what} is denied`
    : `there is no verdict on this ${what}, so it does not pass`;
}

function findingLines(findings: readonly ReportedFinding[], report: Report): string[] {
  const explained = new Set<string>();
  const lines: string[] = [];
  for (const finding of findings.slice(0, shown)) {
    lines.push(`  ${printable(placeOf(finding))}: ${printable(finding.message)}  [${finding.policy}]`);
    const remedy = report.policies.get(finding.policy)?.remedy;
    if (remedy !== undefined && !explained.has(finding.policy)) lines.push(`      ${printable(remedy)}`);
    explained.add(finding.policy);
  }
  if (findings.length > shown) lines.push(`  and ${findings.length - shown} more`);
  return lines;
}

/** A file and a line; of a change its own name, since nobody has its document. */
function placeOf({ file, resource, range }: ReportedFinding): string {
  if (!file.startsWith(changeFolder)) return `${file}:${range.start.line}`;
  return file.endsWith('.txt') ? file.slice(changeFolder.length, -'.txt'.length) : resource;
}

function problemLines(problems: readonly ReportedProblem[]): string[] {
  const lines = problems.slice(0, shown).map(({ file, range, message }) => {
    const place = range === null ? file : `${file}:${range.start.line}`;
    return `  ${place === '' ? '' : `${printable(place)}: `}${printable(message)}`;
  });
  return problems.length > shown ? [...lines, `  and ${counted(problems.length - shown, 'more problem')}`] : lines;
}

function toDo(gate: string, blocking: readonly ReportedFinding[], problems: readonly ReportedProblem[]): string {
  if (gate === 'message') return 'Change the message and commit again.';
  if (gate === 'push') return toDoAtPush(blocking, problems);
  if (blocking.length > 0 && blocking.every(({ fixes }) => fixes.some(({ safe }) => safe)))
    return 'kerb check --fix repairs all of it; then git add, and commit again.';
  if (blocking.length === 0 && problems.length > 0)
    return 'Repair what could not be judged, git add it, and commit again.';
  return 'Repair this, git add it, and commit again.';
}

function toDoAtPush(blocking: readonly ReportedFinding[], problems: readonly ReportedProblem[]): string {
  // What git says belongs to no file, and no commit brings it.
  if (blocking.length === 0 && problems.every(({ file }) => file === '')) return 'Mend that and push again.';
  if (blocking.length > 0 && blocking.every(({ file }) => file.startsWith(`${changeFolder}${messageOfTag}`)))
    return 'Make the tag anew (git tag --force --annotate) and push again.';
  return 'Repair the commits that bring this (git rebase -i, git commit --amend) and push again.';
}
