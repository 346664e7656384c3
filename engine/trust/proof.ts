/**
 * Inclusion and consistency proofs of RFC 6962, section 2.1. A proof is first the ranges of leaves whose hashes it
 * holds, so that whoever has the nodes can fetch them all at once.
 */
import { equalBytes, hashChildren, type Sha256, type Subtree } from './merkle.ts';

/** Leaves from `begin` up to and without `end`. */
export interface LeafRange {
  readonly begin: number;
  readonly end: number;
}

/** Which hashes prove that a leaf is in the tree of `size` leaves: from the leaf's sibling up. */
export function inclusionRanges(index: number, size: number): readonly LeafRange[] {
  if (!isSize(size) || !isSize(index) || index >= size) throw new RangeError(`no leaf ${index} in a tree of ${size}`);
  return inclusionWithin(index, { begin: 0, end: size });
}

/** Which hashes prove that the tree of `newer` leaves begins with that of `older` leaves. */
export function consistencyRanges(older: number, newer: number): readonly LeafRange[] {
  if (!isSize(older) || !isSize(newer) || older > newer)
    throw new RangeError(`no way from ${older} to ${newer} leaves`);
  return older === 0 ? [] : consistencyWithin(older, { begin: 0, end: newer }, 'known');
}

/** The complete subtrees that a range of a proof consists of, left to right. */
export function subtreesOf({ begin, end }: LeafRange): readonly Subtree[] {
  const subtrees: Subtree[] = [];
  for (let at = begin; at < end; ) {
    let level = 0;
    while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= end) level++;
    subtrees.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return subtrees;
}

/** The hash of a range out of those of its subtrees. */
export function hashOfRange(range: LeafRange, hashOf: (subtree: Subtree) => Uint8Array, sha256: Sha256): Uint8Array {
  return subtreesOf(range)
    .map(hashOf)
    .reduceRight((right, left) => hashChildren(left, right, sha256));
}

export interface Inclusion {
  readonly leafHash: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}

export function verifyInclusion({ leafHash, index, size, proof, root }: Inclusion, sha256: Sha256): boolean {
  if (!isSize(size) || !isSize(index) || index >= size) return false;
  const reached = rootByInclusion(leafHash, index, size, proof, sha256);
  return reached !== null && equalBytes(reached, root);
}

export interface Consistency {
  readonly older: { readonly size: number; readonly root: Uint8Array };
  readonly newer: { readonly size: number; readonly root: Uint8Array };
  readonly proof: readonly Uint8Array[];
}

export function verifyConsistency({ older, newer, proof }: Consistency, sha256: Sha256): boolean {
  if (!isSize(older.size) || !isSize(newer.size) || older.size > newer.size) return false;
  if (older.size === 0) return proof.length === 0 && equalBytes(older.root, sha256(new Uint8Array(0)));
  const reached = rootsByConsistency(older.size, newer.size, proof, { known: older.root, sha256 });
  return reached !== null && equalBytes(reached.older, older.root) && equalBytes(reached.newer, newer.root);
}

function inclusionWithin(index: number, { begin, end }: LeafRange): readonly LeafRange[] {
  if (end - begin === 1) return [];
  const middle = begin + split(end - begin);
  return index < middle
    ? [...inclusionWithin(index, { begin, end: middle }), { begin: middle, end }]
    : [...inclusionWithin(index, { begin: middle, end }), { begin, end: middle }];
}

/** `known`: the verifier has the hash of this very range already, since it is the whole older tree. */
function consistencyWithin(older: number, { begin, end }: LeafRange, start: 'known' | 'unknown'): readonly LeafRange[] {
  if (older === end) return start === 'known' ? [] : [{ begin, end }];
  const middle = begin + split(end - begin);
  return older <= middle
    ? [...consistencyWithin(older, { begin, end: middle }, start), { begin: middle, end }]
    : [...consistencyWithin(older, { begin: middle, end }, 'unknown'), { begin, end: middle }];
}

/** The root that a proof leads to; null where the proof has not the length that index and size ask for. */
function rootByInclusion(
  leafHash: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  sha256: Sha256,
): Uint8Array | null {
  if (size === 1) return proof.length === 0 ? leafHash : null;
  const [sibling, rest] = [proof.at(-1), proof.slice(0, -1)];
  if (sibling === undefined) return null;
  const left = split(size);
  const inner =
    index < left
      ? rootByInclusion(leafHash, index, left, rest, sha256)
      : rootByInclusion(leafHash, index - left, size - left, rest, sha256);
  if (inner === null) return null;
  return index < left ? hashChildren(inner, sibling, sha256) : hashChildren(sibling, inner, sha256);
}

interface Roots {
  readonly older: Uint8Array;
  readonly newer: Uint8Array;
}

/** `known` is the older root as long as the range in question is the whole older tree, null beside it. */
function rootsByConsistency(
  older: number,
  newer: number,
  proof: readonly Uint8Array[],
  given: { readonly known: Uint8Array | null; readonly sha256: Sha256 },
): Roots | null {
  const { known, sha256 } = given;
  const [last, rest] = [proof.at(-1), proof.slice(0, -1)];
  if (older === newer) {
    const own = known ?? last;
    return own !== undefined && proof.length === (known === null ? 1 : 0) ? { older: own, newer: own } : null;
  }
  if (last === undefined) return null;
  const left = split(newer);
  if (older <= left) {
    const inner = rootsByConsistency(older, left, rest, given);
    return inner && { older: inner.older, newer: hashChildren(inner.newer, last, sha256) };
  }
  const inner = rootsByConsistency(older - left, newer - left, rest, { known: null, sha256 });
  return inner && { older: hashChildren(last, inner.older, sha256), newer: hashChildren(last, inner.newer, sha256) };
}

/** The largest power of two below `size`. */
function split(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
