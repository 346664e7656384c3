/**
 * What is staged, told by the index alone: git has written down which tree an index is, so what differs from it since differs from
 * that tree. It saves a start of git where nobody relies on the answer, as when what is staged is judged ahead.
 */
import path from 'node:path';
import type { ChangeEntry } from './change.ts';
import { gitFolder } from './git.ts';
import { entriesOf, type GitIndex, readGitIndex } from './gitIndex.ts';

export interface KnownIndexes {
  /** The index of the work tree as it is now; null where only git can read it. What says which tree it is, is remembered. */
  read(): GitIndex | null;
  /** What an index changes against a tree; null where git has to be asked. */
  changes(index: GitIndex, tree: string): readonly ChangeEntry[] | null;
}

/** That of HEAD, and that of a commit which a gate has blocked. */
const maxKept = 2;
/** Some ten thousand files. With more, the start of git is not what takes long. */
const maxBytes = 1024 * 1024;

export function createKnownIndexes(root: string): KnownIndexes {
  const kept = new Map<string, GitIndex>();

  function keep(tree: string, index: GitIndex): void {
    kept.delete(tree);
    kept.set(tree, index);
    const [oldest] = kept.keys();
    if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest);
  }

  return {
    read() {
      const folder = gitFolder(root);
      const index = folder === null ? null : readGitIndex(path.join(folder, 'index'));
      if (index !== null && index.tree !== null && isComparable(index)) keep(index.tree, index);
      return index;
    },
    changes(index, tree) {
      const before = kept.get(tree);
      return before === undefined || !isComparable(index) ? null : changesBetween(before, index);
    },
  };
}

/** Version 4 writes no name as a whole. */
function isComparable({ bytes, version }: GitIndex): boolean {
  return version < 4 && bytes.length <= maxBytes;
}

/** Null for submodules, and where a file may have been renamed: only git says what became of which. */
function changesBetween(from: GitIndex, to: GitIndex): readonly ChangeEntry[] | null {
  const [before, after] = [contentsOf(from), contentsOf(to)];
  const written = [...after].flatMap(([path, content]) => (before.get(path) === content ? [] : [path]));
  const deleted = [...before.keys()].filter((path) => !after.has(path));
  const entries = [...written, ...deleted].sort(byName).map((path) => entryOf(path, before.get(path), after.get(path)));
  const isRename = deleted.length > 0 && entries.some(({ status }) => status === 'A');
  return isRename || entries.some(isOfSubmodule) ? null : entries;
}

/** By name: the mode and the id, as git writes them, in octal and hexadecimal digits. */
function contentsOf(index: GitIndex): ReadonlyMap<string, string> {
  const { bytes, idLength } = index;
  const contents = new Map<string, string>();
  for (const { at, flagsAt, nameAt, nameEnd } of entriesOf(index)) {
    if (isIntended(bytes, flagsAt)) continue;
    const mode = bytes.readUInt32BE(at + 24).toString(8);
    const id = bytes.toString('hex', at + 40, at + 40 + idLength);
    contents.set(bytes.toString('utf8', nameAt, nameEnd), `${mode} ${id}`);
  }
  return contents;
}

/** `git add --intent-to-add`: the next commit has no such file. */
function isIntended(bytes: Buffer, flagsAt: number): boolean {
  return (bytes.readUInt16BE(flagsAt) & 0x4000) !== 0 && (bytes.readUInt16BE(flagsAt + 2) & 0x2000) !== 0;
}

function byName(a: string, b: string): number {
  return a < b ? -1 : 1;
}

function entryOf(path: string, before: string | undefined, after: string | undefined): ChangeEntry {
  const [baseMode = '', baseBlob = ''] = (before ?? nothingLike(after)).split(' ');
  const [mode = '', blob = ''] = (after ?? nothingLike(before)).split(' ');
  return { baseMode, mode, baseBlob, blob, status: statusOf({ baseMode, mode }), path, basePath: path };
}

/** git writes what is not there with zeros. */
function nothingLike(content = ''): string {
  return content.replace(/[^ ]/g, '0');
}

function statusOf({ baseMode, mode }: Pick<ChangeEntry, 'baseMode' | 'mode'>): string {
  if (baseMode === absent) return 'A';
  if (mode === absent) return 'D';
  return baseMode.slice(0, 3) === mode.slice(0, 3) ? 'M' : 'T';
}

const absent = '000000';

function isOfSubmodule({ baseMode, mode }: ChangeEntry): boolean {
  return [baseMode, mode].includes('160000');
}
