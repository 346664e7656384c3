/** A replay in a process of its own: `kerb replay --bundle`, of the lowest priority, ended when it is not wanted any more. */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import path from 'node:path';
import { readJson } from '../../engine/index.ts';
import { type ReplaySummary, replaySummary } from '../../hub/protocol.ts';
import type { Program } from '../client/launch.ts';
import type { Home } from '../home.ts';
import { writePrivateFile } from '../sync/privateFile.ts';
import type { AcceptedTask } from './question.ts';

export type Ran =
  | { readonly kind: 'replayed'; readonly summary: ReplaySummary }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly message: string };

export interface Running {
  readonly ended: Promise<Ran>;
  cancel(): void;
}

/** How much a replay may look at, and for how long: what it has not come to by then it counts. */
const limits = ['--days', '30', '--most', '500', '--seconds', '60'];
/** One decision that takes longer than all may take ends it. */
const longestMs = 120_000;
const maxOutputBytes = 4_000_000;

/** Starts it. */
export function runReplay({ bundle, sha256 }: AcceptedTask, home: Home, { execPath, script }: Program): Running {
  const file = path.join(home.cache, 'replay', `${sha256}.json`);
  writePrivateFile(file, bundle);
  const child = spawn(execPath, [script, 'replay', '--bundle', file, '--format', 'json', ...limits], {
    cwd: home.folder,
    env: { ...process.env, KERB_HOME: home.folder },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: longestMs,
    windowsHide: true,
  });
  yieldToOthers(child.pid);
  let [output, complaint, isCancelled] = ['', '', false];
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (output.length > maxOutputBytes) child.kill();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    if (complaint.length < 2_000) complaint += chunk.toString();
  });
  const ended = new Promise<Ran>((resolve) => {
    child.once('error', (error) => resolve({ kind: 'failed', message: error.message }));
    child.once('close', (status, signal) => {
      rmSync(file, { force: true });
      if (isCancelled) resolve({ kind: 'cancelled' });
      else if (status === 0) resolve(read(output));
      else resolve({ kind: 'failed', message: complaint.trim() || `it ended with ${signal ?? status}` });
    });
  });
  return {
    ended,
    cancel() {
      isCancelled = true;
      child.kill();
    },
  };
}

function yieldToOthers(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // A system that forbids it, or a process that has ended: the limits hold all the same.
  }
}

function read(output: string): Ran {
  const { success, data } = replaySummary.strip().safeParse(readJson(output));
  return success ? { kind: 'replayed', summary: data } : { kind: 'failed', message: 'it printed no summary' };
}
