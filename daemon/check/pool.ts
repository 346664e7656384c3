/** Judges many inputs on all cores. Every input gets exactly one judgement, also when a thread dies. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Setup } from '../../repository/index.ts';
import type { DeskOptions } from './desk.ts';
import { type Desk, type Input, type Judgement, judgeInput, pathOf, unreadable } from './judgeInput.ts';

/** What a thread is given. It takes the next input by counting up `next`, which all threads share. */
export interface Task {
  readonly setup: Setup;
  readonly options: DeskOptions;
  readonly inputs: readonly Input[];
  readonly next: SharedArrayBuffer;
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
/** What a file takes beside its text, as so many bytes of it. */
const bytesPerFile = 1_000;
/** How long the first thread works before it looks at what the others send. */
const sliceMs = 40;

/** Judges all inputs, the largest first; in the order of the inputs given. */
export async function judgeAll(
  inputs: readonly Input[],
  { setup, options, desk, onProgress, onFault }: PoolOptions,
): Promise<Judgement[]> {
  const ordered = [...inputs].sort((a, b) => sizeOf(b) - sizeOf(a));
  const task: Task = { setup, options, inputs: ordered, next: new SharedArrayBuffer(4) };
  const done = new Map<string, Judgement>();
  const faults: string[] = [];
  const record = (judgements: readonly Judgement[]): void => {
    for (const judgement of judgements) done.set(judgement.path, judgement);
    onProgress(done.size);
  };
  const threads = Array.from({ length: extraThreads(ordered) }, () => runThread(task, record, faults));
  await workThrough(task, desk, record);
  await Promise.all(threads);
  for (const fault of new Set(faults)) onFault(fault);
  const why = faults[0] ?? 'the thread that had it ended early';
  return inputs.map((input) => done.get(pathOf(input)) ?? unreadable(pathOf(input), `was not judged: ${why}`));
}

/** Takes inputs until there are none left; hands over what is done every now and then. */
export async function workThrough(
  task: Task,
  desk: Desk,
  record: (judgements: readonly Judgement[]) => void,
): Promise<void> {
  const next = new Int32Array(task.next);
  let batch: Judgement[] = [];
  let since = performance.now();
  for (let at = Atomics.add(next, 0, 1); at < task.inputs.length; at = Atomics.add(next, 0, 1)) {
    batch.push(judgeInput(task.inputs[at]!, desk));
    if (performance.now() - since < sliceMs) continue;
    record(batch);
    batch = [];
    await new Promise((resolve) => setImmediate(resolve));
    since = performance.now();
  }
  record(batch);
}

function extraThreads(inputs: readonly Input[]): number {
  const bytes = inputs.reduce((sum, input) => sum + sizeOf(input) + bytesPerFile, 0);
  return Math.max(0, Math.min(availableParallelism() - 1, inputs.length - 1, Math.floor(bytes / bytesPerThread)));
}

function sizeOf(input: Input): number {
  if (input.kind === 'workFile') return input.sizeBytes;
  return input.reading.kind === 'text' ? input.reading.file.text.length : 0;
}

/** Resolves when the thread has ended, however it ended. */
function runThread(task: Task, record: (judgements: readonly Judgement[]) => void, faults: string[]): Promise<void> {
  return new Promise((resolve) => {
    const name = import.meta.url.endsWith('.ts') ? '../worker.ts' : './worker.js';
    const worker = new Worker(new URL(name, import.meta.url), { workerData: task });
    worker.on('message', record);
    worker.on('error', (error) => faults.push(error.message));
    worker.on('exit', (status) => {
      if (status !== 0 && faults.length === 0) faults.push(`a thread ended with ${status}`);
      resolve();
    });
  });
}
