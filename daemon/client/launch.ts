/** Starting a daemon: detached from whoever starts it, without a shell, and without the caller's environment. */
import { spawn } from 'node:child_process';
import { closeSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from '../process/address.ts';
import { makeOwnFolder } from '../process/folder.ts';
import { openLog } from '../process/log.ts';
import type { DaemonStatus } from '../protocol.ts';
import { askStatus } from './ask.ts';
import { stopDaemon } from './stop.ts';

/** What runs `kerb daemon run`: absolute paths, so that no PATH is needed. */
export interface Program {
  readonly execPath: string;
  readonly script: string;
}

export interface LaunchOptions {
  readonly address: Address;
  readonly logFile: string;
  readonly program: Program;
  readonly version: string;
}

export type Launch =
  | { readonly kind: 'running'; readonly status: DaemonStatus; readonly isNew: boolean }
  | { readonly kind: 'failed'; readonly message: string };

/**
 * Room for new objects, in MiB, whatever this Node's own limit is. With half as much, a third of the time of a large commit is
 * collecting; with twice as much none is saved, and V8 holds the room for seconds after it was needed. And V8 collects once
 * its heap has grown by a fifth, not when it has doubled: garbage holds syntax trees, whose memory V8 does not see, and what
 * is free among theirs is never given back.
 */
const frugal = ['--max-semi-space-size=8', '--heap-growing-percent=20'];

/** How long a daemon may take from its start to its first answer, on a machine that does a lot else. */
const startMs = 30_000;

/** Makes sure that a daemon runs that is at least as new as this program. Answers when it does, or why it does not. */
export async function ensureDaemon(options: LaunchOptions): Promise<Launch> {
  const refused = makeOwnFolder(options.address.folder);
  if (refused !== null) return { kind: 'failed', message: refused };
  const found = await askStatus(options.address);
  if (found.kind === 'foreign') return { kind: 'failed', message: found.reason };
  if (found.kind === 'answer' && found.value.state === 'running') {
    if (!isOlder(found.value.version, options.version)) return { kind: 'running', status: found.value, isNew: false };
    await stopDaemon(options.address);
  }
  return await launchAndWait(options);
}

/** Starts a daemon and goes on at once; that one runs already is no fault. */
export function launchDaemon({ logFile, program }: Pick<LaunchOptions, 'logFile' | 'program'>) {
  const log = openLog(logFile);
  try {
    const child = spawn(program.execPath, [...frugal, program.script, 'daemon', 'run'], {
      cwd: path.parse(program.script).root,
      detached: true,
      windowsHide: true,
      stdio: ['ignore', log, log],
      env: ownEnvironment(process.env),
    });
    // Whoever waits for the daemon hears why there is none; for others the next one to ask starts it.
    child.on('error', () => {});
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

async function launchAndWait(options: LaunchOptions): Promise<Launch> {
  const { address, logFile } = options;
  const child = launchDaemon(options);
  let failure: string | null = null;
  child.once('error', (error) => (failure = error.message));
  child.once('exit', (code, signal) => {
    // 0: it found that another one had been faster.
    if (code !== 0) failure = `it ended with ${signal ?? code}`;
  });
  const until = performance.now() + startMs;
  for (let pauseMs = 10; performance.now() < until; pauseMs = Math.min(pauseMs * 1.5, 200)) {
    // Asked before the answer: a daemon that answers runs, whatever became of the child.
    const reason = failure;
    const found = await askStatus(address);
    if (found.kind === 'answer' && found.value.state === 'running')
      return { kind: 'running', status: found.value, isNew: found.value.pid === child.pid };
    if (reason !== null) return { kind: 'failed', message: `the daemon did not start: ${reason}\n${tailOf(logFile)}` };
    await sleep(pauseMs);
  }
  return { kind: 'failed', message: `the daemon does not answer after ${startMs / 1000} s\n${tailOf(logFile)}` };
}

/**
 * What a process that outlives its caller may keep of the environment. Above all nothing of git's, whose hooks are told
 * which index and repository are meant, and no secret that a shell happens to hold.
 */
function ownEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...Object.fromEntries(Object.entries(env).filter(([name]) => kept.test(name))), ...thriftyMalloc };
}

/** For glibc: one arena, and what is free at its end goes back to the system. Syntax trees and SQLite's pages are from there. */
const thriftyMalloc = process.platform === 'linux' ? { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' } : {};

const kept = new RegExp(
  `^(?:${[
    'KERB_HOME|KERB_NO_BUILD|ELECTRON_RUN_AS_NODE',
    'HOME|USER|LOGNAME|PATH|LANG|LC_\\w+|TZ|TMPDIR|TMP|TEMP|XDG_\\w+',
    'USERPROFILE|USERNAME|APPDATA|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT',
    'HTTPS?_PROXY|NO_PROXY|ALL_PROXY|NODE_USE_ENV_PROXY',
    'NODE_EXTRA_CA_CERTS|NODE_USE_SYSTEM_CA|SSL_CERT_FILE|SSL_CERT_DIR',
  ].join('|')})$`,
  'i',
);

/** The last lines of the log, for whoever cannot look it up: a fault with its stack is about fifteen. */
function tailOf(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-20);
  return `the log ${logFile} ends with:\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

/** Whether a version comes before another: `0.9.0` before `0.10.0`. What has no number is taken for current. */
function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map((part) => Number.parseInt(part, 10)));
  for (let index = 0; index < 3; index++) {
    const difference = (a?.[index] ?? 0) - (b?.[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
