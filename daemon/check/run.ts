/** `kerb check` without its command line: gather, judge, decide. */
import { compilePolicies, decide, type FileProblem } from '../../engine/index.ts';
import { createNative, type Setup } from '../../repository/index.ts';
import type { Report, ReportedProblem } from '../report/report.ts';
import type { DeskOptions } from './desk.ts';
import type { Gathered } from './gather.ts';
import { uuidv7 } from './identifier.ts';
import type { Judgement } from './judgeInput.ts';
import { judgeAll } from './pool.ts';

export interface RunOptions extends DeskOptions {
  readonly onProgress: (done: number) => void;
}

/** Judges what was gathered. */
export async function judgeGathered(gathered: Gathered, options: RunOptions): Promise<Judgement[]> {
  return judgeAll(gathered.inputs, { ...options, setup: gathered.setup });
}

export interface Outcome {
  readonly gathered: Gathered;
  readonly judgements: readonly Judgement[];
  readonly gate: string;
  /** When the run began, in milliseconds since 1970, and how long it took. */
  readonly beganMs: number;
  readonly latencyMs: number;
}

/** Puts judgements together to a report. A broken policy or configuration leaves no allow. */
export function reportOf({ gathered, judgements, gate, beganMs, latencyMs }: Outcome): Report {
  const { setup } = gathered;
  const native = createNative();
  const set = compilePolicies(setup.policies, setup.configuration, native);
  const ownProblems = [...setup.problems, ...set.problems];
  const unreadable = judgements.filter(({ state }) => state === 'unreadable').length + gathered.problems.length;
  const checked = judgements.filter(({ state }) => state === 'checked');
  const { effect } = decide(checked.map(verdictOf), { problems: ownProblems, unreadable });
  return {
    decision: {
      id: uuidv7(beganMs),
      gate,
      effect,
      revision: set.digest.replace('sha256:', '').slice(0, 12),
      digest: set.digest,
      inputDigest: `sha256:${native.sha256(checked.map(({ digest }) => digest).join('\n'))}`,
      latencyMs: Math.round(latencyMs * 10) / 10,
    },
    findings: judgements.flatMap((judgement) => judgement.findings),
    problems: [
      ...ownProblems.map(ownProblem),
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
  return new Map(setup.policies.map((policy) => [policy.id, policy]));
}
