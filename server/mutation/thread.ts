// The server's side of mutation: a thread for one task, which ends with it.
import { Worker } from 'node:worker_threads';
import type { CancellationToken } from 'vscode-languageserver';
import type { SourceFile } from '../../engine/index.ts';
import type { MutationAnswer } from '../protocol.ts';

/** A policy's text and its page, as they are being written. */
export interface MutationTask {
  readonly policy: { readonly id: string; readonly path: string; readonly text: string };
  readonly page: SourceFile;
}

export type MutationOutcome = MutationAnswer['outcome'];

/** Longer than any policy of Kerb's own takes, many times over. */
const mostMs = 120_000;

/** Tries every mutant. Never throws; a token that is cancelled ends the thread. */
export async function tryMutants(task: MutationTask, token: CancellationToken): Promise<MutationOutcome> {
  if (token.isCancellationRequested) return { kind: 'cancelled' };
  const name = import.meta.url.endsWith('.ts') ? './worker.ts' : './mutation.js';
  const worker = new Worker(new URL(name, import.meta.url), { workerData: task });
  worker.unref();
  const outcome = await new Promise<MutationOutcome>((resolve) => {
    const cancelling = token.onCancellationRequested(() => resolve({ kind: 'cancelled' }));
    const tooLong = { kind: 'problem', message: `after ${mostMs / 1000} s there was no end of it` } as const;
    const timer = setTimeout(() => resolve(tooLong), mostMs).unref();
    worker.once('message', resolve);
    worker.once('error', ({ message }) => resolve({ kind: 'problem', message: `Kerb broke on it: ${message}` }));
    worker.once('exit', () => {
      clearTimeout(timer);
      cancelling.dispose();
      resolve({ kind: 'cancelled' });
    });
  });
  await worker.terminate();
  return outcome;
}
