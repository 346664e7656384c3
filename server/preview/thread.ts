// The server's side of previews: one thread for a root, begun with the first question.
import { Worker } from 'node:worker_threads';
import type { CancellationToken } from 'vscode-languageserver';
import type { PreviewOutcome, PreviewProgress } from '../protocol.ts';
import type { DeskOptions, Question } from './desk.ts';

/** What goes to the thread. */
export type Asked =
  | { readonly kind: 'question'; readonly number: number; readonly question: Question }
  | { readonly kind: 'cancel'; readonly number: number };
/** What comes back. */
export type Answered =
  | { readonly kind: 'progress'; readonly number: number; readonly progress: Progress }
  | { readonly kind: 'outcome'; readonly number: number; readonly outcome: PreviewOutcome };
export type Progress = Omit<PreviewProgress, 'id'>;

/** What an asker says and hears while an answer is worked out. */
export interface Waiting {
  readonly hear: (progress: Progress) => void;
  readonly token: CancellationToken;
}

/** A thread that answers questions; a newer one overtakes those before. */
export interface PreviewThread {
  ask(question: Question, waiting: Waiting): Promise<PreviewOutcome>;
  /** Whether it can still be asked. */
  isRunning(): boolean;
  close(): Promise<void>;
}

/** Parsed files are many small objects that stay: room for the young spares copying them again and again. */
const maxYoungGenerationSizeMb = 96;

/** Starts a thread. It does not keep the process alive. */
export function startThread(options: DeskOptions): PreviewThread {
  const name = import.meta.url.endsWith('.ts') ? './worker.ts' : './preview.js';
  const worker = new Worker(new URL(name, import.meta.url), {
    workerData: options,
    resourceLimits: { maxYoungGenerationSizeMb },
  });
  worker.unref();
  const waiting = new Map<number, Pick<Waiting, 'hear'> & { readonly settle: (outcome: PreviewOutcome) => void }>();
  let asked = 0;
  let isRunning = true;
  const end = (outcome: PreviewOutcome): void => {
    isRunning = false;
    for (const { settle } of waiting.values()) settle(outcome);
    waiting.clear();
  };
  const tell = (asked: Asked): void => worker.postMessage(asked);
  worker.on('message', (answered: Answered) => {
    const asker = waiting.get(answered.number);
    if (answered.kind === 'progress') return asker?.hear(answered.progress);
    waiting.delete(answered.number);
    asker?.settle(answered.outcome);
  });
  worker.on('error', ({ message }) => end({ kind: 'problem', message: `the preview broke: ${message}` }));
  worker.on('exit', () => end({ kind: 'overtaken' }));
  return {
    async ask(question, { hear, token }) {
      const number = ++asked;
      const cancelling = token.onCancellationRequested(() => tell({ kind: 'cancel', number }));
      const outcome = await new Promise<PreviewOutcome>((settle) => {
        waiting.set(number, { hear, settle });
        tell({ kind: 'question', number, question });
      });
      cancelling.dispose();
      return outcome;
    },
    isRunning: () => isRunning,
    async close() {
      await worker.terminate();
    },
  };
}
