/**
 * Signed notes (C2SP signed-note) with Ed25519: a text, a blank line, and signature lines of which those by unknown keys
 * are ignored.
 */
import { decodeBase64, encodeBase64 } from '../base64.ts';
import { encodeUtf8 } from '../cel/utf8.ts';
import { equalBytes, type Sha256 } from './merkle.ts';

/** A public key as people hand it on: `name+key id+base64`, the form of Go's note package. */
export interface NoteKey {
  readonly name: string;
  /** Four bytes. */
  readonly id: Uint8Array;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

interface NoteSignature {
  readonly name: string;
  readonly id: Uint8Array;
  readonly signature: Uint8Array;
}

export interface Note {
  /** Ends with a line end. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Ed25519 over the UTF-8 of a text, from outside. */
export type VerifyEd25519 = (publicKey: Uint8Array, text: string, signature: Uint8Array) => boolean;

const maxNoteLength = 64_000;
const maxSignatures = 16;
const ed25519 = 1;

export function noteKey(name: string, publicKey: Uint8Array, sha256: Sha256): NoteKey {
  const bytes = Uint8Array.from([...encodeUtf8(name), 0x0a, ed25519, ...publicKey]);
  return { name, publicKey, id: sha256(bytes).subarray(0, 4) };
}

export function formatNoteKey({ name, id, publicKey }: NoteKey): string {
  return `${name}+${toHex(id)}+${encodeBase64(Uint8Array.from([ed25519, ...publicKey]))}`;
}

/** Null where it is no Ed25519 key, or its id is not its own. */
export function readNoteKey(text: string, sha256: Sha256): NoteKey | null {
  const match = /^([^\s+]{1,500})\+([0-9a-f]{8})\+([A-Za-z0-9+/=]{1,100})$/.exec(text);
  const bytes = match && decodeBase64(match[3]!);
  if (match === null || !bytes || bytes.length !== 33 || bytes[0] !== ed25519) return null;
  const key = noteKey(match[1]!, bytes.slice(1), sha256);
  return toHex(key.id) === match[2] ? key : null;
}

export function formatNote({ text, signatures }: Note): string {
  const lines = signatures.map(
    ({ name, id, signature }) => `— ${name} ${encodeBase64(Uint8Array.from([...id, ...signature]))}\n`,
  );
  return `${text}\n${lines.join('')}`;
}

/** Null where it is no signed note. What it says must not be believed before `isSignedBy` says so. */
export function readNote(note: string): Note | null {
  const end = note.lastIndexOf('\n\n');
  if (note.length > maxNoteLength || end <= 0 || !note.endsWith('\n') || /[\0-\x09\x0b-\x1f]/.test(note)) return null;
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > maxSignatures) return null;
  const signatures = lines.map(readSignature);
  return signatures.every((each) => each !== null) ? { text: note.slice(0, end + 1), signatures } : null;
}

/** Whether the key signed it. A wrong signature in the key's name spoils the note, whatever else signs it. */
export function isSignedBy({ text, signatures }: Note, key: NoteKey, verify: VerifyEd25519): boolean {
  const own = signatures.filter(({ name, id }) => name === key.name && equalBytes(id, key.id));
  return own.length > 0 && own.every(({ signature }) => verify(key.publicKey, text, signature));
}

function readSignature(line: string): NoteSignature | null {
  const match = /^\u2014 ([^\s+]{1,500}) ([A-Za-z0-9+/]+={0,2})$/.exec(line);
  const bytes = match && decodeBase64(match[2]!);
  if (match === null || !bytes || bytes.length < 5 || encodeBase64(bytes) !== match[2]) return null;
  return { name: match[1]!, id: bytes.slice(0, 4), signature: bytes.slice(4) };
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
