/** Making a log entry of what came in: the leaf is a summary, and names the body by its hash. */
import { sha256Hex, sha256OfText } from '../cryptography.ts';
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
  // The keys are in canonical order, and whatever is named here was in canonical JSON before.
  const leaf = JSON.stringify({
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
  return { ...body, body: text, leaf, leafHash: leafHashOf(leaf) };
}

/** RFC 6962's hash of a leaf: a zero byte goes before it. */
function leafHashOf(leaf: string): Uint8Array {
  return sha256OfText(`\0${leaf}`);
}

/** The hash of the body that a leaf names; null where it is no leaf of ours. */
export function bodyHashOf(leaf: string): string | null {
  const body: unknown = (JSON.parse(leaf) as { readonly body?: unknown }).body;
  return typeof body === 'string' ? body : null;
}
