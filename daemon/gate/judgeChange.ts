/** The files of a change, judged; what was judged before under the same rules is not judged again. */
import { type Approved, approvedAt, lastBoundary, type Met, type Native } from '../../engine/index.ts';
import { type Change, type ChangedFile, type GitSession, readChange } from '../../repository/index.ts';
import { type Input, type Judgement, pathOf } from '../check/judgeInput.ts';
import { judgeAll } from '../check/pool.ts';
import type { Ruling } from './ruling.ts';
import type { VerdictStore } from './verdictStore.ts';

/** What the changes of one question are judged with. */
export interface Bench {
  readonly session: GitSession;
  readonly ruling: Ruling;
  readonly native: Native;
  readonly gate: string;
  /** Today, `YYYY-MM-DD`. */
  readonly date: string;
  readonly verdicts: VerdictStore;
  /** What approved exceptions are measured by; asked only where there are any. */
  readonly met: () => Promise<Met>;
  /** Of this Kerb: another one may judge otherwise. */
  readonly version: string;
}

/** What was judged, in the order of the change's files; or why git could not bring them. */
export type ChangeJudgement =
  | { readonly kind: 'judged'; readonly judgements: readonly Judgement[]; readonly made: ReadonlyMap<string, string> }
  | { readonly kind: 'failure'; readonly message: string };

/** Judges. `made` are the verdicts that are new, by their keys: whoever records the decision keeps them. */
export async function judgeChange(change: Change, bench: Bench): Promise<ChangeJudgement> {
  const epoch = epochOf(await approvedOf(bench));
  const keys = new Map(change.files.map((file) => [file.path, keyOf(file, bench, epoch)]));
  const known = bench.verdicts.verdicts([...keys.values()]);
  const done = new Map<string, Judgement>();
  for (const [path, key] of keys) {
    const text = known.get(key);
    if (text !== undefined) done.set(path, JSON.parse(text) as Judgement);
  }
  const inputs = await readInputs({ ...change, files: change.files.filter(({ path }) => !done.has(path)) }, bench);
  if (!Array.isArray(inputs)) return inputs;
  const made = new Map<string, string>();
  for (const judgement of await judgeInputs(inputs, bench)) {
    done.set(judgement.path, judgement);
    if (judgement.state !== 'unreadable') made.set(keys.get(judgement.path)!, JSON.stringify(judgement));
  }
  return { kind: 'judged', judgements: change.files.map(({ path }) => done.get(path)!), made };
}

/** Judges inputs that are no files of a change. */
export async function judgeInputs(inputs: readonly Input[], bench: Bench): Promise<Judgement[]> {
  const { ruling, native, gate, date } = bench;
  const { setup, policies, baseline } = ruling;
  const approved = await approvedOf(bench);
  const desk = {
    root: setup.root,
    policies,
    native,
    context: { gate, date },
    baseline,
    approved,
    repairs: 'omit',
  } as const;
  const faults: string[] = [];
  return judgeAll(inputs, {
    setup,
    options: { gate, date, repairs: 'omit', baseline: 'heed', met: approved === null ? null : await bench.met() },
    desk,
    onProgress: () => {},
    // What a broken thread had is judged by the others, or said to be unreadable.
    onFault: (message) => void faults.push(message),
  });
}

async function approvedOf({ ruling, met }: Bench): Promise<Approved | null> {
  const { exceptions, setup } = ruling;
  return exceptions === null ? null : approvedAt(exceptions, setup, await met());
}

/** What exceptions make of a verdict is the same for as long as this is: none begins or ends meanwhile. */
function epochOf(approved: Approved | null): string {
  if (approved === null) return '';
  const { register, atMs, repository, actor, revision, uses } = approved;
  return JSON.stringify([lastBoundary(register, atMs), repository, actor, revision, [...uses]]);
}

async function readInputs(change: Change, { session }: Bench): Promise<Input[] | ChangeJudgement> {
  const inputs: Input[] = [];
  const readings = readChange(change, session);
  for (let next = await readings.next(); ; next = await readings.next()) {
    if (next.done) {
      if (next.value !== null) return next.value;
      return inputs.sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1));
    }
    inputs.push({ kind: 'read', reading: next.value.reading, base: next.value.baseText });
  }
}

/** Everything that a judgement depends on. */
function keyOf({ path, blob, baseBlob }: ChangedFile, bench: Bench, epoch: string): string {
  const { ruling, native, gate, date, version } = bench;
  return native.sha256(JSON.stringify([version, ruling.digest, epoch, gate, date, path, blob, baseBlob]));
}
