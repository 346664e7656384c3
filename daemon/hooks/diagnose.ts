/** What keeps git from asking Kerb, and what mends it. */
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { addressOf } from '../process/address.ts';
import { standingOfSocket } from '../process/folder.ts';
import { asideOf, readHook, readOwnHook } from './folder.ts';
import { globalFolder, ownFolder, type Parts } from './install.ts';
import type { HookPlace } from './place.ts';
import { judgingHooks } from './script.ts';
import { runtimeFault } from './tryRuntime.ts';

/** Something that is wrong, in words, and whether installing again mends it. */
export interface Ailment {
  readonly message: string;
  readonly mend: 'install' | 'byHand';
}

/** Looks at the hooks of a repository as git would run them now. */
export function diagnose(place: HookPlace, parts: Parts): Ailment[] {
  const faults = new Map<string, string | null>();
  const tried = (runtime: string): string | null => {
    const fault = faults.get(runtime);
    if (fault !== undefined) return fault;
    const found = runtimeFault(runtime, place);
    faults.set(runtime, found);
    return found;
  };
  return [
    ...shadows(place, parts),
    ...judgingHooks.flatMap((hook) => ailmentsOf(hook, place, { parts, tried })),
    ...socket(parts),
  ];
}

/** Hooks of Kerb's that git passes by, since it looks elsewhere. */
function shadows(place: HookPlace, parts: Parts): Ailment[] {
  const folders = [path.join(place.common, 'hooks'), ownFolder(place), globalFolder(parts)];
  const last = place.hooksPaths.at(-1);
  if (last === undefined || folders.includes(place.effective)) return [];
  const shadowed = folders.filter((folder) => readHook(path.join(folder, 'pre-commit')).kind === 'ours');
  if (shadowed.length === 0) return [];
  const message = `git looks for hooks in ${place.effective}, since core.hooksPath says so (${last.scope}, ${last.file}); Kerb's in ${shadowed.join(' and ')} do not run`;
  // A work tree's own configuration stands above that of the repository, which installing changes.
  return [{ message, mend: last.scope === 'worktree' ? 'byHand' : 'install' }];
}

interface Known {
  readonly parts: Parts;
  /** What is wrong with a runtime; null where nothing is. All hooks name the same one most often. */
  readonly tried: (runtime: string) => string | null;
}

function ailmentsOf(name: string, place: HookPlace, { parts, tried }: Known): Ailment[] {
  const file = path.join(place.effective, name);
  const hook = readOwnHook(file);
  const ailment = (message: string, mend: Ailment['mend'] = 'install'): Ailment => ({
    message: `${name}: ${message}`,
    mend,
  });
  if (hook.kind === 'absent') return [ailment('is not there')];
  if (hook.kind === 'foreign') {
    const lost = readHook(asideOf(file)).kind === 'absent' ? '' : ", and it has taken the place of Kerb's";
    return [ailment(`is another program's${lost}`)];
  }
  const { text } = hook;
  const found: Ailment[] = [];
  if (!hook.isExecutable) found.push(ailment('is not executable, so git does not run it'));
  if (text.includes('\r')) found.push(ailment('has the line ends of Windows, which no shell reads'));
  if (!text.startsWith('#!/bin/sh')) found.push(ailment('does not begin with #!/bin/sh'));
  for (const key of ['runtime', 'program'] as const) {
    const named = settingIn(text, key);
    const isThere = path.isAbsolute(named) && existsSync(named);
    const fault =
      !isThere || key === 'program' ? null : mayRun(named) ? tried(named) : `its runtime cannot be run: ${named}`;
    if (!isThere) found.push(ailment(`its ${key} is not there any more: ${named}`));
    else if (fault !== null) found.push(ailment(fault));
  }
  if (settingIn(text, 'socket') !== parts.socket)
    found.push(ailment(`asks at ${settingIn(text, 'socket')}, where this Kerb does not listen (${parts.socket})`));
  return found;
}

/** A socket that may be another user's is not spoken to, and hooks take the long way. */
function socket({ home }: Parts): Ailment[] {
  const standing = standingOfSocket(addressOf({ folder: path.join(home, 'run') }));
  return standing.kind === 'foreign' ? [{ message: standing.reason, mend: 'byHand' }] : [];
}

/** The value of `key='…'` in a script, as the shell reads it. */
function settingIn(text: string, key: string): string {
  const quoted = new RegExp(`^${key}='(.*)'\\r?$`, 'm').exec(text)?.[1] ?? '';
  return quoted.replaceAll("'\\''", "'");
}

function mayRun(file: string): boolean {
  try {
    accessSync(file, process.platform === 'win32' ? constants.F_OK : constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
