/** `git commit` with Kerb's hooks beside the bare one: real git, real hooks, the whole time that a person waits. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { privileged } from '../manifests.ts';
import { homeIn } from '../store.ts';
import { createWorld, machineClock } from '../sync/device.ts';
import { formatMs, markdownTable, type Summary, summarise } from './statistics.ts';

export interface HookRow {
  readonly situation: string;
  readonly hook: string;
  readonly files: number;
  readonly bare: Summary;
  readonly hooked: Summary;
  /** Of each commit against the bare one beside it. */
  readonly added: Summary;
}

interface Situation {
  readonly name: string;
  readonly files: number;
  readonly rounds: number;
  readonly hook: Hook;
  /** Between staging and committing: nobody types `git commit` while `git add` ends. */
  readonly pauseMs: number;
}

/** What is installed in one of two repositories that are alike otherwise. */
interface Hook {
  readonly name: string;
  /** What git runs with, beside what it needs. */
  readonly env: NodeJS.ProcessEnv;
  install(root: string): void;
  /** Before each commit, and untimed. */
  prepare(): void;
}

const checkout = path.resolve(import.meta.dirname, '../..');
const kerbPath = path.join(checkout, 'bin/kerb');

/**
 * Commits in each situation whose name matches, with and without the hook in turn. `share` of the usual rounds. Everything
 * is gone afterwards.
 */
