/** Lists a folder without git, honouring the ignore files that git would. */
import { type Dirent, lstatSync, readdirSync, type Stats } from 'node:fs';
import path from 'node:path';
import ignore, { type Ignore } from 'ignore';
import type { ListedFile, Listing } from './list.ts';
import { maxFileBytes, neverEntered, readIfBounded, reasonOf } from './read.ts';
import { relativePath } from './root.ts';

/** Deeper folders are not entered: a file system can loop through mounts. */
const maxDepth = 100;

/** What one folder's ignore file says, and the folder that its patterns are relative to. */
interface Rules {
  readonly folder: string;
  readonly patterns: Ignore;
}

/**
 * Lists the files below `folder`, itself not ignored by anything above it. Symbolic links are neither followed nor
 * listed. A folder that cannot be read is a problem, and its neighbours are listed all the same.
 */
export function walkFolder(root: string, folder: string): Listing {
  const files: ListedFile[] = [];
  const problems: { file: string; message: string }[] = [];
  let skipped = 0;
  const visit = (at: string, above: readonly Rules[], depth: number): void => {
    const entries = readFolder(at);
    if (typeof entries === 'string' || depth > maxDepth) {
      problems.push({
        file: relativePath(root, at),
        message: typeof entries === 'string' ? entries : 'is too deep to be entered',
      });
      return;
    }
    const rules = [...above, ...rulesOf(at, entries)];
    for (const entry of entries) {
      const child = path.join(at, entry.name);
      if (entry.isDirectory()) {
        if (!neverEntered.has(entry.name) && !isIgnored(`${child}/`, rules)) visit(child, rules, depth + 1);
      } else if (!entry.isFile()) skipped++;
      else if (!isIgnored(child, rules)) files.push({ path: relativePath(root, child), sizeBytes: sizeOf(child) });
    }
  };
  visit(folder, [], 0);
  return { files, skipped, problems, notes: [] };
}

function sizeOf(file: string): number {
  const stat = statListed(file);
  return typeof stat === 'string' ? 0 : stat.size;
}

/** Of a file as it was listed, a link for itself; where it has gone since, or may not be looked at, that. */
export function statListed(file: string): Stats | 'gone' | 'unreadable' {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) ?? 'gone';
  } catch {
    // Whoever reads it is told why.
    return 'unreadable';
  }
}

function readFolder(folder: string): Dirent[] | string {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    return reasonOf(error, folder);
  }
}

function rulesOf(folder: string, entries: readonly Dirent[]): Rules[] {
  const names = entries.filter((entry) => entry.isFile() && entry.name === '.gitignore').map((entry) => entry.name);
  if (entries.some((entry) => entry.name === '.git')) names.unshift('.git/info/exclude');
  return names.flatMap((name) => {
    const text = readIfBounded(path.join(folder, name), maxFileBytes)?.toString();
    // An ignore file that cannot be read ignores nothing: more is judged, never less.
    return text === undefined ? [] : [{ folder, patterns: ignore({ allowRelativePaths: true }).add(text) }];
  });
}

/** The nearest ignore file that says anything about the path decides. */
function isIgnored(child: string, rules: readonly Rules[]): boolean {
  for (const { folder, patterns } of rules.toReversed()) {
    const verdict = patterns.test(child.slice(folder.length + 1).replaceAll(path.sep, '/'));
    if (verdict.ignored || verdict.unignored) return verdict.ignored;
  }
  return false;
}
