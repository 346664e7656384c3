// The server's side of previews: one thread for a root, begun with the first question.
import { Worker } from 'node:worker_threads';
import type { PreviewOutcome } from '../protocol.ts';
import type { DeskOptions, Question } from './desk.ts';

/** What goes to the thread, and what comes back. */
export interface Asked {
  readonly number: number;
  readonly question: Question;
}
export interface Answered {
  readonly number: number;
  readonly outcome: PreviewOutcome;
}

/** A thread that answers questions; a newer one overtakes those before. */
export interface PreviewThread {
  ask(question: Question): Promise<PreviewOutcome>;
  /** Whether it can still be asked. */
  isRunning(): boolean;
  close(): Promise<void>;
}

/** Starts a thread. It does not keep the process alive. */
export function startThread(options: DeskOptions): PreviewThread {
  const name = import.meta.url.endsWith('.ts') ? './worker.ts' : './preview.js';
  const worker = new Worker(new URL(name, import.meta.url), { workerData: options });
  worker.unref();
  const waiting = new Map<number, (outcome: PreviewOutcome) => void>();
  let asked = 0;
  let isRunning = true;
  const end = (outcome: PreviewOutcome): void => {
    isRunning = false;
    for (const settle of waiting.values()) settle(outcome);
    waiting.clear();
  };
  worker.on('message', ({ number, outcome }: Answered) => {
    waiting.get(number)?.(outcome);
    waiting.delete(number);
  });
  worker.on('error', ({ message }) => end({ kind: 'problem', message: `the preview broke: ${message}` }));
  worker.on('exit', () => end({ kind: 'overtaken' }));
  return {
    ask(question) {
      const number = ++asked;
      return new Promise((resolve) => {
        waiting.set(number, resolve);
        worker.postMessage({ number, question } satisfies Asked);
      });
    },
    isRunning: () => isRunning,
    async close() {
      await worker.terminate();
    },
  };
}
