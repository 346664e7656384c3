/** Runs git on a repository that may be hostile: no hooks, filters, pagers, monitors, prompts or network. */
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import type { Readable, Writable } from 'node:stream';
import { readIfBounded } from './read.ts';
import { findRoot } from './root.ts';

export type GitOutput = GitAnswer | GitFailure;
interface GitAnswer {
  readonly kind: 'output';
  readonly bytes: Buffer;
  /** What git warned of all the same: the beginning of it, where somebody listened. */
  readonly warnings?: string;
}
/** git said no, is missing, or answered more than anybody can use. `message` is for people. */
export interface GitFailure {
  readonly kind: 'failure';
  readonly message: string;
}

const maxOutputBytes = 512 * 1024 * 1024;
/** A git that says nothing for so long waits for something that will not come: a file system that is away, a lock. */
export const maxSilenceMs = 60_000;
/** Whatever a repository's own configuration says, git starts no other program and writes nothing. */
const safeConfiguration = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.untrackedCache=false',
  'core.quotePath=false',
  'diff.external=',
  'diff.ignoreSubmodules=all',
  'diff.orderFile=',
  'protocol.allow=never',
  'submodule.recurse=false',
].flatMap((setting) => ['-c', setting]);

/** On Windows a program's name is looked up in the working folder first, and a repository could bring a git of its own. */
process.env.NoDefaultCurrentDirectoryInExePath = '1';

/** Runs one plumbing command at the root of a work tree. Never throws, and never waits for longer than it says nothing. */
export function git(
  root: string,
  args: readonly string[],
  input: string | null = null,
  silenceMs = maxSilenceMs,
): Promise<GitOutput> {
  return new Promise((resolve) => {
    const child = spawn('git', ['--no-pager', ...safeConfiguration, ...args], {
      cwd: root,
      env: environment(root),
      stdio: [input === null ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const output: Buffer[] = [];
    let bytes = 0;
    let complaint = '';
    const timer = setTimeout(() => {
      giveUp(child);
      resolve(failure(silent(args, silenceMs)));
    }, silenceMs);
    child.stdout?.on('data', (chunk: Buffer) => {
      timer.refresh();
      bytes += chunk.length;
      if (bytes > maxOutputBytes) child.kill();
      else output.push(chunk);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      if (complaint.length < 4_000) complaint += chunk.toString();
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      resolve(
        failure(
          error.code === 'ENOENT' ? 'git is not installed, or not on the PATH' : `git did not start: ${error.message}`,
        ),
      );
    });
    child.on('close', (status) => {
      clearTimeout(timer);
      if (status === 0) resolve({ kind: 'output', bytes: Buffer.concat(output), warnings: complaint });
      else if (bytes > maxOutputBytes)
        resolve(failure(`git ${args[0]} answered more than ${maxOutputBytes >> 20} MiB`));
      else resolve(failure(reasonIn(complaint) || `git ${args[0]} ended with ${status}`));
    });
    child.stdin?.on('error', () => {
      // git closed its input early; its exit status says why.
    });
    child.stdin?.end(input);
  });
}

const beginningBytes = 8192;

/** The first bytes of what a plumbing command answers, and no more of it; none where it fails. */
export function beginningOf(root: string, args: readonly string[], silenceMs = maxSilenceMs): Promise<Buffer> {
  return new Promise((resolve) => {
    const child = startGit(root, args);
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (): void => {
      clearTimeout(timer);
      giveUp(child);
      resolve(Buffer.concat(chunks).subarray(0, beginningBytes));
    };
    const timer = setTimeout(finish, silenceMs);
    child.stdin.on('error', () => {
      // It ended early: what it has said is all there is.
    });
    child.stdin.end();
    child.on('error', finish);
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= beginningBytes) finish();
    });
    child.stdout.on('end', finish);
  });
}

/** The words for a git that did not answer. */
export function silent(args: readonly string[], silenceMs: number): string {
  return `git ${args[0]} said nothing for ${silenceMs / 1000} s: try it by hand, the disk may be away or another git in its way`;
}

/** The words for a git that ended by itself and said nothing that anybody heard. */
export async function ended(root: string, args: readonly string[], status: number | null): Promise<string> {
  const partial = ['config', '--get-regexp', '^(extensions\\.partialclone|remote\\..*\\.promisor)$'];
  const isPartial = status === 128 && (await git(root, partial)).kind === 'output';
  return isPartial ? notInPartialClone : `git ${args[0]} ended with ${status ?? 'a signal'}`;
}

