/** A question to a gate, judged and ready to be decided; and what gates are made of. */
import type { CurrentOrganisation, Met, Native } from '../../engine/index.ts';
import type { DecisionRecord } from '../../hub/protocol.ts';
import type { Change, GitSession, Identity } from '../../repository/index.ts';
import type { Judgement } from '../check/judgeInput.ts';
import { problemsOfNewRules } from '../check/rules.ts';
import type { Journal } from '../journal/journal.ts';
import type { WorkTreeNotes } from '../replay/workTrees.ts';
import type { ReportedProblem } from '../report/report.ts';
import type { Store } from '../store/store.ts';
import { usesOf } from '../store/uses.ts';
import type { CommitObject } from './commitObject.ts';
import type { Bench } from './judgeChange.ts';
import type { Ready } from './ready.ts';
import type { Ruling, Rulings } from './ruling.ts';
import type { NewVerdicts, VerdictStore } from './verdictStore.ts';

/** What was judged. */
export interface GateCase {
  readonly ruling: Ruling;
  readonly judgements: readonly Judgement[];
  readonly problems: readonly ReportedProblem[];
  /** Symbolic links and submodules. */
  readonly skipped: number;
  readonly notes: readonly string[];
  /** What the decision is on: several refs in a push. Each gets a record. */
  readonly targets: readonly DecisionRecord['target'][];
  /** The new commits of a push: each should have passed a gate when it was made. */
  readonly commits: readonly CommitObject[];
  /** Verdicts that are new, by key: they are kept once the decision is. */
  readonly made: ReadonlyMap<string, string>;
}

/** What judging takes. Nothing is written with it. */
export interface JudgeParts {
  readonly store: Pick<Store, 'state'>;
  readonly verdicts: VerdictStore;
  readonly native: Native;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly version: string;
  /** See `createIdentities`. */
  readonly identityOf: (root: string, mostMs?: number) => Promise<Identity>;
}

/** What all questions to one gate share. */
export interface GateParts extends JudgeParts {
  readonly store: Pick<Store, 'findDecision' | 'state'>;
  /** See `NewVerdicts`. */
  readonly keepVerdicts: NewVerdicts['keep'];
  readonly journal: Pick<Journal, 'record'>;
  readonly rulings: Rulings;
  readonly ready: Ready;
  readonly workTrees: WorkTreeNotes;
  /** See `GateOptions`. */
  readonly organisation: () => CurrentOrganisation;
  readonly isOutdated: () => boolean;
}

/** What one question is judged with. */
export function benchOf(parts: JudgeParts, question: { session: GitSession; ruling: Ruling; gate: string }): Bench {
  const { native, store, verdicts, identityOf, version } = parts;
  const atMs = parts.now();
  const date = new Date(atMs).toISOString().slice(0, 10);
  const met = async (): Promise<Met> => {
    const { repository, subject } = await identityOf(question.session.root);
    return { atMs, repository, actor: subject.email, uses: usesOf(store) };
  };
  return { ...question, native, version, verdicts, date, met };
}

/** A case that could not be judged: there is no verdict on it. */
export async function unjudged(
  parts: GateParts,
  session: GitSession,
  target: DecisionRecord['target'],
  message: string,
): Promise<GateCase> {
  const ruling = await parts.rulings.of(session, { commit: null, gate: 'none' });
  const problems = [{ file: '', range: null, message, blocking: true }];
  return { ruling, judgements: [], problems, skipped: 0, notes: [], targets: [target], commits: [], made: new Map() };
}

/** What stands in the way of a verdict on a change, beside its files: conflicts, and rules that would be broken after it. */
export async function problemsOf(change: Change, { ruling, native }: Bench): Promise<ReportedProblem[]> {
  const brought = await problemsOfNewRules(change, ruling.setup, native);
  return [
    ...change.problems.map(({ file, message }) => ({ file, range: null, message, blocking: true })),
    ...brought.map(({ file, range, message }) => ({ file, range, message, blocking: true })),
  ];
}
