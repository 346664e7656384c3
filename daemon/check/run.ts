/** `kerb check` without its command line: gather, judge, decide. */
import { decide, type FileProblem, ownPolicies } from '../../engine/index.ts';
import type { Setup } from '../../repository/index.ts';
import type { Report, ReportedProblem } from '../report/report.ts';
import type { DeskOptions } from './desk.ts';
import type { Gathered } from './gather.ts';
import { uuidv7 } from './identifier.ts';
import type { Desk, Input, Judgement } from './judgeInput.ts';
import { judgeAll } from './pool.ts';

/** One run of `kerb check`: what to judge, with what, and who watches. */
export interface Run {
  readonly gathered: Gathered;
  readonly options: DeskOptions;
  readonly desk: Desk;
  readonly onProgress: (done: number) => void;
  readonly onFault: (message: string) => void;
}

/** Judges the inputs, which are all that was gathered or some of it. */
export async function judgeInputs(inputs: readonly Input[], { gathered, ...run }: Run): Promise<Judgement[]> {
  return judgeAll(inputs, { ...run, setup: gathered.setup });
}

export interface Outcome {
  readonly run: Pick<Run, 'gathered' | 'options' | 'desk'>;
  /** What is wrong with the rules. */
  readonly ruleProblems: readonly FileProblem[];
  readonly judgements: readonly Judgement[];
  /** When the run began, in milliseconds since 1970, and how long it took. */
  readonly beganMs: number;
  readonly latencyMs: number;
}

/** Puts judgements together to a report. A broken policy or configuration leaves no allow. */
export function reportOf({ run, ruleProblems: ownProblems, judgements, beganMs, latencyMs }: Outcome): Report {
  const { gathered, options, desk } = run;
  const { setup } = gathered;
  const { policies: set, native } = desk;
  const unreadable = judgements.filter(({ state }) => state === 'unreadable').length + gathered.problems.length;
  const checked = judgements.filter(({ state }) => state === 'checked');
  const { effect } = decide(checked.map(verdictOf), { problems: ownProblems, unreadable });
  return {
    decision: {
      id: uuidv7(beganMs),
      gate: options.gate,
      effect,
      revision: setup.organisation?.revision ?? set.digest.replace('sha256:', '').slice(0, 12),
      digest: set.digest,
      inputDigest: `sha256:${native.sha256(checked.map(({ digest }) => digest).join('\n'))}`,
      latencyMs: Math.round(latencyMs * 10) / 10,
    },
    findings: judgements.flatMap((judgement) => judgement.findings),
    problems: [
      ...ownProblems.map(ownProblem),
      ...baselineProblems(setup, desk),
      ...gathered.problems,
      ...judgements.flatMap((judgement) => judgement.problems),
    ],
    files: {
      checked: checked.length,
      skipped: gathered.skipped + judgements.filter(({ state }) => state === 'skipped').length,
    },
    policies: policiesById(setup),
  };
}

/** A line that says nothing covers nothing: more counts, never less, so this blocks no verdict. */
function baselineProblems({ configuration }: Setup, { baseline }: Desk): ReportedProblem[] {
  return (baseline?.malformed ?? []).map((line) => ({
    file: configuration.baseline ?? '',
    range: { start: { line, column: 1 }, end: { line, column: 1 } },
    message: 'the line is no fingerprint, so it covers nothing',
    blocking: false,
  }));
}

function verdictOf({
  findings,
  problems,
  counts,
}: Judgement): Parameters<typeof decide>[0] extends Iterable<infer V> ? V : never {
  return { findings, counts, problems: problems.map(({ message }) => ({ message, span: { start: 0, end: 0 } })) };
}

function ownProblem({ file, range, message, severity }: FileProblem): ReportedProblem {
  return { file, range, message, blocking: severity === 'error' };
}

function policiesById(setup: Setup): Report['policies'] {
  const own = ownPolicies.map((policy) => ({ ...policy, references: [], controls: [], equivalents: [] }));
  return new Map([...setup.policies, ...own].map((policy) => [policy.id, policy]));
}
