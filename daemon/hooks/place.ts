/** Where git looks for hooks, and which folder of them is Kerb's. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type GitFailure, git } from '../../repository/index.ts';

/** One value of core.hooksPath; the last one counts. */
export interface HooksPath {
  /** `system`, `global`, `local`, `worktree`. */
  readonly scope: string;
  /** The file that says it. */
  readonly file: string;
  readonly value: string;
}

export interface HookPlace {
  readonly kind: 'place';
  /** Of the work tree; of a repository that is apart from it, or has none, its own folder. */
  readonly root: string;
  /** git's folder of the repository, which linked work trees have in common. */
  readonly common: string;
  /** All values, in the order in which git reads them. */
  readonly hooksPaths: readonly HooksPath[];
  /** Where git looks, absolute. */
  readonly effective: string;
}

/** Looks where git would. */
export async function findHooks(root: string): Promise<HookPlace | GitFailure> {
  const [folder, hooksPaths] = await Promise.all([git(root, ['rev-parse', '--git-common-dir']), readHooksPaths(root)]);
  if (folder.kind === 'failure') return folder;
  const common = path.resolve(root, folder.bytes.toString().trimEnd());
  const last = hooksPaths.at(-1);
  const effective = last === undefined ? path.join(common, 'hooks') : path.resolve(root, last.value);
  return { kind: 'place', root, common, hooksPaths, effective };
}

/** Why no repository was found from a folder. Node reads a name that is not UTF-8 as one that is nowhere. */
export function wordsForNoRepository(folder: string): string {
  return folder.includes('\ufffd') && !existsSync(folder)
    ? 'the path of this folder is not UTF-8, so Kerb cannot find what is in it: rename it'
    : 'there is no git repository here';
}

/** All values of core.hooksPath that hold in a folder. */
export async function readHooksPaths(folder: string): Promise<readonly HooksPath[]> {
  const asked = ['config', '--null', '--show-scope', '--show-origin', '--type=path', '--get-all', 'core.hooksPath'];
  const answer = await git(folder, asked);
  return answer.kind === 'failure' ? [] : readPaths(answer.bytes.toString());
}

/** `scope NUL origin NUL value NUL`, again and again. What Kerb itself tells git on the command line is left out. */
function readPaths(text: string): HooksPath[] {
  const fields = text.split('\0');
  const paths: HooksPath[] = [];
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [scope = '', origin = '', value = ''] = fields.slice(at, at + 3);
    if (scope !== 'command') paths.push({ scope, file: origin.replace(/^file:/, ''), value });
  }
  return paths;
}
