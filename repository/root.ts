/** Where a repository begins. */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

/** The name of a repository's configuration, at its root. */
export const configurationName = 'kerb.yaml';

/** The nearest folder at or above `start` that git manages, or else the nearest with a `kerb.yaml`; null without one. */
export function findRoot(start: string): string | null {
  return ancestorWith(start, '.git') ?? ancestorWith(start, configurationName);
}

export type Placement =
  | { readonly kind: 'root'; readonly root: string }
  /** There is no one root for all of them. */
  | { readonly kind: 'problem'; readonly message: string };

/**
 * The one root that paths (absolute, existing) are relative to in everything that Kerb says about them: their
 * repository; outside of any, `cwd` where that holds them all, else the folder that they have in common.
 */
export function placeOf(paths: readonly string[], cwd: string): Placement {
  const folders = paths.map(folderOf);
  const roots = [...new Set(folders.map(findRoot))];
  const [root] = roots;
  if (roots.length > 1) {
    const names = roots.map((each) => each ?? 'no repository').join(', ');
    return { kind: 'problem', message: `the paths belong to different repositories (${names}): check one at a time` };
  }
  if (root) return { kind: 'root', root };
  return { kind: 'root', root: folders.every((folder) => isInside(folder, cwd)) ? cwd : commonFolder(folders) };
}

/** Whether an absolute path is `folder` or below it. */
export function isInside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative === '' || !(relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative));
}

/** A path relative to the root as Kerb writes it, with `/`; empty for the root itself. */
export function relativePath(root: string, file: string): string {
  return path.relative(root, file).split(path.sep).join('/');
}

function ancestorWith(start: string, name: string): string | null {
  for (let folder = start; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, name))) return folder;
    if (folder === path.dirname(folder)) return null;
  }
}

function folderOf(file: string): string {
  try {
    return statSync(file, { throwIfNoEntry: false })?.isDirectory() ? file : path.dirname(file);
  } catch {
    // A loop of symbolic links, or nothing that this user may look at: listing it says which.
    return path.dirname(file);
  }
}

function commonFolder(folders: readonly string[]): string {
  return folders.reduce((common, folder) => {
    let shared = common;
    while (!isInside(folder, shared)) shared = path.dirname(shared);
    return shared;
  });
}
