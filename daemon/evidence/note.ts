/**
 * A decision that travels with its commit: the journal's entry, signed by the device that made it, as a git note. It proves to
 * whoever knows the device's key that a gate let this tree pass. It needs no hub.
 */
import { type KeyObject, verify } from 'node:crypto';
import { canonicalize, preAuthEncoding, readJson } from '../../engine/index.ts';
import { envelope, type JournalEntry, journalEntry } from '../../hub/protocol.ts';
import { type DeviceKey, signEnvelope } from '../sync/deviceKey.ts';

const evidencePayloadType = 'application/vnd.kerb.journal-entry+json';

/** Each device writes a ref of its own, so that two of them never have to be merged: `refs/notes/kerb/<key id>`. */
export const evidenceRefs = 'refs/notes/kerb/';

/** The most that is read of one note: an entry of a thousand findings. */
export const maxNoteBytes = 4_000_000;

/** Keys by their id (RFC 7638) of the devices that are believed. */
export type TrustedKeys = ReadonlyMap<string, KeyObject>;

/** The note of an entry. */
export function noteOf(entry: JournalEntry, key: DeviceKey): string {
  return JSON.stringify(signEnvelope(evidencePayloadType, canonicalize(entry), key));
}

/** Whether a note proves that a gate let a tree pass. Any text may stand in a note, so nothing of it is believed before. */
export function provesPassage(note: string, tree: string, keys: TrustedKeys): boolean {
  const entry = verifiedEntry(note, keys);
  if (entry?.record.kind !== 'decision') return false;
  const { gate, origin, passed, target } = entry.record;
  return gate === 'commit' && origin !== 'bypass' && passed && target.tree === tree;
}

/** The entry of a note that one of the keys has signed; null for everything else. */
function verifiedEntry(note: string, keys: TrustedKeys): JournalEntry | null {
  const signed = envelope.safeParse(readJson(note)).data;
  if (signed === undefined || signed.payloadType !== evidencePayloadType) return null;
  const payload = Buffer.from(signed.payload, 'base64');
  const bytes = preAuthEncoding(signed.payloadType, payload);
  const isSigned = signed.signatures.some(({ keyid, sig }) => {
    const key = keys.get(keyid);
    return key !== undefined && verify(null, bytes, key, Buffer.from(sig, 'base64'));
  });
  return isSigned ? (journalEntry.safeParse(readJson(payload.toString('utf8'))).data ?? null) : null;
}
