/** Checkpoints (C2SP tlog-checkpoint): what a log says of itself at one size, as a signed note. */
import { decodeBase64, encodeBase64 } from '../base64.ts';
import { hashBytes } from './merkle.ts';
import { isSignedBy, type NoteKey, readNote, type VerifyEd25519 } from './note.ts';

export interface Checkpoint {
  /** Which log: `hub.acme.example/acme/audit`. */
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/** The text that is signed. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${encodeBase64(root)}\n`;
}

/** The checkpoint in a note that the log's key signed; null for anything else. Extension lines are passed over. */
export function openCheckpoint(text: string, key: NoteKey, verify: VerifyEd25519): Checkpoint | null {
  const note = readNote(text);
  if (note === null || !isSignedBy(note, key, verify)) return null;
  const checkpoint = readCheckpointText(note.text);
  return checkpoint?.origin === key.name ? checkpoint : null;
}

function readCheckpointText(text: string): Checkpoint | null {
  const [origin, digits, base64, ...extensions] = text.slice(0, -1).split('\n');
  if (!origin || digits === undefined || base64 === undefined || extensions.includes('')) return null;
  if (!/^(?:0|[1-9]\d{0,15})$/.test(digits) || !Number.isSafeInteger(Number(digits))) return null;
  const root = decodeBase64(base64);
  if (root === null || root.length !== hashBytes || encodeBase64(root) !== base64) return null;
  return { origin, size: Number(digits), root };
}
