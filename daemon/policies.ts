/** The policies that are in force where the command is called, for the commands that speak about policies. */
import { type Stats, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import type { Policy } from '../engine/index.ts';
import { findRoot, loadSetup, policyFilesOf, readFolderTexts, type Setup } from '../repository/index.ts';
import { UsageError } from './command.ts';
import { complain } from './output.ts';
import { printable } from './report/style.ts';
import { readGoverningHere } from './sync/current.ts';

/** Loads what governs the working directory, and says on stderr what is wrong with it. */
export async function loadPoliciesHere(folders: readonly string[]): Promise<Setup> {
  const setup = await loadQuietly(folders);
  for (const { file, range, message } of setup.problems) {
    await complain(`kerb: ${printable(file)}:${range.start.line}: ${printable(message)}\n`);
  }
  return setup;
}

/** The same, for who is about to mend what is wrong. */
export async function loadQuietly(folders: readonly string[]): Promise<Setup> {
  const cwd = process.cwd();
  const root = findRoot(cwd) ?? cwd;
  return loadSetup({
    root,
    origin: { kind: 'workTree' },
    folders: policyFoldersOf(folders),
    organisation: (await readGoverningHere()).organisation,
  });
}

/** The folders that `--policies` names, absolute. Throws `UsageError` where one holds no policy: it would govern nothing. */
export function policyFoldersOf(named: readonly string[]): string[] {
  return named.map((name) => {
    if (name === '') throw new UsageError('--policies is empty: it names a folder of policies');
    const folder = path.resolve(name);
    if (!statNamed(folder, `--policies ${name}`).isDirectory())
      throw new UsageError(`--policies ${name}: that is a file; name the folder that its domain's folder is in`);
    const { texts, unreadable } = readFolderTexts(folder, '');
    if (unreadable.length === 0 && policyFilesOf({ name: '', texts }).length === 0)
      throw new UsageError(`--policies ${name}: there is no policy in it, which is a file <domain>/<name>.yaml`);
    return folder;
  });
}

/** What stands at a path that somebody named. Throws `UsageError`, which begins with `asked`. */
export function statNamed(file: string, asked: string): Stats {
  try {
    return statSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' || code === 'ENOTDIR' ? 'does not exist' : `cannot be read (${code})`;
    throw new UsageError(`${asked}: ${file} ${reason}`);
  }
}

/** The policy with an id, or the only one that names it as its equivalent. Throws `UsageError` with what is near. */
export function policyNamed(policies: readonly Policy[], name: string): Policy {
  const wanted = name.toLowerCase();
  const exact = policies.find(({ id }) => id === wanted);
  if (exact !== undefined) return exact;
  const same = policies.filter(
    ({ id, equivalents }) => id.endsWith(`/${wanted}`) || equivalents.some((each) => each.toLowerCase() === wanted),
  );
  if (same.length === 1) return same[0]!;
  const near =
    same.length > 1 ? same : policies.filter(({ id, title }) => isNear(wanted, `${id} ${title}`.toLowerCase()));
  const list = near.slice(0, 8).map(({ id }) => id);
  throw new UsageError(
    `there is no policy ${JSON.stringify(name)}${list.length > 0 ? `; near it: ${list.join(', ')}` : ''} (kerb catalog lists all)`,
  );
}

function isNear(wanted: string, text: string): boolean {
  const words = wanted.split(/[^a-z0-9]+/).filter((word) => word.length > 2);
  return words.some((word) => text.includes(word));
}
