/** Which files of a work tree are judged: what git tracks or would offer to track. */
import { type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { fieldsOf, git } from './git.ts';
import { reasonOf } from './read.ts';
import { isInside, relativePath } from './root.ts';
import { statListed, walkFolder } from './walk.ts';

export interface Listing {
  /** Sorted by path, each once. */
  readonly files: readonly ListedFile[];
  /** How many were seen and left out: symbolic links, submodules, special files. */
  readonly skipped: number;
  /** Named paths that cannot be listed. */
  readonly problems: readonly { readonly file: string; readonly message: string }[];
  /** What the reader of the result should know about how it was made. */
  readonly notes: readonly string[];
}

export interface ListedFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** More files than this are an accident: 500,000. */
const maxFiles = 500_000;

/**
 * Lists the files below the named paths (absolute). A named file is listed whatever ignores it; a named folder that
 * git ignores is listed too. Everything else that `.gitignore`, `.git/info/exclude` or the user's own excludes leave
 * out, `.git` and `node_modules` are not. Symbolic links are not followed.
 */
export async function listFiles(root: string, paths: readonly string[]): Promise<Listing> {
  const files = new Map<string, ListedFile>();
  const problems: { file: string; message: string }[] = [];
  const notes = new Set<string>();
  let skipped = 0;
  for (const named of paths) {
    const stat = statNamed(named);
    const name = relativePath(root, named);
    if (typeof stat === 'string') problems.push({ file: name || named, message: stat });
    else if (!stat.isDirectory()) files.set(name, { path: name, sizeBytes: stat.size });
    else {
      const listing = await listFolder(root, named);
      for (const file of listing.files) files.set(file.path, file);
      for (const note of listing.notes) notes.add(note);
      problems.push(...listing.problems);
      skipped += listing.skipped;
    }
  }
  if (files.size > maxFiles) {
    problems.push({
      file: '.',
      message: `holds ${files.size} files, more than the ${maxFiles} that are judged at once: name folders of it`,
    });
    files.clear();
  }
  return { files: sorted(files.values()), skipped, problems, notes: [...notes] };
}

/**
 * Of names relative to the root, of files and of folders, the files that a listing of the root would hold; none where git
 * does not say so.
 */
export async function listAmong(root: string, names: readonly string[]): Promise<readonly string[]> {
  const files = new Set<string>();
  for (let at = 0; at < names.length; at += mostNamed) {
    const answer = await listByGit(root, names.slice(at, at + mostNamed));
    if (answer.kind === 'listing') for (const { path: file } of answer.listing.files) files.add(file);
  }
  return [...files].sort();
}

/** No system takes a command line of any length: so many paths fit. */
const mostNamed = 200;

async function listFolder(root: string, folder: string): Promise<Listing> {
  const tracked = isInside(folder, root) ? await listByGit(root, [relativePath(root, folder) || '.']) : none;
  if (tracked.kind === 'listing' && tracked.listing.files.length + tracked.listing.problems.length > 0)
    return tracked.listing;
  const walked = walkFolder(root, folder);
  return tracked.kind === 'failure' ? { ...walked, notes: [...walked.notes, tracked.message] } : walked;
}

type ByGit =
  | { readonly kind: 'listing'; readonly listing: Listing }
  | { readonly kind: 'none' }
  | { readonly kind: 'failure'; readonly message: string };

const none = { kind: 'none' } as const;

async function listByGit(root: string, below: readonly string[]): Promise<ByGit> {
  if (statSync(path.join(root, '.git'), { throwIfNoEntry: false }) === undefined) return none;
  const answer = await git(root, ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...below]);
  if (answer.kind === 'failure') {
    return {
      kind: 'failure',
      message: `git could not list the files (${answer.message}), so they were listed without it`,
    };
  }
  const files: ListedFile[] = [];
  let skipped = 0;
  for (const file of new Set(fieldsOf(answer.bytes))) {
    if (isVendored(file)) continue;
    const stat = statListed(path.join(root, file));
    if (typeof stat !== 'string') {
      if (stat.isFile()) files.push({ path: file, sizeBytes: stat.size });
      else skipped++;
      // A name that is not UTF-8 cannot be asked for, and is not gone: reading it says so.
    } else if (stat === 'unreadable' || file.includes('\uFFFD')) files.push({ path: file, sizeBytes: 0 });
  }
  return { kind: 'listing', listing: { files, skipped, problems: unopenedIn(answer.warnings ?? ''), notes: [] } };
}

/** Folders that git could not look into: it lists the rest, and is content. */
function unopenedIn(warnings: string): Listing['problems'] {
  const all = warnings.matchAll(/^warning: could not open directory '(.+?)\/?': (.+)$/gm);
  return [...all].map(([, file = '', reason = '']) => {
    const denied = reason === 'Permission denied';
    return { file, message: denied ? 'may not be read: permission denied' : `could not be read: ${reason}` };
  });
}

function isVendored(file: string): boolean {
  return file.startsWith('node_modules/') || file.includes('/node_modules/');
}

function sorted(files: Iterable<ListedFile>): ListedFile[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function statNamed(named: string): Stats | string {
  try {
    return statSync(named);
  } catch (error) {
    return reasonOf(error, named);
  }
}
