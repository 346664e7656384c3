/** What people and robots do on the hub goes into the same log as the decisions. */
import { randomBytes } from 'node:crypto';
import { canonicalize } from '../../engine/index.ts';
import type { NewEntry } from '../store/store.ts';
import { newEntry } from './entry.ts';

export interface Act {
  /** `token.create`, `device.revoke` … */
  readonly act: string;
  readonly by: { readonly id: string; readonly name: string; readonly role: string };
  /** What it was done to. No secret. */
  readonly subject: Readonly<Record<string, string | number | null>>;
  readonly at: number;
}

export function actEntry({ act, by, subject, at }: Act): NewEntry {
  const id = newId(at);
  const text = canonicalize({ act, at: new Date(at).toISOString(), by, id, kind: 'act', subject });
  return newEntry({ id, at, received: at, kind: 'act', device: null, seq: null, decision: null, text });
}

/** A UUID of version 7 (RFC 9562): its first 48 bits are the millisecond. */
export function newId(ms: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(ms, 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