export async function timeHooks(share = 1, only = ''): Promise<readonly HookRow[]> {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'kerb-bench-')));
  const cleanups: (() => unknown)[] = [];
  try {
    const alone = path.join(folder, 'alone');
    mkdirSync(alone, { mode: 0o700 });
    const governed = await enrolledHome(path.join(folder, 'governed'), cleanups);
    for (const each of [alone, governed]) cleanups.push(() => kerb(each, ['daemon', 'stop']));
    const times = (rounds: number): number => Math.max(1, Math.round(rounds * share));
    const warm = (home: string): Hook => kerbHook(packaged(home), () => kerb(home, ['daemon', 'start']));
    const cold = (env: NodeJS.ProcessEnv): Hook => kerbHook(env, () => endDaemon(env.KERB_HOME!));
    const situations: readonly (Omit<Situation, 'pauseMs'> & Partial<Situation>)[] = [
      { name: 'daemon runs', files: 10, rounds: times(60), hook: warm(alone) },
      { name: 'daemon runs, staged before', files: 10, rounds: times(60), hook: warm(alone), pauseMs: 300 },
      { name: 'daemon runs', files: 1_000, rounds: times(10), hook: warm(alone) },
      { name: 'daemon runs, staged before', files: 1_000, rounds: times(10), hook: warm(alone), pauseMs: 5_000 },
      { name: 'no daemon', files: 10, rounds: times(15), hook: cold(packaged(alone)) },
      { name: 'no daemon, from a checkout', files: 10, rounds: times(15), hook: cold({ KERB_HOME: alone }) },
      { name: 'daemon runs, hub never answers', files: 10, rounds: times(30), hook: warm(governed) },
      { name: 'no daemon, hub never answers', files: 10, rounds: times(15), hook: cold(packaged(governed)) },
      { name: '', files: 10, rounds: times(15), hook: secretlintHook() },
      { name: '', files: 1_000, rounds: times(5), hook: secretlintHook() },
    ];
    return situations
      .filter(({ name, hook, files }) => `${hook.name}, ${name}, ${files}`.includes(only))
      .map((situation, index) => timeSituation(path.join(folder, String(index)), { pauseMs: 0, ...situation }));
  } finally {
    for (const cleanup of cleanups.reverse()) await cleanup();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

export function hookTable(rows: readonly HookRow[]): string {
  return markdownTable(
    ['hook', 'files', 'bare median', 'p95', 'with hook median', 'p95', 'added median', 'p95', 'commits'],
    rows.map(({ hook, situation, files, bare, hooked, added }) => [
      situation === '' ? hook : `${hook}, ${situation}`,
      String(files),
      ...[bare, hooked, added].flatMap(({ median, p95 }) => [formatMs(median), formatMs(p95)]),
      String(added.samples),
    ]),
  );
}

/** Commits that nobody times come first: what they warm, everybody's second commit has. */
const untimed = 3;

function timeSituation(folder: string, { name, files, rounds, hook, pauseMs }: Situation): HookRow {
  const bareRoot = createRepository(path.join(folder, 'bare'), files);
  const hookedRoot = createRepository(path.join(folder, 'hooked'), files);
  hook.install(hookedRoot);
  const bare: number[] = [];
  const hooked: number[] = [];
  for (let round = 0; round < untimed + rounds; round++) {
    hook.prepare();
    // Who goes second finds a warmer machine, so they take turns.
    const turns = [
      { root: bareRoot, env: {}, into: bare },
      { root: hookedRoot, env: hook.env, into: hooked },
    ];
    if (round % 2 === 1) turns.reverse();
    for (const { root, env, into } of turns) {
      const elapsedMs = timeCommit(root, { files, round, env, pauseMs });
      if (round >= untimed) into.push(elapsedMs);
    }
  }
  return {
    ...{ situation: name, hook: hook.name, files },
    ...{ bare: summarise(bare), hooked: summarise(hooked) },
    added: summarise(hooked.map((time, index) => time - bare[index]!)),
  };
}

function timeCommit(
  root: string,
  { files, round, env, pauseMs }: Pick<Situation, 'files' | 'pauseMs'> & { readonly round: number } & Pick<Hook, 'env'>,
): number {
  writeFiles(root, files, round);
  git(root, ['add', '-A']);
  if (pauseMs > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
  const began = performance.now();
  git(root, ['commit', '-q', '-m', `round ${round}`], env);
  return performance.now() - began;
}

function createRepository(root: string, files: number): string {
  mkdirSync(root, { recursive: true });
  git(root, ['init', '-q', '-b', 'main']);
  git(root, ['config', 'user.name', 'Ada']);
  git(root, ['config', 'user.email', 'ada@example.com']);
  git(root, ['config', 'gc.auto', '0']);
  writeFiles(root, files, -1);
  git(root, ['add', '-A']);
  git(root, ['commit', '-q', '-m', 'first']);
  return root;
}

/** Half manifests that pass, a quarter programs, a quarter prose: new text each round, so that no verdict is known. */
function writeFiles(root: string, files: number, round: number): void {
  for (let index = 0; index < files; index++) {
    const [name, text] = fileOf(index, round);
    mkdirSync(path.join(root, path.dirname(name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
}

function fileOf(index: number, round: number): readonly [string, string] {
  const note = `round ${round}, file ${index}`;
  switch (index % 4) {
    case 0:
    case 1:
      return [`deploy/${index}.yaml`, `# ${note}\n${privileged.replace('privileged: true', 'privileged: false')}`];
    case 2:
      return [`src/${index}.ts`, `// ${note}\nexport const shard = (name: string): string => \`\${name}-${index}\`;\n`];
    default:
      return [`docs/${index}.md`, `# Shard ${index}\n\nWhat it keeps, and for how long: ${note}.\n`];
  }
}

/** Kerb's own hooks. */
function kerbHook(env: NodeJS.ProcessEnv, prepare: () => void): Hook {
  const install = (root: string): void => run(process.execPath, [kerbPath, 'hooks', 'install'], { cwd: root, env });
  return { name: `Kerb ${versionIn(checkout)}`, env, install, prepare };
}

/** As an installed package runs: a checkout looks first whether a source is newer than the build. */
function packaged(home: string): NodeJS.ProcessEnv {
  return { KERB_HOME: home, KERB_NO_BUILD: '1' };
}

/** A scanner for secrets from npm, on the same staged files, as its own documentation has it. */
function secretlintHook(): Hook {
  const place = path.join(checkout, 'node_modules/secretlint');
  const rules = path.join(checkout, 'node_modules/@secretlint/secretlint-rule-preset-recommend');
  return {
    name: `secretlint ${versionIn(place)}`,
    env: {},
    install(root) {
      const file = path.join(root, '.git/hooks/pre-commit');
      writeFileSync(path.join(root, '.git/secretlintrc.json'), JSON.stringify({ rules: [{ id: rules }] }));
      const command = `'${process.execPath}' '${path.join(place, 'bin/secretlint.js')}' --secretlintrc .git/secretlintrc.json`;
      writeFileSync(file, `#!/bin/sh\ngit diff --cached --name-only --diff-filter=ACMR -z | xargs -0 ${command}\n`);
      chmodSync(file, 0o755);
    },
    prepare: () => undefined,
  };
}

/** A home that belongs to an organisation whose hub takes connections and then says nothing. */
async function enrolledHome(folder: string, cleanups: (() => unknown)[]): Promise<string> {
  mkdirSync(folder, { mode: 0o700 });
  // What a hub puts away, it puts away without what a test would hand it.
  const after = (cleanup: unknown): void => void cleanups.push(cleanup as () => unknown);
  const world = await createWorld({ after }, machineClock);
  const bundle = { version: 1, organisation: 'sets: [kubernetes/privileged]\n', policies: {} };
  world.publish(1, { bundles: [bundle] });
  const device = await world.enrol({ home: homeIn(folder) });
  await device.round();
  world.hub.fault = () => true;
  return folder;
}

/** What a cold commit has started in the background is there before it is ended: none is left running between rounds. */
function endDaemon(home: string): void {
  kerb(home, ['daemon', 'start']);
  kerb(home, ['daemon', 'stop']);
}

function kerb(home: string, args: readonly string[]): void {
  run(process.execPath, [kerbPath, ...args], { cwd: home, env: packaged(home) });
}

function git(root: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  run('git', args, { cwd: root, env });
}

/** Runs a program without anything of this machine's configuration. Throws where it fails. */
function run(
  program: string,
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): void {
  const { PATH = '' } = process.env;
  const { status, stderr } = spawnSync(program, args, {
    cwd,
    env: { PATH, HOME: path.dirname(cwd), GIT_CONFIG_NOSYSTEM: '1', ...env },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${status} ${stderr}`);
}

function versionIn(folder: string): string {
  return (JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.stdout.write(`${hookTable(await timeHooks(Number(process.argv[2] ?? 1), process.argv[3]))}\n`);
}
