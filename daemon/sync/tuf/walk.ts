/**
 * The client workflow of TUF 1.0 (section 5), written once for both directions: over the network with the clock's time, and
 * over the copy on this disk with the time of the last contact. Nothing is kept before all of it holds.
 */
import { distributionLimits as limits } from '../../../hub/protocol.ts';
import { collectTargets, type SignedTarget } from './delegation.ts';
import {
  type Conditions,
  checkSigned,
  checkTerm,
  checkVersion,
  type Delegator,
  type RootFile,
  reading,
  readSnapshot,
  readTargets,
  readTimestamp,
  type SnapshotFile,
  type TargetsFile,
  type TimestampFile,
} from './metadata.ts';
import { refuse } from './refusal.ts';
import { noMemory, type RootPin, seenUnder, sha256Of, type TrustMemory, walkRoots } from './roots.ts';
import type { Source } from './source.ts';

/** What a device remembers of what it has seen. It is no part of the copy on the disk, and decides over it. */
export interface TrustState {
  /** The newest root that was verified. */
  readonly root: RootPin;
  /** The highest version seen of each other role. */
  readonly seen: Readonly<Record<string, number>>;
}

/** A repository whose metadata holds together. */
export interface Repository {
  readonly trust: TrustState;
  /** Every target that somebody entitled signed for, by path. */
  readonly targets: ReadonlyMap<string, SignedTarget>;
  /** The metadata as it was read, by name. */
  readonly files: ReadonlyMap<string, Buffer>;
}

export interface WalkOptions {
  readonly trust: TrustState;
  /** The time that counts, in milliseconds since 1970. */
  readonly at: number;
  readonly memory?: TrustMemory;
}

/** Reads and verifies all metadata. Throws `TrustRefusal`. */
export async function walk(source: Source, { trust, at, memory = noMemory() }: WalkOptions): Promise<Repository> {
  const roots = await walkRoots(source, trust.root, memory);
  const root = roots.newest;
  const conditions: Conditions = { at, seen: seenUnder(roots.chain, trust.seen), keys: memory.keys };
  const files = new Map(roots.files);
  const read = async (name: string, maxBytes: number, sha256: string | null): Promise<Buffer> => {
    const bytes = await source.read(name, { maxBytes, sha256 });
    if (bytes === null) throw refuse.missing(name);
    files.set(name, bytes);
    return bytes;
  };
  checkTerm('root', root, conditions);
  const timestampBytes = await read('metadata/timestamp.json', limits.timestamp, null);
  const timestamp = acceptTimestamp(timestampBytes, root, conditions);
  const { version, hashes } = timestamp.signed.snapshotMeta;
  const snapshotBytes = await read(`metadata/${version}.snapshot.json`, limits.snapshot, hashes?.sha256 ?? null);
  const snapshot = acceptSnapshot(snapshotBytes, { root, timestamp, conditions });
  const readRole = async (role: string, delegator: Delegator): Promise<TargetsFile | null> => {
    const named = snapshot.signed.meta[`${role}.json`];
    // A role that was delegated to and has never signed has nothing to say.
    if (named === undefined && role !== 'targets') return null;
    if (named === undefined) throw refuse.missing(`${role}.json`);
    const name = `metadata/${named.version}.${encodeURIComponent(role)}.json`;
    const bytes = await read(name, limits.targets, named.hashes?.sha256 ?? null);
    return acceptTargets(bytes, { role, delegator, snapshot, conditions });
  };
  const { targets, versions } = await collectTargets(root, readRole);
  const seen = {
    ...conditions.seen,
    timestamp: timestamp.signed.version,
    snapshot: snapshot.signed.version,
    ...versions,
  };
  return { trust: { root: roots.pin, seen }, targets, files };
}

function acceptTimestamp(bytes: Buffer, root: RootFile, conditions: Conditions): TimestampFile {
  return reading('timestamp', () => {
    const timestamp = readTimestamp(bytes);
    checkSigned('timestamp', timestamp, root, conditions.keys);
    checkVersion('timestamp', timestamp.signed.version, conditions);
    checkVersion('snapshot', timestamp.signed.snapshotMeta.version, conditions);
    checkTerm('timestamp', timestamp, conditions);
    return timestamp;
  });
}

interface SnapshotOptions {
  readonly root: RootFile;
  readonly timestamp: TimestampFile;
  readonly conditions: Conditions;
}

function acceptSnapshot(bytes: Buffer, { root, timestamp, conditions }: SnapshotOptions): SnapshotFile {
  return reading('snapshot', () => {
    const named = timestamp.signed.snapshotMeta;
    const snapshot = readSnapshot(bytes);
    checkSigned('snapshot', snapshot, root, conditions.keys);
    if (snapshot.signed.version !== named.version)
      throw refuse.mixed('snapshot', snapshot.signed.version, named.version, 'the timestamp');
    checkBytes('snapshot', bytes, { named, by: 'the timestamp' });
    for (const [role, seen] of Object.entries(conditions.seen)) {
      if (role === 'timestamp' || role === 'snapshot') continue;
      const meta = snapshot.signed.meta[`${role}.json`];
      if (meta === undefined) throw refuse.vanished(role, seen);
      checkVersion(role, meta.version, conditions);
    }
    checkTerm('snapshot', snapshot, conditions);
    return snapshot;
  });
}

interface TargetsOptions {
  readonly role: string;
  readonly delegator: Delegator;
  readonly snapshot: SnapshotFile;
  readonly conditions: Conditions;
}

function acceptTargets(bytes: Buffer, { role, delegator, snapshot, conditions }: TargetsOptions): TargetsFile {
  return reading(role, () => {
    const named = snapshot.signed.meta[`${role}.json`];
    const targets = readTargets(role, bytes);
    checkSigned(role, targets, delegator, conditions.keys);
    if (named === undefined || targets.signed.version !== named.version)
      throw refuse.mixed(role, targets.signed.version, named?.version ?? 0, 'the snapshot');
    checkBytes(role, bytes, { named, by: 'the snapshot' });
    checkTerm(role, targets, conditions);
    return targets;
  });
}

interface Named {
  readonly length?: number | undefined;
  readonly hashes?: Readonly<Record<string, string>> | undefined;
}

/** A hash is optional in TUF; where there is one, it binds the parts of one publication to each other. */
function checkBytes(role: string, bytes: Buffer, { named, by }: { readonly named: Named; readonly by: string }): void {
  const { length, hashes } = named;
  const wanted = hashes?.sha256;
  const isOther =
    (length !== undefined && length !== bytes.length) || (wanted !== undefined && wanted !== sha256Of(bytes));
  if (isOther) throw refuse.mixed(role, 'another text', 'its hash', by);
}
