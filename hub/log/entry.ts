/** Making a log entry of what came in: the leaf is a summary, and names the body by its hash. */
import { canonicalize, hashLeaf } from '../../engine/index.ts';
import { sha256, sha256Hex } from '../cryptography.ts';
import type { NewEntry } from '../store/store.ts';

/** C2SP tlog-tiles writes an entry's length in two bytes. */
export const maxLeafBytes = 65_535;

export interface Body {
  readonly id: string;
  /** Milliseconds since 1970, by whoever made it. */
  readonly at: number;
  readonly received: number;
  readonly kind: NewEntry['kind'];
  readonly device: string | null;
  /** The device's own number of it. */
  readonly seq: number | null;
  readonly decision: NewEntry['decision'];
  readonly text: string;
}

/**
 * The entry. Its leaf says what, where from and when, and nothing of a person, so that it can stay when the body has to go.
 * `bodyHash` where it is known already.
 */
export function newEntry({ seq, text, ...body }: Body, bodyHash = sha256Hex(text)): NewEntry {
  const { id, at, received, kind, device, decision } = body;
  const leaf = canonicalize({
    at: new Date(at).toISOString(),
    body: bodyHash,
    device,
    effect: decision?.effect ?? null,
    gate: decision?.gate ?? null,
    id,
    kind,
    received: new Date(received).toISOString(),
    seq,
  });
  return { ...body, body: text, leaf, leafHash: hashLeaf(Buffer.from(leaf, 'utf8'), sha256) };
}

/** The hash of the body that a leaf names; null where it is no leaf of ours. */
export function bodyHashOf(leaf: string): string | null {
  const body: unknown = (JSON.parse(leaf) as { readonly body?: unknown }).body;
  return typeof body === 'string' ? body : null;
}
