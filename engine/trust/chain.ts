/**
 * A chain of entries: each holds the SHA-256 of the one before it, so that none can be changed, left out or put in between
 * without breaking every link after it.
 */
import type { Native } from '../model.ts';
import { canonicalize } from './canonical.ts';

/** What a chain is made of; `record` is for others to understand. */
export interface ChainEntry {
  readonly device: string;
  /** From 1, without a gap. */
  readonly seq: number;
  /** Lower-case hex of SHA-256 of the canonical JSON of the entry before; `chainStart` for the first. */
  readonly previous: string;
  readonly record: unknown;
}

/** An entry's number and hash: all that has to be known of it to go on from there. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

/** Where every chain begins. */
export const chainStart: ChainHead = { seq: 0, hash: '0'.repeat(64) };

/** An entry as it is stored and hashed. */
export interface Link<Record> {
  readonly entry: { readonly device: string; readonly seq: number; readonly previous: string; readonly record: Record };
  /** Canonical JSON (RFC 8785) of the entry. */
  readonly text: string;
  readonly head: ChainHead;
}

/** The entry that brings a record to the end of a chain. Throws `CanonicalError` for a record that is not JSON. */
export function link<Record>(
  { device, head, record }: { readonly device: string; readonly head: ChainHead; readonly record: Record },
  { sha256 }: Pick<Native, 'sha256'>,
): Link<Record> {
  const entry = { device, seq: head.seq + 1, previous: head.hash, record };
  const text = canonicalize(entry);
  return { entry, text, head: { seq: entry.seq, hash: sha256(text) } };
}

/** Why an entry does not follow a head, or null where it does. Its own hash is for the next one to say. */
export function breakOf(
  entry: Omit<ChainEntry, 'record'>,
  { device, head }: { readonly device: string; readonly head: ChainHead },
): string | null {
  if (entry.device !== device) return `it is of device ${entry.device} and not of ${device}`;
  if (entry.seq !== head.seq + 1) return `it has number ${entry.seq} where ${head.seq + 1} belongs`;
  if (entry.previous !== head.hash) return `it does not follow the entry before it: that was changed, or this was`;
  return null;
}

/** The head that an entry makes. */
export function headOf(entry: ChainEntry, { sha256 }: Pick<Native, 'sha256'>): ChainHead {
  return { seq: entry.seq, hash: sha256(canonicalize(entry)) };
}
