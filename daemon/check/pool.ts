/**
 * Judges many inputs on all cores. Every input gets exactly one judgement, also when a thread dies. Threads begin at both ends
 * of the list: what lies together is alike, so that each compiles and warms to its own kinds of files before it meets others.
 */
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { Worker } from 'node:worker_threads';
import type { Setup } from '../../repository/index.ts';
import type { DeskOptions } from './desk.ts';
import { type Desk, type Input, type Judgement, judgeInput, pathOf, unreadable } from './judgeInput.ts';

/** What threads are given. */
export interface Task {
  readonly setup: Setup;
  readonly options: DeskOptions;
  readonly inputs: readonly Input[];
  /** Three counters that all threads share: how many inputs are taken, how many of them from the front, and from the back. */
  readonly taken: SharedArrayBuffer;
}

/** From which end of the list a thread takes its inputs. */
type End = 'front' | 'back';

export function taskOf(inputs: readonly Input[], { setup, options }: Pick<Task, 'setup' | 'options'>): Task {
  return { setup, options, inputs, taken: new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT) };
}

export interface PoolOptions {
  readonly setup: Setup;
  readonly options: DeskOptions;
  /** That of this thread; the others make their own of `setup` and `options`. */
  readonly desk: Desk;
  /** Called now and then with the number of inputs that are done. */
  readonly onProgress: (done: number) => void;
  /** Called with what went wrong when a thread broke; its share is judged by the others. */
  readonly onFault: (message: string) => void;
}

/** Another thread takes about 100 ms of work to pay for its start, in bytes of text. */
const bytesPerThread = 400_000;
/** How long the first thread works before it looks at what the others send. */
const sliceMs = 40;

/** Judges all inputs; in the order of the inputs given. */
export async function judgeAll(
  inputs: readonly Input[],
  { setup, options, desk, onProgress, onFault }: PoolOptions,
): Promise<Judgement[]> {
  const task = taskOf(arranged(inputs), { setup, options });
  const done = new Map<string, Judgement>();
  const faults: string[] = [];
  const record = (judgements: readonly Judgement[]): void => {
    for (const judgement of judgements) done.set(judgement.path, judgement);
    onProgress(done.size);
  };
  const threads = Array.from({ length: extraThreads(inputs) }, (_, index) =>
    runThread({ task, end: index % 2 === 0 ? 'back' : 'front' }, record, faults),
  );
  await workThrough({ task, end: 'front' }, desk, record);
  await Promise.all(threads);
  for (const fault of new Set(faults)) onFault(fault);
  const why = faults[0] ?? 'the thread that had it ended early';
  return inputs.map((input) => done.get(pathOf(input)) ?? unreadable(pathOf(input), `was not judged: ${why}`));
}

/** What a thread does of a task. */
export interface Share {
  readonly task: Task;
  readonly end: End;
}

/** Takes inputs until there are none left; hands over what is done every now and then. */
export async function workThrough(
  share: Share,
  desk: Desk,
  record: (judgements: readonly Judgement[]) => void,
): Promise<void> {
  let batch: Judgement[] = [];
  let since = performance.now();
  for (let input = take(share); input !== null; input = take(share)) {
    batch.push(judgeInput(input, desk));
    if (performance.now() - since < sliceMs) continue;
    record(batch);
    batch = [];
    await new Promise((resolve) => setImmediate(resolve));
    since = performance.now();
  }
  record(batch);
}

/** The next input from an end; null when all are taken. The first counter keeps the ends from crossing. */
function take({ task: { inputs, taken }, end }: Share): Input | null {
  const counters = new Int32Array(taken);
  if (Atomics.add(counters, 0, 1) >= inputs.length) return null;
  return inputs.at(end === 'front' ? Atomics.add(counters, 1, 1) : -1 - Atomics.add(counters, 2, 1)) ?? null;
}

/** Those that take long by themselves first, so that none of them is the last; the others by folder. */
function arranged(inputs: readonly Input[]): readonly Input[] {
  const [long, short] = [inputs.filter(isLong), inputs.filter((input) => !isLong(input))];
  return [...long.sort((a, b) => sizeOf(b) - sizeOf(a)), ...short.sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1))];
}

function isLong(input: Input): boolean {
  return sizeOf(input) > bytesPerThread / 4;
}

function extraThreads(inputs: readonly Input[]): number {
  // A thread of a process that begins from a snapshot cannot load Node's network modules, and ends it.
  if (process.execArgv.includes('--snapshot-blob')) return 0;
  const bytes = inputs.reduce((sum, input) => sum + sizeOf(input), 0);
  const most = Math.min(inputs.length - 1, Math.floor(bytes / bytesPerThread));
  // The system is asked each time, in files.
  return most < 1 ? 0 : Math.min(availableParallelism() - 1, most);
}

function sizeOf(input: Input): number {
  if (input.kind === 'workFile') return input.sizeBytes;
  return input.reading.kind === 'text' ? input.reading.file.text.length : 0;
}

/** Resolves when the thread has ended, however it ended. */
function runThread(share: Share, record: (judgements: readonly Judgement[]) => void, faults: string[]): Promise<void> {
  return new Promise((resolve) => {
    const name = import.meta.url.endsWith('.ts') ? '../worker.ts' : './worker.js';
    const worker = new Worker(new URL(name, import.meta.url), { workerData: share });
    worker.on('message', record);
    worker.on('error', (error) => faults.push(error.message));
    worker.on('exit', (status) => {
      if (status !== 0 && faults.length === 0) faults.push(`a thread ended with ${status}`);
      resolve();
    });
  });
}
