/** What a hub keeps outside of its database: keys, each in a file that its owner alone reads. */
import { createPublicKey, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { newOpaKey, newSigningKey, readOpaKey, readSigningKey, type SigningKey, sha256Hex } from './cryptography.ts';

export interface HubHome {
  readonly folder: string;
  readonly database: string;
  readonly adminToken: string;
  readonly logKey: SigningKey;
  readonly tokenSecret: Uint8Array;
  readonly online: OnlineKeys;
  /** A PEM. Signs what an OPA fetches. */
  readonly opaKey: string;
}

/** The keys by which a hub says what is newest. They publish nothing: policies take their approvers' keys. */
export interface OnlineKeys {
  readonly snapshot: SigningKey;
  readonly timestamp: SigningKey;
}

/** A key that cannot be what it has to be. Nothing is signed with it. */
export class KeyError extends Error {
  override name = 'KeyError';
}

const tokenSecretBytes = 32;

/** Opens the folder; what is missing in it is made. Replicas over one database are given the same key files. Throws `KeyError`. */
export function openHome(folder: string): HubHome {
  makeFolder(folder);
  const key = <T>(name: string, make: () => string, read: (text: string) => T): T =>
    keyIn(path.join(folder, name), make, read);
  return {
    folder,
    database: databaseIn(folder),
    adminToken: path.join(folder, 'admin.token'),
    logKey: key('log.key', newSigningKey, readSigningKey),
    tokenSecret: key('token.key', newTokenSecret, readTokenSecret),
    online: {
      snapshot: key('snapshot.key', newSigningKey, readSigningKey),
      timestamp: key('timestamp.key', newSigningKey, readSigningKey),
    },
    opaKey: key('opa.key', newOpaKey, readOpaKey),
  };
}

/** The SQLite file of a hub, whether there is one or not. */
export function databaseIn(folder: string): string {
  return path.join(folder, 'hub.db');
}

/** Makes a hub's folder where there is none, for its owner alone. */
export function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
}

/** What each key file is known by: of a pair of keys the hash of its public half, of a secret a hash that has no other use. */
export function keyDigests({ logKey, tokenSecret, online, opaKey }: HubHome): Readonly<Record<string, string>> {
  return {
    'log.key': sha256Hex(logKey.publicKey),
    'token.key': sha256Hex(Buffer.concat([Buffer.from('kerb token.key '), tokenSecret])),
    'snapshot.key': sha256Hex(online.snapshot.publicKey),
    'timestamp.key': sha256Hex(online.timestamp.publicKey),
    'opa.key': sha256Hex(createPublicKey(opaKey).export({ type: 'spki', format: 'der' })),
  };
}

/** Writes a file for its owner alone, in the place of the one that was there. */
export function writeSecret(file: string, text: string): void {
  rmSync(file, { force: true });
  writeNew(file, text);
}

function newTokenSecret(): string {
  return randomBytes(tokenSecretBytes).toString('base64');
}

function readTokenSecret(text: string): Uint8Array {
  const secret = Buffer.from(text, 'base64');
  if (secret.length < tokenSecretBytes) throw new Error(`${tokenSecretBytes} bytes in base64 are needed`);
  return secret;
}

function keyIn<T>(file: string, make: () => string, read: (text: string) => T): T {
  const text = textIn(file) ?? made(file, make());
  try {
    return read(text);
  } catch (error) {
    throw new KeyError(
      `${file} holds no key: ${(error as Error).message}. Put it back from where it is kept; a hub that never ran makes a new one where there is none`,
    );
  }
}

/** The file appears whole, and of several hubs that start at once all get what the first has made. */
function made(file: string, text: string): string {
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  writeNew(draft, text);
  try {
    linkSync(draft, file);
    return text;
  } catch (error) {
    const other = textIn(file);
    if (other === null) throw error;
    return other;
  } finally {
    rmSync(draft);
  }
}

function writeNew(file: string, text: string): void {
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function textIn(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
