/** Which files of a work tree are judged: what git tracks or would offer to track. */
import { lstatSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { fieldsOf, git } from './git.ts';
import { reasonOf } from './read.ts';
import { isInside, relativePath } from './root.ts';
import { walkFolder } from './walk.ts';

export interface Listing {
  /** Relative to the root, with `/`; sorted, each once. */
  readonly files: readonly string[];
  /** How many were seen and left out: symbolic links, submodules, special files. */
  readonly skipped: number;
  /** Named paths that cannot be listed. */
  readonly problems: readonly { readonly file: string; readonly message: string }[];
  /** What the reader of the result should know about how it was made. */
  readonly notes: readonly string[];
}

/** More files than this are an accident: 500,000. */
const maxFiles = 500_000;

/**
 * Lists the files below the named paths (absolute). A named file is listed whatever ignores it; a named folder that
 * git ignores is listed too. Everything else that `.gitignore`, `.git/info/exclude` or the user's own excludes leave
 * out, `.git` and `node_modules` are not. Symbolic links are not followed.
 */
export async function listFiles(root: string, paths: readonly string[]): Promise<Listing> {
  const files = new Set<string>();
  const problems: { file: string; message: string }[] = [];
  const notes = new Set<string>();
  let skipped = 0;
  for (const named of paths) {
    const stat = statNamed(named);
    const name = relativePath(root, named);
    if (typeof stat === 'string') problems.push({ file: name || named, message: stat });
    else if (!stat.isDirectory()) files.add(name);
    else {
      const listing = await listFolder(root, named);
      for (const file of listing.files) files.add(file);
      for (const note of listing.notes) notes.add(note);
      problems.push(...listing.problems);
      skipped += listing.skipped;
    }
  }
  if (files.size > maxFiles) {
    problems.push({
      file: '',
      message: `there are ${files.size} files, more than the ${maxFiles} that are judged at once`,
    });
    files.clear();
  }
  return { files: [...files].sort(), skipped, problems, notes: [...notes] };
}

async function listFolder(root: string, folder: string): Promise<Listing> {
  const tracked = await listByGit(root, folder);
  if (tracked.kind === 'listing' && tracked.listing.files.length > 0) return tracked.listing;
  const walked = walkFolder(root, folder);
  return tracked.kind === 'failure' ? { ...walked, notes: [...walked.notes, tracked.message] } : walked;
}

type ByGit =
  | { readonly kind: 'listing'; readonly listing: Listing }
  | { readonly kind: 'none' }
  | { readonly kind: 'failure'; readonly message: string };

async function listByGit(root: string, folder: string): Promise<ByGit> {
  if (!isInside(folder, root) || statSync(path.join(root, '.git'), { throwIfNoEntry: false }) === undefined)
    return { kind: 'none' };
  const below = relativePath(root, folder) || '.';
  const answer = await git(root, ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', below]);
  if (answer.kind === 'failure') {
    return {
      kind: 'failure',
      message: `git could not list the files (${answer.message}), so they were listed without it`,
    };
  }
  const files: string[] = [];
  let skipped = 0;
  for (const file of new Set(fieldsOf(answer.bytes))) {
    if (isVendored(file)) continue;
    const kind = kindOf(path.join(root, file), file);
    if (kind === 'file') files.push(file);
    else if (kind === 'other') skipped++;
  }
  return { kind: 'listing', listing: { files, skipped, problems: [], notes: [] } };
}

function isVendored(file: string): boolean {
  return file.startsWith('node_modules/') || file.includes('/node_modules/');
}

function kindOf(absolute: string, file: string): 'file' | 'other' | 'gone' {
  const stat = lstatSync(absolute, { throwIfNoEntry: false });
  if (stat === undefined) return file.includes('\uFFFD') ? 'file' : 'gone';
  return stat.isFile() ? 'file' : 'other';
}

function statNamed(named: string): Stats | string {
  try {
    return statSync(named);
  } catch (error) {
    return reasonOf(error);
  }
}
