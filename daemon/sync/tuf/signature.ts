/**
 * Whether a key has signed a file of metadata. The library would make the canonical form anew for each key, and read the key
 * anew for each file, which together takes longer than the verification.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { canonicalize } from '@tufjs/canonical-json';
import type { Key, Metadata, Root, Snapshot, Targets, Timestamp } from '@tufjs/models';

type File = Metadata<Root | Timestamp | Snapshot | Targets>;

/** Ed25519 keys as Node takes them, by their hex. */
export type KeyMemory = Map<string, KeyObject>;

const maxKeys = 1_000;
const signatureBytes = 64;

/** What is signed of a file. */
export function signedBytes({ signed }: File): Buffer {
  return Buffer.from(canonicalize(signed.toJSON()));
}

export function isSignedBy(
  key: Key,
  { file, bytes, keys }: { readonly file: File; readonly bytes: Buffer; readonly keys: KeyMemory },
): boolean {
  const signature = Object.hasOwn(file.signatures, key.keyID) ? file.signatures[key.keyID] : undefined;
  if (signature === undefined) return false;
  const hex = key.keyVal.public ?? '';
  const isOurs = key.keyType === 'ed25519' && isHexKey(hex);
  if (!isOurs) return materialOf(key) !== null && isSignedByOther(key, file);
  const given = Buffer.from(signature.sig, 'hex');
  return given.length === signatureBytes && verify(null, bytes, keyOf(hex, keys), given);
}

/** What a key is, whichever way it is written: hex, or a PEM with anything around it. Null for what is neither, which signs nothing. */
export function materialOf({ keyType, keyVal }: Key): string | null {
  const text = keyVal.public ?? '';
  try {
    const key = keyType === 'ed25519' && isHexKey(text) ? ed25519Key(text) : createPublicKey(text);
    // In DER the same point of a curve can be written in two ways.
    return JSON.stringify(key.export({ format: 'jwk' }));
  } catch {
    return null;
  }
}

/** Whether a key's text is the hex of an Ed25519 key's 32 bytes. */
export function isHexKey(text: string): boolean {
  return /^[0-9a-f]{64}$/i.test(text);
}

/** Other kinds of key, and other ways to write one, are the library's. */
function isSignedByOther(key: Key, file: File): boolean {
  try {
    key.verifySignature(file);
    return true;
  } catch {
    return false;
  }
}

/** A key as Node takes it, from the hex of its 32 bytes. */
export function ed25519Key(hex: string): KeyObject {
  const x = Buffer.from(hex, 'hex').toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

function keyOf(hex: string, keys: KeyMemory): KeyObject {
  const known = keys.get(hex);
  if (known !== undefined) return known;
  const key = ed25519Key(hex);
  if (keys.size >= maxKeys) keys.clear();
  keys.set(hex, key);
  return key;
}
