/** TUF metadata on the hub: read, checked against who may sign, and signed with the online keys. */
import {
  Metadata,
  MetadataKind,
  type Root,
  Signature,
  type Snapshot,
  type Targets,
  type Timestamp,
} from '@tufjs/models';
import { canonicalize } from '../../engine/index.ts';
import { type SigningKey, sha256Hex } from '../cryptography.ts';
import type { KeyDocument } from '../protocol.ts';

export type RootFile = Metadata<Root>;
export type TargetsFile = Metadata<Targets>;
type Json = Parameters<typeof Metadata.fromJSON>[1];

/** A public key as TUF writes it, for a person or for the hub. */
export function keyDocument(publicHex: string, owner: string): KeyDocument {
  return { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: publicHex }, 'x-kerb-owner': owner };
}

/** A key's id: SHA-256 of its canonical form, without whose it is, so that one key has one id. */
export function keyIdOf(publicHex: string): string {
  return sha256Hex(canonicalize({ keytype: 'ed25519', keyval: { public: publicHex }, scheme: 'ed25519' }));
}

export function readRootFile(bytes: Uint8Array): RootFile {
  return Metadata.fromJSON(MetadataKind.Root, parse(bytes));
}

export function readTargetsFile(bytes: Uint8Array): TargetsFile {
  return Metadata.fromJSON(MetadataKind.Targets, parse(bytes));
}

export function readSnapshotFile(bytes: Uint8Array): Metadata<Snapshot> {
  return Metadata.fromJSON(MetadataKind.Snapshot, parse(bytes));
}

export function readTimestampFile(bytes: Uint8Array): Metadata<Timestamp> {
  return Metadata.fromJSON(MetadataKind.Timestamp, parse(bytes));
}

/** A draft with the signatures that there are for it. */
export function draftWith(
  draft: string,
  signatures: readonly { readonly keyId: string; readonly signature: string }[],
): TargetsFile {
  const listed = signatures.map(({ keyId, signature }) => ({ keyid: keyId, sig: signature }));
  return Metadata.fromJSON(MetadataKind.Targets, { signed: JSON.parse(draft), signatures: listed } as Json);
}

/** Whether a role's file has the signatures that its delegator asks for. */
export function isSignedFor(role: string, file: Metadata<Root | Targets>, delegator: RootFile | TargetsFile): boolean {
  try {
    delegator.verifyDelegate(role, file);
    return true;
  } catch {
    return false;
  }
}

/** Whether one key has signed. */
export function hasSigned(keyId: string, file: Metadata<Root | Targets>, { signed }: RootFile): boolean {
  const key = signed.keys[keyId];
  if (key === undefined) return false;
  try {
    key.verifySignature(file);
    return true;
  } catch {
    return false;
  }
}

/** Who may publish policies: root's word. */
export interface Approvers {
  readonly threshold: number;
  /** By key id. */
  readonly keys: Readonly<Record<string, KeyDocument>>;
}

export function approversOf({ signed }: RootFile): Approvers {
  const { keyIDs = [], threshold = 1 } = signed.roles.targets ?? {};
  const keys = keyIDs.flatMap((id) => {
    const key = signed.keys[id];
    return key === undefined ? [] : [[id, key.toJSON() as KeyDocument] as const];
  });
  return { threshold, keys: Object.fromEntries(keys) };
}

/** Who may sign a role that targets delegate: the policies' word. */
export function delegatesOf({ signed }: TargetsFile, role: string): Approvers {
  const { keyIDs = [], threshold = 1 } = signed.delegations?.roles?.[role] ?? {};
  const keys = keyIDs.flatMap((id) => {
    const key = signed.delegations?.keys[id];
    return key === undefined ? [] : [[id, key.toJSON() as KeyDocument] as const];
  });
  return { threshold, keys: Object.fromEntries(keys) };
}

/** Whose a key is; null where root does not say. */
export function ownerOf(key: KeyDocument | undefined): string | null {
  const owner = key?.['x-kerb-owner'];
  return typeof owner === 'string' && owner !== '' ? owner : null;
}

/** The 32 bytes of an Ed25519 key; null of another kind. */
export function publicKeyIn(key: KeyDocument): Uint8Array | null {
  const { keytype, keyval } = key as { readonly keytype?: unknown; readonly keyval?: { readonly public?: unknown } };
  const hex = keyval?.public;
  return keytype === 'ed25519' && typeof hex === 'string' && /^[0-9a-f]{64}$/i.test(hex)
    ? Buffer.from(hex, 'hex')
    : null;
}

/** Metadata that the hub itself may sign. */
export function signOnline(
  kind: MetadataKind.Snapshot | MetadataKind.Timestamp,
  body: object,
  key: SigningKey,
): Buffer {
  const signed = { _type: kind, spec_version: '1.0.31', ...body };
  const file = Metadata.fromJSON(kind as MetadataKind.Snapshot, { signed, signatures: [] } as unknown as Json);
  const keyID = keyIdOf(Buffer.from(key.publicKey).toString('hex'));
  file.sign((data) => new Signature({ keyID, sig: Buffer.from(key.sign(data)).toString('hex') }));
  return serialised(file);
}

export function serialised(file: Metadata<Root | Targets | Snapshot | Timestamp>): Buffer {
  return Buffer.from(JSON.stringify(file.toJSON()));
}

function parse(bytes: Uint8Array): Json {
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as Json;
}
