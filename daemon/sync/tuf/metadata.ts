/**
 * One file of TUF metadata: parsed within bounds, and checked against who may sign it, what was seen of it, and the time.
 * Its form is @tufjs/models'; what that leaves open (one key under two names, numbers that are no versions) is closed here.
 */
import {
  type Key,
  Metadata,
  MetadataKind,
  type Root,
  type Snapshot,
  type Targets,
  type Timestamp,
} from '@tufjs/models';
import { refuse, TrustRefusal } from './refusal.ts';
import { isSignedBy, type KeyMemory, materialOf, signedBytes } from './signature.ts';

export type RootFile = Metadata<Root>;
export type TimestampFile = Metadata<Timestamp>;
export type SnapshotFile = Metadata<Snapshot>;
export type TargetsFile = Metadata<Targets>;

/** Who may sign a role: its delegator's word. */
export type Delegator = RootFile | TargetsFile;

/** What is in force when a file comes. */
export interface Conditions {
  /** The time that counts, in milliseconds since 1970. */
  readonly at: number;
  /** The highest version seen of each role. */
  readonly seen: Readonly<Record<string, number>>;
  readonly keys: KeyMemory;
}

export function readRoot(bytes: Buffer): RootFile {
  const root = Metadata.fromJSON(MetadataKind.Root, parse('root', bytes));
  if (!root.signed.consistentSnapshot) throw refuse.unreadable('root', 'it does not promise consistent snapshots');
  checkKeys('root', root.signed);
  for (const role of ['root', 'timestamp', 'snapshot', 'targets'])
    if (!Object.hasOwn(root.signed.roles, role)) throw refuse.unreadable('root', `it does not say who signs ${role}`);
  return root;
}

export function readTimestamp(bytes: Buffer): TimestampFile {
  return Metadata.fromJSON(MetadataKind.Timestamp, parse('timestamp', bytes));
}

export function readSnapshot(bytes: Buffer): SnapshotFile {
  return Metadata.fromJSON(MetadataKind.Snapshot, parse('snapshot', bytes));
}

export function readTargets(role: string, bytes: Buffer): TargetsFile {
  const targets = Metadata.fromJSON(MetadataKind.Targets, parse(role, bytes));
  const { delegations } = targets.signed;
  if (delegations !== undefined) checkKeys(role, { keys: delegations.keys, roles: delegations.roles ?? {} });
  return targets;
}

/** Throws unless enough of those who may have signed. */
export function checkSigned(
  role: string,
  file: Metadata<Root | Timestamp | Snapshot | Targets>,
  { signed }: Delegator,
  keys: KeyMemory,
): void {
  const isRoot = signed.type === MetadataKind.Root;
  const { keyIDs, threshold } = (isRoot ? signed.roles[role] : signed.delegations?.roles?.[role]) ?? nobody;
  const known = (isRoot ? signed.keys : signed.delegations?.keys) ?? {};
  const bytes = signedBytes(file);
  let good = 0;
  for (const id of keyIDs) {
    const key = Object.hasOwn(known, id) ? known[id] : undefined;
    if (key !== undefined && isSignedBy(key, { file, bytes, keys })) good++;
    if (good === threshold) return;
  }
  const stranger = Object.keys(file.signatures).find((id) => !keyIDs.includes(id));
  throw stranger === undefined
    ? refuse.unsigned(role, good, threshold)
    : refuse.notEntitled(role, stranger, good, threshold);
}

const nobody = { keyIDs: [] as readonly string[], threshold: 1 };

/** Throws where the file is older than one that was seen. */
export function checkVersion(role: string, version: number, { seen }: Conditions): void {
  const known = Object.hasOwn(seen, role) ? (seen[role] ?? 0) : 0;
  if (version < known) throw refuse.rollback(role, version, known);
}

/** Throws where the file has run out. */
export function checkTerm(
  role: string,
  { signed }: Metadata<Root | Timestamp | Snapshot | Targets>,
  { at }: Conditions,
): void {
  if (signed.isExpired(new Date(at))) throw refuse.frozen(role, signed.expires, at);
}

/** Runs a step that reads what came from outside: whatever is wrong with it comes out as a refusal. */
export function reading<T>(file: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof TrustRefusal) throw error;
    const message = error instanceof Error ? error.message : String(error);
    if (/^multiple signatures found/.test(message)) throw refuse.duplicateKey(file, 'one key has signed twice');
    if (/^duplicate key IDs/.test(message)) throw refuse.duplicateKey(file, 'a role names one key twice');
    throw refuse.unreadable(file, 'it is no metadata of the form that was agreed', error);
  }
}

type Json = Parameters<typeof Metadata.fromJSON>[1];

function parse(file: string, bytes: Buffer): Json {
  let data: unknown;
  try {
    data = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw refuse.unreadable(file, 'it is no JSON', error);
  }
  const signed = memberOf(data, 'signed');
  const version = memberOf(signed, 'version');
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1)
    throw refuse.unreadable(file, 'its version is no whole number from 1 on');
  return data as Json;
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

interface KeyRing {
  readonly keys: Readonly<Record<string, Key>>;
  readonly roles: Readonly<Record<string, { readonly keyIDs: readonly string[] }>>;
}

/** Signatures are counted by the key's name: one key under two names would be two signers. */
function checkKeys(file: string, { keys, roles }: KeyRing): void {
  for (const [role, { keyIDs }] of Object.entries(roles)) {
    const named = new Map<string, string>();
    for (const id of keyIDs) {
      const key = Object.hasOwn(keys, id) ? keys[id] : undefined;
      if (key === undefined) continue;
      const material = materialOf(key);
      // Of a kind that nobody here can verify, nothing counts.
      if (material === null) continue;
      const other = named.get(material);
      if (other !== undefined) throw refuse.duplicateKey(file, `role ${role} has one key under two names`);
      named.set(material, id);
    }
  }
}
