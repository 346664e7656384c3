/** Daemons that are killed while commits wait for their verdicts, again and again in one home. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { askStatus } from '../../daemon/client/ask.ts';
import { verifyJournal } from '../../daemon/journal/verify.ts';
import { addressOf } from '../../daemon/process/address.ts';
import { openStore } from '../../daemon/store/open.ts';
import type { DecisionRecord } from '../../hub/protocol.ts';
import { runKerb, stopLaunchedDaemonOf } from '../command.ts';
import { homeIn, sha256 } from '../store.ts';
import { until } from '../until.ts';
import { type Chance, createChance } from './chance.ts';

export interface DaemonKillFigures {
  readonly kills: number;
  /** Commits that git made or did not make, as the hook said. */
  readonly commits: number;
}

/** Work trees in which commits are made at once. */
const committers = 4;
/** A daemon that has just answered may live so much longer, in milliseconds. */
const longestLife = 60;

/**
 * Kills the daemon of a new home in `folder` with SIGKILL at random moments, while commits ask it. Throws where git did what
 * the text does not deserve, where a decision that it acted on is missing or twice there, where the chain does not hold, and
 * where no daemon comes back.
 */
export async function killDaemons(
  folder: string,
  { kills, seed }: { readonly kills: number; readonly seed: number },
): Promise<DaemonKillFigures> {
  const home = path.join(folder, 'home');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const env = { PATH: process.env.PATH ?? '', HOME: folder, KERB_HOME: home, KERB_NO_BUILD: '1' };
  const trees = await workTrees(path.join(folder, 'shop'), env);
  const chance = createChance(seed);
  let isOver = false;
  try {
    const committing = trees.map((tree) => commitAgain(tree, env, () => isOver));
    const killing = killAgain(home, kills, chance).finally(() => {
      isOver = true;
    });
    const [, ...acted] = await Promise.all([killing, ...committing]);
    stopLaunchedDaemonOf(home);
    return { kills, ...compare(home, acted.flat()) };
  } finally {
    isOver = true;
    stopLaunchedDaemonOf(home);
  }
}

interface Acted {
  readonly tree: string;
  readonly passed: boolean;
  readonly said: string;
}

/** A repository with hooks, and work trees of it. */
async function workTrees(root: string, env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  mkdirSync(root);
  writeFileSync(path.join(root, 'a.yaml'), 'a: 1\n');
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['config', 'user.name', 'Ada'],
    ['config', 'user.email', 'ada@example.com'],
    ['add', '-A'],
    ['commit', '-q', '-m', 'first'],
  ])
    await git(root, args, env);
  const installed = runKerb(['hooks', 'install'], { cwd: root, env });
  assert.equal(installed.status, 0, installed.stderr);
  const trees = Array.from({ length: committers }, (_, at) => path.join(path.dirname(root), `tree ${at}`));
  for (const tree of trees) await git(root, ['worktree', 'add', '-q', '--detach', tree], env);
  return trees;
}

/** Commits one text after the other, every second one of them denied, and says what git did with each. */
async function commitAgain(tree: string, env: NodeJS.ProcessEnv, isOver: () => boolean): Promise<readonly Acted[]> {
  const acted: Acted[] = [];
  for (let at = 0; !isOver(); at++) {
    const denied = at % 2 === 0;
    writeFileSync(path.join(tree, 'pod.yaml'), pod(`${path.basename(tree)} ${at}`, denied));
    await git(tree, ['add', '-A'], env);
    const id = (await git(tree, ['write-tree'], env)).stdout.trim();
    const { status, stderr } = await run(tree, ['commit', '-q', '-m', `number ${at}`], env);
    assert.equal(status, denied ? 1 : 0, `commit ${at} of ${tree}: ${stderr}`);
    acted.push({ tree: id, passed: status === 0, said: stderr });
  }
  return acted;
}

function pod(name: string, privileged: boolean): string {
  return `apiVersion: v1
kind: Pod
metadata: { name: ${JSON.stringify(name)} }
spec:
  containers:
    - { name: web, image: "nginx:1.27", securityContext: { privileged: ${privileged} } }
`;
}

async function killAgain(home: string, kills: number, chance: Chance): Promise<void> {
  const address = addressOf({ folder: homeIn(home).run });
  for (let killed = 0; killed < kills; killed++) {
    let pid = 0;
    await until(async () => {
      const reply = await askStatus(address);
      if (reply.kind === 'answer') pid = reply.value.pid;
      return reply.kind === 'answer';
    });
    await sleep(chance.below(longestLife));
    process.kill(pid, 'SIGKILL');
  }
}

/** What the journal has against what git did. */
function compare(folder: string, acted: readonly Acted[]): Pick<DaemonKillFigures, 'commits'> {
  const home = homeIn(folder);
  const store = openStore({ home, device: 'laptop', now: Date.now, sha256 });
  if (store.kind !== 'store') return assert.fail(store.message);
  const byTree = new Map<string, DecisionRecord[]>();
  try {
    assert.deepEqual(store.status().setAside, []);
    for (const { record } of store.entries(0, Number.MAX_SAFE_INTEGER)) {
      assert.equal(record.kind, 'decision', JSON.stringify(record));
      if (record.kind !== 'decision') continue;
      const { tree } = record.target;
      byTree.set(tree ?? '', [...(byTree.get(tree ?? '') ?? []), record]);
    }
  } finally {
    store.close();
  }
  for (const { tree, passed, said } of acted) {
    const kept = (byTree.get(tree) ?? []).map((record) => ({ origin: record.origin, passed: record.passed }));
    assert.deepEqual(kept, [{ origin: 'gate', passed }], `tree ${tree}: ${said}`);
  }
  const verdict = verifyJournal(home, { sha256 });
  assert.equal(verdict.kind, 'holds', JSON.stringify(verdict));
  return { commits: acted.length };
}

interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function git(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  const ran = await run(cwd, args, env);
  assert.equal(ran.status, 0, `git ${args.join(' ')}: ${ran.stderr}`);
  return ran;
}

function run(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = execFile('git', args, { cwd, env, encoding: 'utf8' }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(error);
      else resolve({ status: child.exitCode ?? -1, stdout, stderr });
    });
  });
}
