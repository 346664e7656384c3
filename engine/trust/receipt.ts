/** Receipts (C2SP tlog-proof): that an entry is in a log, checked by anyone who has the log's key, without the log. */
import { decodeBase64, encodeBase64 } from '../base64.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { hashBytes, hashLeaf, type Sha256 } from './merkle.ts';
import type { NoteKey, VerifyEd25519 } from './note.ts';
import { verifyInclusion } from './proof.ts';

export interface Receipt {
  readonly index: number;
  readonly proof: readonly Uint8Array[];
  /** A signed note, as the log gave it. */
  readonly checkpoint: string;
  /** The entry itself travels along as the format's extra data; it counts only as far as the proof covers it. */
  readonly leaf: Uint8Array;
}

export type ReceiptVerdict =
  | { readonly kind: 'proved'; readonly index: number; readonly leaf: Uint8Array; readonly checkpoint: Checkpoint }
  | { readonly kind: 'refuted'; readonly why: string };

const magic = 'c2sp.org/tlog-proof@v1';
const maxLength = 200_000;
const maxProofHashes = 64;

export function formatReceipt({ index, proof, checkpoint, leaf }: Receipt): string {
  const hashes = proof.map((hash) => `${encodeBase64(hash)}\n`).join('');
  return `${magic}\nextra ${encodeBase64(leaf)}\nindex ${index}\n${hashes}\n${checkpoint}`;
}

/** Null where it is no receipt that carries its entry. */
function readReceipt(text: string): Receipt | null {
  const end = text.indexOf('\n\n');
  if (text.length > maxLength || end === -1) return null;
  const [first, extra, number, ...hashes] = text.slice(0, end).split('\n');
  const leaf = decodeLine(extra?.match(/^extra (\S+)$/)?.[1]);
  const digits = number?.match(/^index (0|[1-9]\d{0,15})$/)?.[1];
  if (first !== magic || leaf === null || digits === undefined || hashes.length > maxProofHashes) return null;
  const proof = hashes.map(decodeLine);
  if (!proof.every((hash) => hash?.length === hashBytes)) return null;
  return { index: Number(digits), proof: proof as readonly Uint8Array[], checkpoint: text.slice(end + 2), leaf };
}

/** Checks a receipt against the log's key. */
export function verifyReceipt(
  text: string,
  { key, sha256, verify }: { readonly key: NoteKey; readonly sha256: Sha256; readonly verify: VerifyEd25519 },
): ReceiptVerdict {
  const receipt = readReceipt(text);
  if (receipt === null) return refuted('it is no C2SP tlog-proof that carries its entry');
  const checkpoint = openCheckpoint(receipt.checkpoint, key, verify);
  if (checkpoint === null) return refuted(`its checkpoint is not signed by ${key.name} with the key given`);
  const { index, proof, leaf } = receipt;
  const { size, root } = checkpoint;
  return verifyInclusion({ leafHash: hashLeaf(leaf, sha256), index, size, proof, root }, sha256)
    ? { kind: 'proved', index, leaf, checkpoint }
    : refuted('the proof does not lead from the entry to the root that the log signed');
}

function refuted(why: string): ReceiptVerdict {
  return { kind: 'refuted', why };
}

/** Strict: one text for the same bytes. */
function decodeLine(base64: string | undefined): Uint8Array | null {
  const bytes = base64 === undefined ? null : decodeBase64(base64);
  return bytes !== null && encodeBase64(bytes) === base64 ? bytes : null;
}
