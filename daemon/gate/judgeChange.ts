/** The files of a change, judged; what was judged before under the same rules is not judged again. */
import { type Approved, approvedAt, lastBoundary, type Met, maySuppress, type Native } from '../../engine/index.ts';
import {
  type Change,
  type ChangedFile,
  type GitFailure,
  type GitSession,
  type Reading,
  readChange,
} from '../../repository/index.ts';
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

/** What was judged, or why git could not bring it. */
export type ChangeJudgement = JudgedChange | { readonly kind: 'failure'; readonly message: string };

export interface JudgedChange {
  readonly kind: 'judged';
  /** In the order of the change's files. */
  readonly judgements: readonly Judgement[];
  /** The verdicts that are new, by their keys: whoever records the decision keeps them. */
  readonly made: ReadonlyMap<string, string>;
  /** Bytes of the blobs that were read for it. */
  readonly sizes: ReadonlyMap<string, number>;
}

/** Judges. */
export async function judgeChange(change: Change, bench: Bench): Promise<ChangeJudgement> {
  const epoch = epochOf(await approvedOf(bench));
  const keys = new Map(change.files.map((file) => [file.path, keyOf(file, bench, epoch)]));
  const known = bench.verdicts.verdicts([...keys.values()]);
  const done = new Map<string, Judgement>();
  for (const [path, key] of keys) {
    const text = known.get(key);
    if (text !== undefined) done.set(path, JSON.parse(text) as Judgement);
  }
  const read = await readInputs({ ...change, files: change.files.filter(({ path }) => !done.has(path)) }, bench);
  if (read.kind === 'failure') return read;
  const made = new Map<string, string>();
  for (const judgement of await judgeInputs(read.inputs, bench)) {
    done.set(judgement.path, judgement);
    if (judgement.state !== 'unreadable') made.set(keys.get(judgement.path)!, JSON.stringify(judgement));
  }
  return { kind: 'judged', judgements: change.files.map(({ path }) => done.get(path)!), made, sizes: read.sizes };
}

/** A text that no blob holds, such as the document of a change. */
export interface DocumentInput {
  readonly kind: 'read';
  readonly reading: Extract<Reading, { readonly kind: 'text' }>;
}

export interface JudgedDocument {
  readonly judgement: Judgement;
  /** The verdict by its key, where it is new. */
  readonly made: ReadonlyMap<string, string>;
}

/** Judges a document; it is known again by its text. */
export async function judgeDocument(document: DocumentInput, bench: Bench): Promise<JudgedDocument> {
  const { path, file } = document.reading;
  const text = { path, blob: bench.native.sha256(file.text), baseBlob: null };
  const key = keyOf(text, bench, epochOf(await approvedOf(bench)));
  const known = bench.verdicts.verdicts([key]).get(key);
  if (known !== undefined) return { judgement: JSON.parse(known) as Judgement, made: new Map() };
  const [judgement] = await judgeInputs([document], bench);
  if (judgement === undefined) throw new Error(`${path} was not judged`);
  const isKept = judgement.state !== 'unreadable';
  return { judgement, made: new Map(isKept ? [[key, JSON.stringify(judgement)]] : []) };
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

/** The exceptions that count now; null without any. */
export async function approvedOf({ ruling, met }: Bench): Promise<Approved | null> {
  const { exceptions, setup } = ruling;
  return exceptions === null ? null : approvedAt(exceptions, setup, await met());
}

/** What exceptions make of a verdict is the same for as long as this is: none begins or ends meanwhile. */
export function epochOf(approved: Approved | null): string {
  if (approved === null) return '';
  const { register, atMs, repository, actor, revision, uses } = approved;
  return JSON.stringify([lastBoundary(register, atMs), repository, actor, revision, [...uses]]);
}

interface ReadInputs {
  readonly kind: 'read';
  readonly inputs: readonly Input[];
  readonly sizes: ReadonlyMap<string, number>;
}

async function readInputs(change: Change, { session }: Bench): Promise<ReadInputs | GitFailure> {
  const blobs = new Map(change.files.map(({ path, blob }) => [path, blob]));
  const inputs: Input[] = [];
  const sizes = new Map<string, number>();
  const readings = readChange(change, { store: session, needsBase: maySuppress });
  for (let next = await readings.next(); ; next = await readings.next()) {
    if (next.done && next.value !== null) return next.value;
    if (next.done) break;
    const { reading, baseText, sizeBytes } = next.value;
    inputs.push({ kind: 'read', reading, base: baseText });
    if (sizeBytes !== null) sizes.set(blobs.get(reading.path)!, sizeBytes);
  }
  return { kind: 'read', inputs: inputs.sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1)), sizes };
}

/** Everything that a judgement depends on. */
function keyOf({ path, blob, baseBlob }: ChangedFile, bench: Bench, epoch: string): string {
  const { ruling, native, gate, date, version } = bench;
  return native.sha256(JSON.stringify([version, ruling.digest, epoch, gate, date, path, blob, baseBlob]));
}
