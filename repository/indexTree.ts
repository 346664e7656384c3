/**
 * The tree that an index is, read from git's own note of it (`gitformat-index(5)`, extension TREE): what `git commit` takes
 * without looking further, and what it has written down before it runs a hook.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** More than the index of a million files. */
const maxIndexBytes = 256 * 1024 * 1024;
/** Of an object's id: SHA-1 and SHA-256. The index does not say which. */
const idLengths = [20, 32] as const;

/** The id; null where the note does not hold for the whole index, and for all that only git can say. */
export function treeOfIndex(file: string): string | null {
  const bytes = readIndex(file);
  if (bytes === null || bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'DIRC') return null;
  for (const idLength of idLengths) {
    const tree = treeIn(bytes, idLength);
    if (tree !== null) return tree;
  }
  return null;
}

function readIndex(file: string): Buffer | null {
  let handle: number | undefined;
  try {
    // Without O_NONBLOCK, opening a named pipe waits for a writer for ever.
    handle = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = fstatSync(handle);
    return stat.isFile() && stat.size <= maxIndexBytes ? readFileSync(handle) : null;
  } catch {
    return null;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

function treeIn(bytes: Buffer, idLength: number): string | null {
  const end = bytes.length - idLength;
  let at = endOfEntries(bytes, { idLength, end });
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
  return at === end ? tree : null;
}

interface Extent {
  readonly idLength: number;
  readonly end: number;
}

/** Where the entries end; null where one is in conflict, or what is there are none. */
function endOfEntries(bytes: Buffer, { idLength, end }: Extent): number | null {
  const version = bytes.readUInt32BE(4);
  if (version < 2 || version > 4) return null;
  let at = 12;
  for (let left = bytes.readUInt32BE(8); left > 0; left--) {
    const flagsAt = at + 40 + idLength;
    if (flagsAt + 2 > end) return null;
    const flags = bytes.readUInt16BE(flagsAt);
    const isInConflict = (flags & 0x3000) !== 0;
    if (isInConflict) return null;
    const nameAt = flagsAt + ((flags & 0x4000) === 0 ? 2 : 4);
    const nameEnd = bytes.indexOf(0, version === 4 ? endOfNumber(bytes, nameAt) : nameAt);
    if (nameEnd < 0) return null;
    // Up to eight NULs, so that each entry's length is a multiple of eight.
    at = version === 4 ? nameEnd + 1 : at + ((nameEnd - at + 8) & ~7);
  }
  return at <= end ? at : null;
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
