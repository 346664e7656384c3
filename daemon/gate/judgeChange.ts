/** The files of a change, judged; what was judged before under the same rules is not judged again. */
import type { Native } from '../../engine/index.ts';
import { type Change, type ChangedFile, type GitSession, readChange } from '../../repository/index.ts';
import { type Input, type Judgement, pathOf } from '../check/judgeInput.ts';
import { judgeAll } from '../check/pool.ts';
import { version } from '../version.ts';
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
}

/** What was judged, in the order of the change's files; or why git could not bring them. */
export type ChangeJudgement =
  | { readonly kind: 'judged'; readonly judgements: readonly Judgement[]; readonly made: ReadonlyMap<string, string> }
  | { readonly kind: 'failure'; readonly message: string };

/** Judges. `made` are the verdicts that are new, by their keys: whoever records the decision keeps them. */
export async function judgeChange(change: Change, bench: Bench): Promise<ChangeJudgement> {
  const keys = new Map(change.files.map((file) => [file.path, keyOf(file, bench)]));
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
export function judgeInputs(inputs: readonly Input[], bench: Bench): Promise<Judgement[]> {
  const { ruling, native, gate, date } = bench;
  const { setup, policies, baseline } = ruling;
  const desk = { root: setup.root, policies, native, context: { gate, date }, baseline, repairs: 'omit' } as const;
  const faults: string[] = [];
  return judgeAll(inputs, {
    setup,
    options: { gate, date, repairs: 'omit', baseline: 'heed' },
    desk,
    onProgress: () => {},
    // What a broken thread had is judged by the others, or said to be unreadable.
    onFault: (message) => void faults.push(message),
  });
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
function keyOf({ path, blob, baseBlob }: ChangedFile, { ruling, native, gate, date }: Bench): string {
  return native.sha256(JSON.stringify([version(), ruling.digest, gate, date, path, blob, baseBlob]));
}
