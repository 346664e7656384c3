/** What is wrong with a page of cases as a whole, though every case in it may pass. */
import type { CaseResult } from '../cases.ts';
import { unclosedFence } from './page.ts';

/** In words, each a sentence; empty for a page that shows both what is found and what is not. */
export function faultsOf(text: string, cases: readonly CaseResult[]): string[] {
  const open = unclosedFence(text);
  if (open !== null) return [`the fenced block of line ${open} is not closed, so what follows is no case`];
  const own = cases.filter(({ name }) => !name.endsWith(' fixed'));
  if (own.length === 0) return ['there is no case: a fenced block that names its file, ```yaml deploy.yaml'];
  // Where there is no parser on this machine, nobody knows what a case would find.
  if (own.some(({ outcome }) => outcome === 'skipped')) return [];
  const faults: string[] = [];
  if (own.every(({ findings }) => findings === 0))
    faults.push('no case has a finding: a rule that never finds anything would pass as well');
  if (own.every(({ findings }) => findings > 0))
    faults.push('no case is clean: a rule that finds everything would pass as well');
  return faults;
}
