/** A tenant's log as it is shown: checkpoints, proofs, receipts, tiles. */
import {
  checkpointText,
  consistencyRanges,
  formatNote,
  formatReceipt,
  hashBytes,
  hashInTile,
  hashOfRange,
  inclusionRanges,
  type LeafRange,
  type NoteKey,
  noteKey,
  rootOf,
  subtreesOf,
  type TileId,
  tileOf,
  tileWidth,
} from '../../engine/index.ts';
import { type SigningKey, sha256 } from '../cryptography.ts';
import type { StoredCheckpoint } from '../store/query/log.ts';
import type { Tenant } from '../store/query/tenant.ts';
import type { Store } from '../store/store.ts';

/** The key by which others check what this log signs. */
export function logKey(tenant: Pick<Tenant, 'origin'>, key: SigningKey): NoteKey {
  return noteKey(tenant.origin, key.publicKey, sha256);
}

/** Signs the log's end, unless it is signed already. */
export async function signEnd(
  store: Store,
  tenant: Tenant,
  { key, now }: { readonly key: SigningKey; readonly now: () => number },
): Promise<StoredCheckpoint> {
  const [frontier, last] = await Promise.all([store.frontier(tenant.id), store.checkpoint(tenant.id)]);
  if (last !== null && last.size === frontier.size) return last;
  const text = checkpointText({ origin: tenant.origin, size: frontier.size, root: rootOf(frontier, sha256) });
  const { name, id } = logKey(tenant, key);
  const note = formatNote({ text, signatures: [{ name, id, signature: key.sign(text) }] });
  const checkpoint = { size: frontier.size, note, at: now() };
  await store.addCheckpoint(tenant.id, checkpoint);
  return checkpoint;
}

/** Hashes that prove the way from one size to another. Throws `RangeError` where there is no such way. */
export async function consistencyProof(
  store: Store,
  tenant: number,
  older: number,
  newer: number,
): Promise<readonly Uint8Array[]> {
  return hashesOf(store, tenant, consistencyRanges(older, newer));
}

export async function inclusionProof(
  store: Store,
  tenant: number,
  index: number,
  size: number,
): Promise<readonly Uint8Array[]> {
  return hashesOf(store, tenant, inclusionRanges(index, size));
}

/** A C2SP tlog-proof of an entry under a checkpoint that covers it; null where there is no such entry. */
export async function receiptOf(
  store: Store,
  tenant: number,
  id: string,
  checkpoint: StoredCheckpoint,
): Promise<string | null> {
  const entry = await store.leaf(tenant, id);
  if (entry === null || entry.index >= checkpoint.size) return null;
  const proof = await inclusionProof(store, tenant, entry.index, checkpoint.size);
  const leaf = Buffer.from(entry.leaf, 'utf8');
  return formatReceipt({ index: entry.index, proof, checkpoint: checkpoint.note, leaf });
}

/** A tile as wide as asked for; null where the log has not so much of it. */
export async function tileBytes(store: Store, tenant: number, tile: TileId, width: number): Promise<Uint8Array | null> {
  const [hashes] = await store.tiles(tenant, [tile]);
  return hashes && hashes.length >= width * hashBytes ? hashes.subarray(0, width * hashBytes) : null;
}

/** An entry bundle: each leaf after its length in two bytes. Null where the log has not so many. */
export async function entryBundle(
  store: Store,
  tenant: number,
  index: number,
  width: number,
): Promise<Uint8Array | null> {
  const begin = index * tileWidth;
  const leaves = await store.leaves(tenant, { begin, end: begin + width });
  if (leaves.length < width) return null;
  return Buffer.concat(
    leaves.flatMap(({ leaf }) => {
      const bytes = Buffer.from(leaf, 'utf8');
      const length = Buffer.alloc(2);
      length.writeUInt16BE(bytes.length);
      return [length, bytes];
    }),
  );
}

async function hashesOf(store: Store, tenant: number, ranges: readonly LeafRange[]): Promise<readonly Uint8Array[]> {
  const wanted = new Map<string, TileId>();
  for (const tile of ranges.flatMap(subtreesOf).map(tileOf)) wanted.set(nameOf(tile), tile);
  const ids = [...wanted.values()];
  const tiles = await store.tiles(tenant, ids);
  const byName = new Map(ids.map((id, at) => [nameOf(id), tiles[at]]));
  return ranges.map((range) =>
    hashOfRange(
      range,
      (subtree) => {
        const hashes = byName.get(nameOf(tileOf(subtree)));
        if (!hashes) throw new RangeError(`tile ${nameOf(tileOf(subtree))} is not there`);
        return hashInTile(subtree, hashes, sha256);
      },
      sha256,
    ),
  );
}

function nameOf({ level, index }: TileId): string {
  return `${level}/${index}`;
}
