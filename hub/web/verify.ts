/** What this browser verifies of the log, with the hashing and signatures of a library that is not the hub's. */
import { hashes, verify as verifySignature } from '@noble/ed25519';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import {
  judgeCheckpoint,
  type Look,
  type NoteKey,
  readNoteKey,
  type VerifyEd25519,
  verifyReceipt,
  type WitnessVerdict,
} from '../../engine/verify.ts';

hashes.sha512 = sha512;

export type RecordVerdict =
  | {
      readonly kind: 'proved';
      readonly index: number;
      readonly size: number;
      readonly origin: string;
      readonly hasBody: boolean;
    }
  | { readonly kind: 'refuted'; readonly why: string };

export interface RecordClaim {
  /** C2SP tlog-proof. */
  readonly receipt: string;
  /** The log's key, as text. */
  readonly key: string;
  /** What this page shows. */
  readonly leaf: string;
  readonly body: string | null;
}

/** Whether what is shown is what the log holds. */
export function verifyRecord({ receipt, key: text, leaf, body }: RecordClaim): RecordVerdict {
  const key = readKey(text);
  if (key === null) return refuted('the log’s key cannot be read');
  const verdict = verifyReceipt(receipt, { key, sha256, verify });
  if (verdict.kind === 'refuted') return verdict;
  if (new TextDecoder().decode(verdict.leaf) !== leaf) return refuted('the proof is of another record');
  if (body !== null && bytesToHex(sha256(utf8ToBytes(body))) !== (JSON.parse(leaf) as { readonly body: unknown }).body)
    return refuted('the text shown is not the one that the log names');
  const { size, origin } = verdict.checkpoint;
  return { kind: 'proved', index: verdict.index, size, origin, hasBody: body !== null };
}

/** What this browser, as a witness, says of what the log shows now. */
export function judge({
  key: text,
  ...look
}: Omit<Look, 'key' | 'sha256' | 'verify'> & { readonly key: string }): WitnessVerdict {
  const key = readKey(text);
  if (key === null) return { kind: 'alarm', alarm: 'unsigned', what: 'the log’s key cannot be read' };
  return judgeCheckpoint({ ...look, key, sha256, verify });
}

function readKey(text: string): NoteKey | null {
  return readNoteKey(text, sha256);
}

const verify: VerifyEd25519 = (publicKey, text, signature) => {
  try {
    return verifySignature(signature, utf8ToBytes(text), publicKey, { zip215: false });
  } catch {
    return false;
  }
};

function refuted(why: string): RecordVerdict {
  return { kind: 'refuted', why };
}
