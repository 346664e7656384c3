// The command that comes with the extension, on VS Code's own Node: what it does in a terminal it does here.
import { execFile } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import type { CancellationToken, ExtensionContext } from 'vscode';

export interface KerbCall {
  readonly args: readonly string[];
  readonly cwd: string;
  /** What it reads from its input. */
  readonly input?: string;
  /** What it is told beside the environment of VS Code. */
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes beside 0 with which it printed what was asked for, where it printed anything. */
  readonly accepts?: readonly number[];
  /** Cancelled: the command is ended. */
  readonly token?: CancellationToken;
}

const maxOutputBytes = 8_000_000;

/** What the command printed, or why it did nothing. */
export function runKerb(
  context: ExtensionContext,
  { args, cwd, input = '', env: own = {}, accepts = [], token }: KerbCall,
): Promise<string | { readonly error: string }> {
  const env = { ...process.env, ...own, ELECTRON_RUN_AS_NODE: '1' };
  const program = [context.asAbsolutePath(path.join('bin', 'kerb')), ...args];
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      program,
      { cwd, env, maxBuffer: maxOutputBytes },
      (error, output, errors) => {
        ending?.dispose();
        const isAnswer = error === null || (output !== '' && accepts.includes(Number(error.code)));
        resolve(isAnswer ? output : { error: errors.replace(/^kerb: /, '').trim() || output.trim() || error.message });
      },
    );
    const ending = token?.onCancellationRequested(() => child.kill());
    // A command that has read enough ends early.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
