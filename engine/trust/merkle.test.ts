/** The tree and its proofs against the definitions of RFC 6962, against another implementation, and against liars. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { emptyFrontier, type Frontier, grow, hashChildren, hashLeaf, rootOf, type Subtree } from './merkle.ts';
import {
  consistencyRanges,
  hashOfRange,
  inclusionRanges,
  type LeafRange,
  subtreesOf,
  verifyConsistency,
  verifyInclusion,
} from './proof.ts';
import { hashInTile, readTilePath, tileOf, tilePath, widthOf } from './tile.ts';

/** Remembers, since a million proofs share a few thousand nodes. */
const hashed = new Map<string, Uint8Array>();
function sha256(bytes: Uint8Array): Uint8Array {
  const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const known = hashed.get(key) ?? new Uint8Array(hash('sha256', bytes, 'buffer'));
  if (hashed.size < 100_000) hashed.set(key, known);
  return known;
}
const most = 512;
const leaves = Array.from({ length: most }, (_, index) => new TextEncoder().encode(`entry ${index}`));
const leafHashes = leaves.map((leaf) => hashLeaf(leaf, sha256));

/** `MTH` as RFC 6962 defines it, word for word; ranges that come again are remembered. */
const definition = new Map<number, Uint8Array>();
function byDefinition({ begin, end }: LeafRange): Uint8Array {
  const key = begin * 1024 + end;
  const known = definition.get(key);
  if (known !== undefined) return known;
  const middle = begin + 2 ** Math.ceil(Math.log2(end - begin) - 1);
  const computed =
    end - begin === 1
      ? leafHashes[begin]!
      : sha256(
          Buffer.concat(
            [[1], byDefinition({ begin, end: middle }), byDefinition({ begin: middle, end })].map((b) =>
              Buffer.from(b),
            ),
          ),
        );
  definition.set(key, computed);
  return computed;
}
const root = (size: number): Uint8Array => byDefinition({ begin: 0, end: size });

test('the published vectors of Certificate Transparency', () => {
  const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const roots = [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];
  const hashes = inputs.map((hex) => hashLeaf(Buffer.from(hex, 'hex'), sha256));
  const computed = roots.map((_, size) => rootOf(grow(emptyFrontier, hashes.slice(0, size), sha256).frontier, sha256));
  assert.deepEqual(
    computed.map((each) => Buffer.from(each).toString('hex')),
    roots,
  );
});

test(`growing one by one and in pieces gives the root of every size to ${most}`, () => {
  let one: Frontier = emptyFrontier;
  for (let size = 1; size <= most; size++) {
    one = grow(one, [leafHashes[size - 1]!], sha256).frontier;
    const half = grow(emptyFrontier, leafHashes.slice(0, size >> 1), sha256).frontier;
    const pieces = grow(half, leafHashes.slice(size >> 1, size), sha256).frontier;
    assert.deepEqual(rootOf(one, sha256), root(size));
    assert.deepEqual(pieces, one);
  }
});

test(`every inclusion proof to size ${most} verifies, many by sigstore's verifier too, and only for its own leaf`, () => {
  const sigstore = sigstoreInclusion();
  for (let size = 1; size <= most; size++) {
    for (let index = 0; index < size; index++) {
      const proof = inclusionRanges(index, size).map(byDefinition);
      const claim = { leafHash: leafHashes[index]!, index, size, proof, root: root(size) };
      if (!verifyInclusion(claim, sha256)) assert.fail(`leaf ${index} of ${size}`);
      if ((index + size) % 9 !== 0 || size === 1) continue;
      sigstore({ index, size, proof, root: root(size) });
      if (verifyInclusion({ ...claim, index: (index + 1) % size }, sha256)) assert.fail(`${index} of ${size}, moved`);
    }
  }
});

