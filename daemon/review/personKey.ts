/** A person's own Ed25519 key, in a file that they alone read. It signs here, and never leaves. */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { Metadata, type MetadataKind, Signature } from '@tufjs/models';
import { canonicalize, preAuthEncoding } from '../../engine/index.ts';
import type { Envelope } from '../../hub/protocol.ts';
import { UsageError } from '../command.ts';
import { readText } from './hub.ts';

export interface PersonKey {
  readonly id: string;
  readonly publicHex: string;
  /** Hex, over the canonical form of TUF metadata's signed part. */
  sign(kind: MetadataKind.Root | MetadataKind.Targets, signed: object): string;
  /** A document signed as DSSE v1. */
  seal(payloadType: string, payload: string): Envelope;
}

/** Makes a key; its public half. Throws `UsageError` where the file exists. */
export function createPersonKey(file: string): string {
  if (existsSync(file)) throw new UsageError(`${file} exists already`);
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  writeFileSync(file, pem, { mode: 0o600, flag: 'wx' });
  return openPersonKey(file).publicHex;
}

export function openPersonKey(file: string): PersonKey {
  const pem = readText(file);
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
    throw new UsageError(`${file} can be read by others: chmod 600 ${file}`);
  const key = privateKeyIn(pem, file);
  const publicHex = createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex');
  const about = canonicalize({ keytype: 'ed25519', keyval: { public: publicHex }, scheme: 'ed25519' });
  const id = createHash('sha256').update(about).digest('hex');
  return {
    id,
    publicHex,
    sign(kind, signed) {
      const file = Metadata.fromJSON(kind as MetadataKind.Root, { signed, signatures: [] } as never);
      let made = '';
      file.sign((data) => {
        made = sign(null, data, key).toString('hex');
        return new Signature({ keyID: id, sig: made });
      });
      return made;
    },
    seal(payloadType, payload) {
      const bytes = Buffer.from(payload, 'utf8');
      const sig = sign(null, preAuthEncoding(payloadType, bytes), key).toString('base64');
      return { payloadType, payload: bytes.toString('base64'), signatures: [{ keyid: id, sig }] };
    },
  };
}

function privateKeyIn(pem: string, file: string) {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // What is no key, and what is another one, is the same to whoever named the file.
  }
  throw new UsageError(`${file} holds no Ed25519 private key: kerb review key FILE makes one`);
}
