/**
 * Exceptions mark findings and remove none. Where several cover a finding, the mark is that of the weightiest: an exception
 * that other people approved, then an inline suppression, then the baseline.
 */

import type { Context } from './evaluate.ts';
import { defaultExceptionTerms } from './exception/approved.ts';
import { type Baseline, inBaseline } from './exception/baseline.ts';
import { markSuppressed } from './exception/govern.ts';
import type { Circumstances } from './exception/objection.ts';
import { type ExceptionRegister, markApproved } from './exception/register.ts';
import type { Document, Finding, Native } from './model.ts';
import { type PolicySet, policyDigest } from './policy/compile.ts';

export { type Baseline, formatBaseline, readBaseline } from './exception/baseline.ts';
export { type OwnPolicy, ownPolicies } from './exception/own.ts';

/** The approved exceptions of a device, and what the engine cannot know of where and when it judges. */
export interface Approved extends Pick<Circumstances, 'atMs' | 'repository' | 'actor' | 'revision' | 'uses'> {
  readonly register: ExceptionRegister;
}

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
  readonly approved?: Approved;
}

/** Findings with their exceptions, and Kerb's own findings about suppressions; sorted as before. */
export function except(options: ExceptOptions): readonly Finding[] {
  const { baseline, approved } = options;
  const known =
    baseline === undefined ? options.findings : options.findings.map((finding) => inBaseline(finding, baseline));
  const suppressed = options.maySuppress ? markSuppressed({ ...options, findings: known }) : known;
  if (approved === undefined || approved.register.size === 0) return suppressed;
  return markApproved(suppressed, approved.register, circumstancesOf(options, approved));
}

function circumstancesOf({ context, policies, native }: ExceptOptions, approved: Approved): Circumstances {
  const { atMs, repository, actor, revision, uses } = approved;
  const { gate, environment } = context;
  return {
    atMs,
    gate,
    repository,
    environment: typeof environment === 'string' ? environment : null,
    actor,
    revision,
    digestOf: (id) => policyDigest(policies, id, native),
    terms: policies.configuration.organisation?.exceptions ?? defaultExceptionTerms,
    uses,
  };
}
