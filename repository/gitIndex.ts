/**
 * git's index as it lies on the disk (`gitformat-index(5)`): its entries, and which tree it is by git's own note of it (extension
 * TREE). That note is what `git commit` takes without looking further, and what it has written down before it runs a hook.
 */
import { readIfBounded } from './read.ts';

/** More than the index of a million files. */
const maxIndexBytes = 256 * 1024 * 1024;
/** Of an object's id: SHA-1 and SHA-256. The index does not say which. */
const idLengths = [20, 32] as const;

export interface GitIndex {
  readonly bytes: Buffer;
  /** 2, 3 or 4. In 4 an entry has only that part of its name which differs from the one before. */
  readonly version: number;
  readonly idLength: number;
  /** The id; null where the note does not hold for the whole index. */
  readonly tree: string | null;
}

/** Where an entry and its name lie in the bytes of an index. */
export interface IndexEntry {
  readonly at: number;
  readonly flagsAt: number;
  readonly nameAt: number;
  readonly nameEnd: number;
  readonly end: number;
}

/** Reads an index. Null for all that only git can say: what is in conflict, in two files, of folders, damaged, or none. */
export function readGitIndex(file: string): GitIndex | null {
  const bytes = readIfBounded(file, maxIndexBytes);
  if (bytes === null || bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'DIRC') return null;
  const version = bytes.readUInt32BE(4);
  if (version < 2 || version > 4) return null;
  for (const idLength of idLengths) {
    const note = treeIn({ bytes, version, idLength });
    if (note !== null) return { bytes, version, idLength, ...note };
  }
  return null;
}

/** The tree that an index is; null where only git can say. */
export function treeOfIndex(file: string): string | null {
  return readGitIndex(file)?.tree ?? null;
}

/** The entries, in the order of their names. Ends early where what is there is none. */
export function* entriesOf(index: Layout): Generator<IndexEntry> {
  let at = 12;
  for (let left = index.bytes.readUInt32BE(8); left > 0; left--) {
    const entry = entryAt(index, at);
    if (entry === null) return;
    yield entry;
    at = entry.end;
  }
}

type Layout = Omit<GitIndex, 'tree'>;

function treeIn(index: Layout): Pick<GitIndex, 'tree'> | null {
  const { bytes, idLength } = index;
  const end = endOf(index);
  let at = endOfEntries(index);
  if (at === null) return null;
  let tree: string | null = null;
  while (at + 8 <= end) {
    const name = bytes.toString('latin1', at, at + 4);
    const from: number = at + 8;
    at = from + bytes.readUInt32BE(at + 4);
    if (at > end) return null;
    if (name === 'TREE') tree = rootOf(bytes.subarray(from, at), idLength);
    // In lower case: what has to be understood. An index may lie in two files, or name folders instead of files.
    else if (!/^[A-Z]/.test(name)) return null;
  }
  return at === end ? { tree } : null;
}

/** A sum of all that is before stands at the end. */
function endOf({ bytes, idLength }: Layout): number {
  return bytes.length - idLength;
}

/** Null where an entry is in conflict, or what is there are none. */
function endOfEntries(index: Layout): number | null {
  let [at, found] = [12, 0];
  for (const { flagsAt, end } of entriesOf(index)) {
    const isInConflict = (index.bytes.readUInt16BE(flagsAt) & 0x3000) !== 0;
    if (isInConflict) return null;
    at = end;
    found++;
  }
  return found === index.bytes.readUInt32BE(8) && at <= endOf(index) ? at : null;
}

function entryAt(index: Layout, at: number): IndexEntry | null {
  const { bytes, version, idLength } = index;
  const flagsAt = at + 40 + idLength;
  if (flagsAt + 2 > endOf(index)) return null;
  const nameAt = flagsAt + ((bytes.readUInt16BE(flagsAt) & 0x4000) === 0 ? 2 : 4);
  const nameEnd = bytes.indexOf(0, version === 4 ? endOfNumber(bytes, nameAt) : nameAt);
  if (nameEnd < 0) return null;
  // Up to eight NULs, so that each entry's length is a multiple of eight.
  return { at, flagsAt, nameAt, nameEnd, end: version === 4 ? nameEnd + 1 : at + ((nameEnd - at + 8) & ~7) };
}

/** How much of the name before is not in this one: seven bits a byte, the last one below 0x80. */
function endOfNumber(bytes: Buffer, from: number): number {
  let at = from;
  while ((bytes[at] ?? 0) >= 0x80) at++;
  return at + 1;
}

/** The first record is the root's: an empty name, NUL, `<entries> <subtrees>\n`, and an id where entries are not -1. */
function rootOf(records: Buffer, idLength: number): string | null {
  const head = /^\0\d+ \d+\n/.exec(records.toString('latin1', 0, 32))?.[0];
  if (head === undefined || records.length < head.length + idLength) return null;
  return records.toString('hex', head.length, head.length + idLength);
}
