/** Runs the real command, `bin/kerb`, as a user would. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';

export const kerbPath = path.resolve(import.meta.dirname, '../bin/kerb');

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  /** Another way to the command. */
  readonly program?: string;
}

// Built once, before the first test: no test should see the words of a build.
spawnSync(process.execPath, [kerbPath, '--version'], { stdio: ['ignore', 'ignore', 'inherit'] });

/** Ends the daemon of a home, if one runs. */
export function stopDaemonOf(home: string): void {
  runKerb(['daemon', 'stop'], { cwd: path.dirname(kerbPath), env: { KERB_HOME: home } });
}

/** The same where a hook may have started one just now: it is waited for, so that it does not outlive its home. */
export function stopLaunchedDaemonOf(home: string): void {
  runKerb(['daemon', 'start'], { cwd: path.dirname(kerbPath), env: { KERB_HOME: home } });
  stopDaemonOf(home);
}

/** Runs `kerb ARGS` in a folder, without colours and without anything of the caller's git. */
export function runKerb(args: readonly string[], { cwd, input, env = {}, program = kerbPath }: RunOptions): Ran {
  const { PATH, HOME, TMPDIR } = process.env;
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [program, ...args], {
    cwd,
    input: input ?? '',
    env: {
      ...(PATH === undefined ? {} : { PATH }),
      ...(HOME === undefined ? {} : { HOME }),
      ...(TMPDIR === undefined ? {} : { TMPDIR }),
      KERB_NO_BUILD: '1',
      ...env,
    },
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  // A command that has read enough of its input ends early, which is no fault of it.
  if (error && (error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  return { status, stdout, stderr };
}