test(`every consistency proof to size ${most} verifies, and only for its own sizes`, () => {
  for (let newer = 0; newer <= most; newer++) {
    for (let older = 0; older <= newer; older++) {
      const proof = consistencyRanges(older, newer).map(byDefinition);
      const claim = { older: headOf(older), newer: headOf(newer), proof };
      if (!verifyConsistency(claim, sha256)) assert.fail(`${older} → ${newer}`);
      if ((older + newer) % 9 !== 0) continue;
      if (byStandard(claim) !== true) assert.fail(`RFC 9162 disagrees on ${older} → ${newer}`);
      const other = { size: older, root: leafHashes[0]! };
      if (older > 1 && verifyConsistency({ ...claim, older: other }, sha256))
        assert.fail(`${older} → ${newer}, forged`);
    }
  }
});

test('every single byte of a proof counts, and so does every hash of it', () => {
  for (const [index, size] of [
    [0, 1],
    [0, 2],
    [5, 7],
    [300, 511],
    [511, 512],
  ] as const) {
    const proof = inclusionRanges(index, size).map(byDefinition);
    const claim = { leafHash: leafHashes[index]!, index, size, proof, root: root(size) };
    for (const mutant of mutants(proof)) assert.equal(verifyInclusion({ ...claim, proof: mutant }, sha256), false);
    for (const leafHash of flipped(claim.leafHash))
      assert.equal(verifyInclusion({ ...claim, leafHash }, sha256), false);
  }
  for (const [older, newer] of [
    [1, 2],
    [3, 7],
    [4, 8],
    [200, 511],
    [256, 512],
    [512, 512],
  ] as const) {
    const claim = {
      older: headOf(older),
      newer: headOf(newer),
      proof: consistencyRanges(older, newer).map(byDefinition),
    };
    for (const proof of mutants(claim.proof)) assert.equal(verifyConsistency({ ...claim, proof }, sha256), false);
  }
});

test('no tree has a leaf or size that is no number of one', () => {
  const claim = { leafHash: leafHashes[0]!, index: 0, size: 1, proof: [], root: root(1) };
  for (const size of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    assert.equal(verifyInclusion({ ...claim, size }, sha256), false);
    assert.equal(verifyInclusion({ ...claim, index: size, size: 2 }, sha256), false);
    if (size !== 0) {
      assert.equal(verifyConsistency({ older: { size, root: root(1) }, newer: headOf(1), proof: [] }, sha256), false);
    }
  }
});

test('proofs of trees up to 2^48 have the length and the ranges that the sizes ask for', () => {
  let state = 1;
  const random = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor((state / 2_147_483_647) * below);
  };
  for (let round = 0; round < 20_000; round++) {
    const size = 1 + random(2 ** (1 + (round % 48)));
    const index = random(size);
    const ranges = inclusionRanges(index, size);
    const covered = ranges.reduce((sum, { begin, end }) => sum + (end - begin), 1);
    assert.equal(covered, size);
    assert.ok(ranges.length <= 49);
    assert.ok(consistencyRanges(index + 1, size).length <= 50);
    for (const range of ranges) assert.ok(subtreesOf(range).length <= 49);
  }
});

test('tiles hold every node that a proof asks for', () => {
  const size = 70_000;
  const hashes = Array.from({ length: size }, (_, index) => hashLeaf(Buffer.from(String(index)), sha256));
  const { frontier, nodes } = grow(emptyFrontier, hashes, sha256);
  const tiles = new Map<string, Uint8Array[]>();
  for (const { level, index, hash: node } of nodes) {
    const tile = tileOf({ level, index });
    const key = `${tile.level}/${tile.index}`;
    tiles.set(key, [...(tiles.get(key) ?? []), node]);
  }
  assert.equal(tiles.size, 273 + 1 + 1 + 1 + 1);
  assert.deepEqual(
    [273, 0].map((index) => widthOf({ level: index === 0 ? 2 : 0, index }, size)),
    [112, 1],
  );
  const nodeOf = (subtree: Subtree): Uint8Array => {
    const tile = tileOf(subtree);
    return hashInTile(subtree, Buffer.concat(tiles.get(`${tile.level}/${tile.index}`)!), sha256);
  };
  for (const index of [0, 255, 256, 65_535, 65_536, 69_999]) {
    const proof = inclusionRanges(index, size).map((range) => hashOfRange(range, nodeOf, sha256));
    const claim = { leafHash: hashes[index]!, index, size, proof, root: rootOf(frontier, sha256) };
    assert.ok(verifyInclusion(claim, sha256));
  }
});