const notInPartialClone =
  'something that has to be judged is not in this partial clone, and Kerb fetches nothing: `git fetch --refetch --no-filter` brings it';

/** Ends it without waiting: what it may have started itself can keep its streams open. */
export function giveUp(child: ChildProcess): void {
  child.kill('SIGKILL');
  for (const stream of child.stdio) stream?.destroy();
  child.unref();
}

/** Starts a plumbing command that stays, for as many questions as its input holds. What it complains of is dropped. */
export function startGit(root: string, args: readonly string[]): ChildProcessByStdio<Writable, Readable, null> {
  return spawn('git', ['--no-pager', ...safeConfiguration, ...args], {
    cwd: root,
    env: environment(root),
    stdio: ['pipe', 'pipe', 'ignore'],
    windowsHide: true,
  });
}

/** The NUL-separated fields of an answer. */
export function fieldsOf(bytes: Buffer): string[] {
  const fields = bytes.toString('utf8').split('\0');
  if (fields.at(-1) === '') fields.pop();
  return fields;
}

/**
 * Inside a hook git names its repository in the environment, and an index of its own for `git commit PATH`; a person may name
 * one anywhere. That index is kept when it is meant for this repository; the rest is left to discovery, since the root may be
 * another one.
 */
function environment(root: string): NodeJS.ProcessEnv {
  const { GIT_DIR, GIT_COMMON_DIR, GIT_WORK_TREE, GIT_INDEX_FILE, GIT_PREFIX, GIT_EXTERNAL_DIFF, ...rest } =
    process.env;
  const index = GIT_INDEX_FILE === undefined ? undefined : path.resolve(GIT_INDEX_FILE);
  return {
    ...rest,
    ...(index !== undefined && isMeantFor(root, index) ? { GIT_INDEX_FILE: index } : {}),
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_LITERAL_PATHSPECS: '1',
  };
}

/** Where this process stands in another repository, only its own index can be meant. */
function isMeantFor(root: string, index: string): boolean {
  return path.dirname(index) === gitFolder(root) || findRoot(process.cwd()) === root;
}

/**
 * The repository's own folder: `.git`, where the `.git` file of a linked work tree points, or a bare repository itself; null
 * where there is none.
 */
export function gitFolder(root: string): string | null {
  const dotGit = path.join(root, '.git');
  try {
    if (statSync(dotGit).isDirectory()) return dotGit;
  } catch {
    return ['HEAD', 'objects', 'refs'].every((name) => existsSync(path.join(root, name))) ? root : null;
  }
  const target = /^gitdir: (.+)$/m.exec(readIfBounded(dotGit, maxPointerBytes)?.toString() ?? '')?.[1];
  return target === undefined ? null : path.resolve(root, target);
}

/**
 * Where a repository is asked: at the root of its work tree, or in its own folder where no work tree names that (a bare one, or
 * one that git is told of by `--git-dir`, as for dotfiles). `named` is GIT_DIR, as git says it to a hook. Null where there is none.
 */
export function repositoryFrom(start: string, named: string | undefined): string | null {
  const root = findRoot(start);
  const folder = named === undefined ? start : path.resolve(start, named);
  const isNamed = gitFolder(folder) === folder;
  return isNamed && (root === null || !isSame(gitFolder(root), folder)) ? folder : root;
}

function isSame(one: string | null, other: string): boolean {
  return one !== null && identityOf(one) === identityOf(other);
}

/**
 * Which repository is at a root, so that one that was deleted and made again there is told from the former: processes that were
 * started in that one see nothing of this one. Null where there is none.
 */
export function repositoryAt(root: string): string | null {
  const folder = gitFolder(root);
  if (folder === null) return null;
  return [root, folder].map(identityOf).join(' ');
}

/** The number of a file is soon used again, so that alone would not do. */
function identityOf(folder: string): string {
  const stat = statSync(folder, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.dev}:${stat.ino}:${stat.birthtimeNs}`;
}

/** A `.git` file is a line with one path. */
const maxPointerBytes = 16 * 1024;

/** The line that says why, without its mark; before it there may be warnings. */
function reasonIn(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  // What is missing is fetched by nobody here: no gate waits for a network.
  if (lines.some((line) => /lazy fetching|promisor remote/.test(line))) return notInPartialClone;
  const reason = lines.find((line) => /^(fatal|error): /.test(line)) ?? lines[0] ?? '';
  return reason.replace(/^(fatal|error): /, '').slice(0, 500);
}

function failure(message: string): GitFailure {
  return { kind: 'failure', message };
}
