/** Making a log entry of what came in: the leaf is a summary, and names the body by its hash. */
import { sha256Hex, sha256OfText } from '../cryptography.ts';
import type { NewEntry } from '../store/store.ts';

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

/** What a leaf says that does not stand in the body as it is said. Instants are in UTC, with milliseconds. */
export interface LeafTexts {
  /** SHA-256 of the text, hex. */
  readonly hash: string;
  readonly at: string;
  readonly received: string;
}

/**
 * The entry. Its leaf says what, where from and when, and nothing of a person, so that it can stay when the body has to go.
 * `texts` where they are known already.
 */
export function newEntry(body: Body, texts = leafTexts(body)): NewEntry {
  const { id, at, received, kind, device, decision, text } = body;
  const leaf = leafText(body, texts);
  return { id, at, received, kind, device, decision, body: text, leaf, leafHash: leafHashOf(leaf) };
}

function leafTexts({ text, at, received }: Body): LeafTexts {
  return { hash: sha256Hex(text), at: new Date(at).toISOString(), received: new Date(received).toISOString() };
}

/** Canonical JSON, written by hand: it is done for each decision. Whatever is named here was in canonical JSON before. */
function leafText({ id, kind, device, seq, decision }: Body, { hash, at, received }: LeafTexts): string {
  const text = JSON.stringify;
  const [effect, gate] = decision === null ? [null, null] : [decision.effect, decision.gate];
  const when = `"at":"${at}","body":"${hash}","device":${text(device)}`;
  const what = `"effect":${text(effect)},"gate":${text(gate)},"id":${text(id)},"kind":"${kind}"`;
  return `{${when},${what},"received":"${received}","seq":${seq}}`;
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
