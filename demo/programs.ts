/** The programs that a demonstration runs: the command, git, and the hub, each as a user would start it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';

const kerbPath = path.resolve(import.meta.dirname, '../bin/kerb');

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Nothing of the caller's repository, and a home of its own. */
export function environmentOf(home: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(?:GIT_|KERB_)/.test(name));
  const person = { NAME: 'Ada Example', EMAIL: 'ada@acme.example' };
  const git = ['AUTHOR', 'COMMITTER'].flatMap((who) =>
    Object.entries(person).map(([part, value]) => [`GIT_${who}_${part}`, value]),
  );
  return { ...Object.fromEntries([...own, ...git]), KERB_HOME: home, KERB_NO_BUILD: '1' };
}

/** Runs a program to its end. */
export function run(
  program: string,
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Ran {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, env, encoding: 'utf8', timeout: 120_000 });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}

/** Runs `kerb`, which has to end with 0; throws with what it said. */
export function kerb(
  args: readonly string[],
  where: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): string {
  const { status, stdout, stderr } = run(process.execPath, [kerbPath, ...args], where);
  if (status !== 0) throw new Error(`kerb ${args.join(' ')} ended with ${status}: ${stderr}${stdout}`);
  return stdout;
}

/** Starts `kerb ARGS`, and resolves with the first match of what it says. */
export function startKerb(
  args: readonly string[],
  { env, until }: { readonly env: NodeJS.ProcessEnv; readonly until: RegExp },
): Promise<{ readonly child: ChildProcess; readonly match: RegExpExecArray }> {
  const child = spawn(process.execPath, [kerbPath, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      const match = until.exec(said);
      if (match !== null) resolve({ child, match });
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`kerb ${args.join(' ')} ended with ${code}: ${said}`)));
  });
}

/** Ends a program that was started, and waits for it. */
export function end(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode);
    child.once('exit', (code) => resolve(code));
    child.kill('SIGTERM');
  });
}

export function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve(child.exitCode);
    child.once('exit', (code) => resolve(code));
  });
}
