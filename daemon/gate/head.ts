/** Where a work tree stands: its commit, its branch, and what a merge in progress brings. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type GitSession, git, gitFolder } from '../../repository/index.ts';

export interface Head {
  /** Null before the first commit. */
  readonly commit: string | null;
  readonly tree: string | null;
  /** `main`; null when HEAD is detached. */
  readonly branch: string | null;
  /** Commits that the next commit merges in. */
  readonly merged: readonly string[];
}

/** Reads where the next commit goes. */
export async function readHead(session: GitSession): Promise<Head> {
  const folder = gitFolder(session.root);
  const ref = folder === null ? '' : readText(path.join(folder, 'HEAD'));
  const name = folder === null ? null : commitOf(ref, folder);
  // What a commit leads to is known, once it was asked; HEAD may be another one each time.
  const [commit, tree] = await session.resolve([`${name ?? 'HEAD'}^{commit}`, `${name ?? 'HEAD'}^{tree}`]);
  const merging = folder === null ? '' : readText(path.join(folder, 'MERGE_HEAD'));
  return {
    commit: commit?.id ?? null,
    tree: tree?.id ?? null,
    branch: branchIn(isElsewhere(ref) ? await symbolicHead(session.root) : ref),
    merged: merging.split('\n').filter((line) => /^[0-9a-f]{40,64}$/.test(line)),
  };
}

function branchIn(head: string): string | null {
  return /^ref: refs\/heads\/(.+)$/m.exec(head)?.[1] ?? null;
}

/** A repository whose refs lie in a table has this in HEAD, which is no branch (`gitrepository-layout(5)`, reftable). */
function isElsewhere(head: string): boolean {
  return /^ref: refs\/heads\/\.invalid$/m.test(head);
}

async function symbolicHead(root: string): Promise<string> {
  const answer = await git(root, ['symbolic-ref', '--quiet', 'HEAD']);
  return answer.kind === 'output' ? `ref: ${answer.bytes.toString()}` : '';
}

/** The id that HEAD or its branch has in a file of its own; null where git has to be asked. */
function commitOf(head: string, folder: string): string | null {
  const branch = /^ref: (refs\/heads\/[^\0]+)$/m.exec(head)?.[1];
  const text = branch === undefined ? head : readText(path.join(commonFolder(folder), branch));
  return /^(?:[0-9a-f]{64}|[0-9a-f]{40})\n$/.test(text) ? text.trimEnd() : null;
}

/** Where branches and hooks are: a linked work tree has them in the repository that it belongs to. */
export function commonFolder(folder: string): string {
  const common = readText(path.join(folder, 'commondir')).trimEnd();
  return common === '' ? folder : path.resolve(folder, common);
}

/** The id of a tree with nothing in it, which every repository knows: of SHA-1 and SHA-256. */
export function emptyTreeLike(id: string): string {
  return id.length === 64
    ? '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321'
    : '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
}

function readText(file: string): string {
  // Most often there is no MERGE_HEAD: to look costs less than an error.
  if (!existsSync(file)) return '';
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
