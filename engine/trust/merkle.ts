/** The Merkle tree of RFC 6962, section 2.1. It only grows; what it grows by comes out as the nodes that tiles hold. */

/** SHA-256, from outside: 32 bytes. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

export const hashBytes = 32;

/** All that growing needs: how many leaves there are, and the roots of the complete subtrees, the largest first. */
export interface Frontier {
  readonly size: number;
  readonly roots: readonly Uint8Array[];
}

/** A complete subtree: the `2 ** level` leaves from `index * 2 ** level`. */
export interface Subtree {
  readonly level: number;
  readonly index: number;
}

export interface TreeNode extends Subtree {
  readonly hash: Uint8Array;
}

export const emptyFrontier: Frontier = { size: 0, roots: [] };

/** The tree with more leaves, given by their hashes, and the nodes that came to be on each eighth level, in order. */
export function grow(
  { size, roots: before }: Frontier,
  leaves: readonly Uint8Array[],
  sha256: Sha256,
): { readonly frontier: Frontier; readonly nodes: readonly TreeNode[] } {
  const roots = [...before];
  const nodes: TreeNode[] = [];
  for (const [offset, leaf] of leaves.entries()) {
    let [hash, level, index] = [leaf, 0, size + offset];
    nodes.push({ level, index, hash });
    for (; index % 2 === 1; index = (index - 1) / 2) {
      hash = hashChildren(roots.pop()!, hash, sha256);
      level++;
      if (level % 8 === 0) nodes.push({ level, index: (index - 1) / 2, hash });
    }
    roots.push(hash);
  }
  return { frontier: { size: size + leaves.length, roots }, nodes };
}

/** The Merkle tree hash (`MTH`). */
export function rootOf({ roots }: Frontier, sha256: Sha256): Uint8Array {
  if (roots.length === 0) return sha256(new Uint8Array(0));
  return roots.reduceRight((right, left) => hashChildren(left, right, sha256));
}

export function hashLeaf(leaf: Uint8Array, sha256: Sha256): Uint8Array {
  const bytes = new Uint8Array(1 + leaf.length);
  bytes.set(leaf, 1);
  return sha256(bytes);
}

export function hashChildren(left: Uint8Array, right: Uint8Array, sha256: Sha256): Uint8Array {
  const bytes = new Uint8Array(1 + 2 * hashBytes);
  bytes[0] = 1;
  bytes.set(left, 1);
  bytes.set(right, 1 + hashBytes);
  return sha256(bytes);
}

export function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
