/** The last line of a report: how it ended and why. */
import type { Report, Tally } from './report.ts';

/** One sentence: "denied: 3 findings deny, 2 warn (1 suppressed) in 12 files". */
export function summaryOf(report: Report, tally: Tally): string {
  const { checked, skipped } = report.files;
  const blocking = report.problems.filter((problem) => problem.blocking).length;
  const found = [
    tally.deny > 0 ? `${counted(tally.deny, 'finding')} to resolve` : '',
    tally.warn > 0 ? counted(tally.warn, 'warning') : '',
    tally.audit > 0 ? counted(tally.audit, 'remark') : '',
    tally.error > 0 ? `${counted(tally.error, 'rule')} broke` : '',
    blocking > 0 ? counted(blocking, 'problem') : '',
  ].filter((part) => part !== '');
  const excepted = [
    tally.approved > 0 ? `${tally.approved} exempt` : '',
    tally.suppressed > 0 ? `${tally.suppressed} suppressed` : '',
    tally.baseline > 0 ? `${tally.baseline} in the baseline` : '',
  ].filter((part) => part !== '');
  const left = excepted.length > 0 ? ` (${excepted.join(', ')})` : '';
  const files = `${counted(checked, 'file')} checked${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  return `${effects[report.decision.effect]}: ${found.join(', ') || 'no findings'}${left} · ${files}`;
}

const effects = { allow: 'allowed', deny: 'denied', indeterminate: 'no verdict' } as const;

/** "1 file", "2 files"; a noun with a plural of its own brings it. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
