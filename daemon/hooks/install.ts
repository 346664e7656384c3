/**
 * Installs the hooks and takes them away. Where git looks into the repository's own folder, they are written there. Where
 * core.hooksPath names another one (husky's, a tracked folder, a global one), that is left as it is: Kerb's hooks get a
 * folder of their own, which core.hooksPath then names, and pass on to the former.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { git } from '../../repository/index.ts';
import { UsageError } from '../command.ts';
import { runtimeProblem } from '../store/connect.ts';
import { asideOf, placeHook, removeCopies, removeHook, waitingOf } from './folder.ts';
import type { HookPlace } from './place.ts';
import {
  type HookParts,
  type JudgingHook,
  judgingHooks,
  judgingScript,
  passedHooks,
  passingScript,
  previousBeside,
  previousIn,
  previousOfRepository,
} from './script.ts';

/** What the scripts are made of, but for the hook that each passes on to. */
export type Parts = Omit<HookParts, 'previous'>;

/** What core.hooksPath was before, where Kerb has set it. */
const former = z.strictObject({
  /** In the very scope that was changed; null where that said nothing. */
  value: z.string().max(4_096).nullable(),
  /** What git used, also from another scope; null for the repository's own folder. */
  folder: z.string().max(4_096).nullable(),
});
type Former = z.infer<typeof former>;

/** Kerb's own folder of hooks, for a repository. */
export function ownFolder({ common }: Pick<HookPlace, 'common'>): string {
  return path.join(common, 'kerb', 'hooks');
}

/** The same for all repositories of a user. */
export function globalFolder({ home }: Pick<Parts, 'home'>): string {
  return path.join(home, 'hooks');
}

/** Installs for one repository. Returns what was done, in words. Throws `UsageError` where git or the runtime refuses. */
export async function installHere(place: HookPlace, parts: Parts): Promise<string[]> {
  requireRuntime();
  const own = ownFolder(place);
  if (place.effective === globalFolder(parts)) {
    await installGlobally(place.hooksPaths, parts);
    return [`the hooks of all your repositories are in ${place.effective}: they are up to date`];
  }
  if (place.hooksPaths.length === 0) return writeBeside(place.effective, parts);
  if (place.effective !== own) await setPath(place, own);
  const { folder } = readFormer(own);
  const before = path.resolve(place.root, folder ?? path.join(place.common, 'hooks'));
  writeFolder(own, parts, {
    passed: passedHooks.filter((hook) => existsSync(path.join(before, hook))),
    previous: (hook) => (folder === null ? previousOfRepository(hook) : previousIn(folder, hook)),
  });
  return [
    `the hooks are in ${own}`,
    `core.hooksPath of this repository names that folder; its hooks pass on to those of ${folder ?? 'the repository'}`,
  ];
}

/** Installs for all repositories of the user, by core.hooksPath of the global configuration. */
export async function installGlobally(paths: HookPlace['hooksPaths'], parts: Parts): Promise<string[]> {
  requireRuntime();
  const folder = globalFolder(parts);
  const value = paths.findLast(({ scope }) => scope === 'global')?.value ?? null;
  if (value !== folder) {
    writeFormer(folder, { value, folder: value });
    await configure(parts.home, ['--global', 'core.hooksPath', folder]);
  }
  const before = readFormer(folder).folder;
  const previous = (hook: string) => (before === null ? previousOfRepository(hook) : previousIn(before, hook));
  // It is asked for every ref of every command.
  const passed = passedHooks.filter((hook) => hook !== 'reference-transaction');
  writeFolder(folder, parts, { passed, previous });
  return [
    `the hooks are in ${folder}, which core.hooksPath of your global configuration names`,
    `they pass on to the hooks of ${before ?? 'each repository'}`,
  ];
}

/** The hooks will run on the runtime that installs them, and one that cannot keep decisions lets nothing pass. */
function requireRuntime(): void {
  const cannot = runtimeProblem();
  if (cannot !== null) throw new UsageError(`hooks on this runtime would stop every commit: ${cannot.message}`);
}