test('paths of tiles are those of tlog-tiles, and no others are read', () => {
  assert.equal(tilePath({ level: 0, index: 1_234_067 }, 256), 'tile/0/x001/x234/067');
  assert.equal(tilePath({ level: 'entries', index: 3 }, 17), 'tile/entries/003.p/17');
  assert.deepEqual(readTilePath('x001/x234/067'), { index: 1_234_067, width: 256 });
  assert.deepEqual(readTilePath('000.p/255'), { index: 0, width: 255 });
  for (const bad of ['', '1', '0000', 'x000/001', '001.p/0', '001.p/256', '001.p/007', '001/002', 'x001', '../001']) {
    assert.equal(readTilePath(bad), null, bad);
  }
});

function headOf(size: number): { readonly size: number; readonly root: Uint8Array } {
  return { size, root: size === 0 ? sha256(new Uint8Array(0)) : root(size) };
}

/** The proof with one byte changed, each in turn; with a hash more, a hash less, and two hashes swapped. */
function* mutants(proof: readonly Uint8Array[]): Generator<readonly Uint8Array[]> {
  for (const [at, each] of proof.entries()) {
    for (const changed of flipped(each)) yield proof.with(at, changed);
    yield proof.toSpliced(at, 1);
    yield proof.toSpliced(at, 0, each);
  }
  yield [...proof, leafHashes[0]!];
  if (proof.length > 1) yield [proof[1]!, proof[0]!, ...proof.slice(2)];
}

/** The hash with one byte changed, each in turn. */
function flipped(hash: Uint8Array): readonly Uint8Array[] {
  return Array.from(hash, (byte, at) => hash.with(at, byte ^ (1 << (at % 8))));
}

/** The verifier of RFC 9162, section 2.1.4.2, as it stands there. */
function byStandard({ older, newer, proof }: Parameters<typeof verifyConsistency>[0]): boolean {
  if (older.size === newer.size) return proof.length === 0 && Buffer.compare(older.root, newer.root) === 0;
  if (older.size === 0) return proof.length === 0;
  const path = (older.size & (older.size - 1)) === 0 ? [older.root, ...proof] : [...proof];
  let [fn, sn] = [older.size - 1, newer.size - 1];
  while (fn & 1) [fn, sn] = [fn >> 1, sn >> 1];
  let [fr, sr] = [path[0]!, path[0]!];
  for (const c of path.slice(1)) {
    if (sn === 0) return false;
    if (fn & 1 || fn === sn) {
      fr = hashChildren(c, fr, sha256);
      sr = hashChildren(c, sr, sha256);
      while (!(fn & 1) && fn !== 0) [fn, sn] = [fn >> 1, sn >> 1];
    } else sr = hashChildren(sr, c, sha256);
    [fn, sn] = [fn >> 1, sn >> 1];
  }
  return sn === 0 && Buffer.compare(fr, older.root) === 0 && Buffer.compare(sr, newer.root) === 0;
}

/** `@sigstore/verify` keeps its verifier to itself, so it is taken by its file. It throws where a proof is wrong. */
function sigstoreInclusion(): (claim: {
  readonly index: number;
  readonly size: number;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}) => void {
  const require = createRequire(import.meta.url);
  const file = path.join(path.dirname(require.resolve('@sigstore/verify')), 'tlog/merkle.js');
  const { verifyMerkleInclusion } = require(file) as {
    verifyMerkleInclusion(entry: unknown, checkpoint: unknown): void;
  };
  return ({ index, size, proof, root: logHash }) =>
    verifyMerkleInclusion(
      { canonicalizedBody: leaves[index], inclusionProof: { logIndex: String(index), hashes: proof } },
      { logSize: BigInt(size), logHash: Buffer.from(logHash) },
    );
}
