// The server's side of mutation: a process for one task, which ends with it.
import type { CancellationToken } from 'vscode-languageserver';
import type { SourceFile } from '../../engine/index.ts';
import { startBeside } from '../beside.ts';
import type { MutationAnswer } from '../protocol.ts';

/** A policy's text and its page, as they are being written. */
export interface MutationTask {
  readonly policy: { readonly id: string; readonly path: string; readonly text: string };
  readonly page: SourceFile;
}

export type MutationOutcome = MutationAnswer['outcome'];

/** Longer than any policy of Kerb's own takes, many times over. */
const mostMs = 120_000;

/** Tries every mutant. Never throws; a token that is cancelled ends the process. */
export async function tryMutants(task: MutationTask, token: CancellationToken): Promise<MutationOutcome> {
  if (token.isCancellationRequested) return { kind: 'cancelled' };
  const name = import.meta.url.endsWith('.ts') ? './main.ts' : './mutation.js';
  const child = startBeside(new URL(name, import.meta.url), task);
  const outcome = await new Promise<MutationOutcome>((resolve) => {
    const cancelling = token.onCancellationRequested(() => resolve({ kind: 'cancelled' }));
    const tooLong = { kind: 'problem', message: `after ${mostMs / 1000} s there was no end of it` } as const;
    const timer = setTimeout(() => resolve(tooLong), mostMs).unref();
    child.once('message', (message) => resolve(message as MutationOutcome));
    child.once('error', ({ message }) => resolve({ kind: 'problem', message: `Kerb broke on it: ${message}` }));
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      cancelling.dispose();
      resolve({ kind: 'problem', message: `Kerb broke on it: ${signal ?? code}` });
    });
  });
  child.kill('SIGKILL');
  return outcome;
}