/** Takes the hooks of a repository away. */
export async function uninstallHere(place: HookPlace): Promise<string[]> {
  const said = judgingHooks.flatMap((hook) => {
    const file = path.join(place.common, 'hooks', hook);
    const removal = removeHook(file);
    removeCopies(file);
    if (removal === 'restored') return [`${hook}: the hook that was there before is back`];
    return removal === 'removed' ? [`${hook}: removed`] : [];
  });
  const own = ownFolder(place);
  if (!existsSync(own)) return said;
  if (place.hooksPaths.some(({ scope, value }) => scope === 'local' && path.resolve(place.root, value) === own))
    await restorePath(place.root, '--local', readFormer(own));
  rmSync(path.dirname(own), { recursive: true, force: true });
  return [...said, 'core.hooksPath of this repository is as it was'];
}

/** Takes the hooks of all repositories away. */
export async function uninstallGlobally(paths: HookPlace['hooksPaths'], { home }: Parts): Promise<string[]> {
  const folder = globalFolder({ home });
  if (!existsSync(folder)) return [];
  const value = paths.findLast(({ scope }) => scope === 'global')?.value ?? null;
  if (value === folder) await restorePath(home, '--global', readFormer(folder));
  rmSync(folder, { recursive: true, force: true });
  return ['core.hooksPath of your global configuration is as it was'];
}

function writeBeside(folder: string, parts: Parts): string[] {
  const moved = judgingHooks.filter((hook) =>
    placeHook(fileFor(hook, folder), judgingScript(hook, { ...parts, previous: previousBeside })),
  );
  const passed = moved.map((hook) => `${hook}: the hook that was there runs after Kerb's (${hook}.before-kerb)`);
  return [`the hooks are in ${folder}`, ...passed];
}

/** Most repositories have no policy on messages, and there that hook would cost each commit a shell: the commit gate wakes it. */
function fileFor(hook: JudgingHook, folder: string): string {
  const file = path.join(folder, hook);
  if (hook === 'commit-msg' && ![file, asideOf(file)].some((each) => existsSync(each))) return waitingOf(file);
  rmSync(waitingOf(file), { force: true });
  return file;
}

/** A hook that only passes on costs a shell each time, so it is written only where there is something to pass on to. */
function writeFolder(
  folder: string,
  parts: Parts,
  { passed, previous }: { readonly passed: readonly string[]; readonly previous: (hook: string) => string },
): void {
  for (const hook of judgingHooks)
    placeHook(path.join(folder, hook), judgingScript(hook, { ...parts, previous: previous(hook) }));
  for (const hook of passed)
    placeHook(path.join(folder, hook), passingScript(hook, { version: parts.version, previous: previous(hook) }));
}

async function setPath(place: HookPlace, own: string): Promise<void> {
  const local = place.hooksPaths.findLast(({ scope }) => scope === 'local')?.value ?? null;
  writeFormer(own, { value: local, folder: place.hooksPaths.at(-1)?.value ?? null });
  await configure(place.root, ['--local', 'core.hooksPath', own]);
}

async function restorePath(root: string, scope: '--local' | '--global', { value }: Former): Promise<void> {
  await configure(root, value === null ? [scope, '--unset', 'core.hooksPath'] : [scope, 'core.hooksPath', value]);
}

async function configure(root: string, args: readonly string[]): Promise<void> {
  const answer = await git(root, ['config', ...args]);
  if (answer.kind === 'failure') throw new UsageError(`git config ${args.join(' ')}: ${answer.message}`);
}

const formerName = 'former.json';

function writeFormer(folder: string, said: Former): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, formerName), `${JSON.stringify(former.parse(said))}\n`);
}

function readFormer(folder: string): Former {
  try {
    return former.parse(JSON.parse(readFileSync(path.join(folder, formerName), 'utf8')));
  } catch (cause) {
    throw new UsageError(
      `${path.join(folder, formerName)}, which says what core.hooksPath was before, cannot be read: set core.hooksPath as you want it and remove ${folder} (${(cause as Error).message})`,
    );
  }
}
