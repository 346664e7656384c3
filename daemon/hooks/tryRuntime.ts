/** Whether the runtime that a hook names still runs: its libraries may have gone, or another Node may have taken its place. */
import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { isInside } from '../../repository/index.ts';
import { runtimeProblem } from '../store/connect.ts';
import type { HookPlace } from './place.ts';

const patienceMs = 10_000;

/**
 * Why a runtime would let a hook come to no verdict, in words; null where it runs. One that lies in the repository is not
 * started, since whoever wrote that may have put it there: looking at hooks runs nothing of a repository's.
 */
export function runtimeFault(runtime: string, { root, common }: Pick<HookPlace, 'root' | 'common'>): string | null {
  const file = realpathSync(runtime);
  const folders = [root, common].map((folder) => realpathSync(folder));
  if (file === realpathSync(process.execPath) || folders.some((folder) => isInside(file, folder))) return null;
  const { status, signal, error, stdout, stderr } = spawnSync(runtime, ['-p', asked], {
    cwd: path.parse(runtime).root,
    env: { ELECTRON_RUN_AS_NODE: '1' },
    encoding: 'utf8',
    timeout: patienceMs,
    maxBuffer: 1_000_000,
    windowsHide: true,
  });
  const [, node, napi] = /^node ([\d.]+\S*) (\d+)\s*$/.exec(stdout ?? '') ?? [];
  if (status === 0 && node !== undefined && napi !== undefined) {
    const problem = runtimeProblem({ node, napi });
    return problem === null ? null : `its runtime ${runtime} would stop every commit: ${problem.message}`;
  }
  const [said = ''] = (stderr ?? '').split('\n').filter((line) => line.trim() !== '');
  const why = error?.message ?? (status === 0 ? 'it is no Node' : `it ended with ${signal ?? status}`);
  return `its runtime does not run: ${runtime} (${[why, said.slice(0, 300)].filter((each) => each !== '').join(': ')})`;
}

const asked = '`node ${process.versions.node} ${process.versions.napi}`';
