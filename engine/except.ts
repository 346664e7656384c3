/** Exceptions: inline suppressions and the baseline. They mark findings and remove none. */

import type { Context } from './evaluate.ts';
import { type Baseline, inBaseline } from './exception/baseline.ts';
import { markSuppressed } from './exception/govern.ts';
import type { Document, Finding, Native } from './model.ts';
import type { PolicySet } from './policy/compile.ts';

export { type Baseline, formatBaseline, readBaseline } from './exception/baseline.ts';
export { type OwnPolicy, ownPolicies } from './exception/own.ts';

/** What exceptions are made from. */
export interface ExceptOptions {
  readonly document: Document;
  readonly findings: readonly Finding[];
  /** Whether the text may hold a suppression at all. */
  readonly maySuppress: boolean;
  readonly policies: PolicySet;
  readonly context: Context;
  readonly native: Pick<Native, 'sha256'>;
  readonly baseline?: Baseline;
  /** See `JudgeOptions.base`. */
  readonly base?: string | null;
}

/** Findings with their exceptions, and Kerb's own findings about suppressions; sorted as before. */
export function except(options: ExceptOptions): readonly Finding[] {
  const { baseline } = options;
  const known =
    baseline === undefined ? options.findings : options.findings.map((finding) => inBaseline(finding, baseline));
  return options.maySuppress ? markSuppressed({ ...options, findings: known }) : known;
}
