/** What a hub keeps outside of its database: keys, each in a file that its owner alone reads. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { newOpaKey, newSigningKey, readSigningKey, type SigningKey } from './cryptography.ts';

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

/** Opens the folder; what is missing in it is made. Replicas over one database are given the same key files. */
export function openHome(folder: string): HubHome {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  return {
    folder,
    database: path.join(folder, 'hub.db'),
    adminToken: path.join(folder, 'admin.token'),
    logKey: readSigningKey(secretFile(path.join(folder, 'log.key'), newSigningKey)),
    tokenSecret: Buffer.from(
      secretFile(path.join(folder, 'token.key'), () => randomBytes(32).toString('base64')),
      'base64',
    ),
    online: {
      snapshot: readSigningKey(secretFile(path.join(folder, 'snapshot.key'), newSigningKey)),
      timestamp: readSigningKey(secretFile(path.join(folder, 'timestamp.key'), newSigningKey)),
    },
    opaKey: secretFile(path.join(folder, 'opa.key'), newOpaKey),
  };
}

/** Writes a file for its owner alone, in the place of the one that was there. */
export function writeSecret(file: string, text: string): void {
  rmSync(file, { force: true });
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
}

function secretFile(file: string, make: () => string): string {
  if (!existsSync(file)) writeSecret(file, make());
  return readFileSync(file, 'utf8');
}
