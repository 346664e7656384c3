/** Disks that are full, that cannot be written, and that fail: a small one of one's own where root can mount it. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, realpathSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type { TestContext } from 'node:test';
import { bundleWriter } from './bundle.ts';

export interface SmallDisk {
  readonly folder: string;
  /** Writes a file until nothing more fits. */
  fill(): void;
  /** Removes that file. */
  free(): void;
  makeReadOnly(): void;
}

/** Mounts a disk of some MiB in memory, gone when the test ends; or says why that cannot be had. */
export function mountSmallDisk(context: TestContext, mebibytes: number): SmallDisk | string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'kerb-disk-')));
  const mounted = run('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=700`, 'none', folder]);
  // Hooks run in the order in which they were registered, so that a store may still be open on it.
  const failed = mounted === null ? null : `no small disk can be mounted: ${mounted}`;
  context.after(() => {
    if (failed === null) mustRun('umount', ['-l', folder]);
    rmdirSync(folder);
  });
  if (failed !== null) return failed;
  const filler = path.join(folder, 'filler');
  return {
    folder,
    fill: () => fillUp(filler),
    free: () => rmSync(filler),
    makeReadOnly: () => mustRun('mount', ['-o', 'remount,ro', folder]),
  };
}

function fillUp(file: string): void {
  const handle = openSync(file, 'w');
  try {
    for (const size of [65_536, 4_096, 1]) while (write(handle, Buffer.alloc(size)));
  } finally {
    closeSync(handle);
  }
}

function write(handle: number, bytes: Buffer): boolean {
  try {
    return writeSync(handle, bytes) === bytes.length;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false;
    throw error;
  }
}

/** What a writer said, one line an append. */
export interface Written {
  readonly acknowledged: readonly { readonly seq: number; readonly id: string }[];
  readonly refused: readonly string[];
  readonly stderr: string;
}

/** Runs a writer of so many appends behind another program (`strace …`, `prlimit …`), or says why there is none. */
export function writeBehind(program: readonly string[], folder: string, appends: number): Written | string {
  const [command = '', ...args] = program;
  const done = spawnSync(command, [...args, process.execPath, bundleWriter(), String(appends)], {
    env: { ...process.env, KERB_HOME: folder, NODE_TEST_CONTEXT: '' },
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (done.error !== undefined) return `there is no ${command}: ${done.error.message}`;
  const lines = done.stdout.split('\n').filter((line) => line !== '');
  if (done.status !== 0 && lines.length === 0)
    return `${command} does not work here: ${done.stderr.trim().slice(0, 300)}`;
  const refused = lines.filter((line) => line.startsWith('refused'));
  const acknowledged = lines
    .filter((line) => !line.startsWith('refused'))
    .map((line) => ({ seq: Number(line.split(' ')[0]), id: line.split(' ')[1] ?? '' }));
  return { acknowledged, refused, stderr: done.stderr };
}

function mustRun(command: string, args: readonly string[]): void {
  const failed = run(command, args);
  if (failed !== null) throw new Error(failed);
}

function run(command: string, args: readonly string[]): string | null {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? null : (error?.message ?? stderr.trim());
}
