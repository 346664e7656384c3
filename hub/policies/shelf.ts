/** What of a tenant's repository is newest, and the next snapshot and timestamp of it. */
import { type Metadata, MetadataKind, type Snapshot, type Timestamp } from '@tufjs/models';
import { type SigningKey, sha256Hex } from '../cryptography.ts';
import type { PublishedFile } from '../store/query/publication.ts';
import {
  keyIdOf,
  type RootFile,
  readRootFile,
  readSnapshotFile,
  readTargetsFile,
  readTimestampFile,
  signOnline,
  type TargetsFile,
} from './metadata.ts';
import { timestampName } from './published.ts';
import type { Desk } from './ruling.ts';

export interface Shelf {
  readonly root: RootFile | null;
  readonly targets: SignedTargets | null;
  /** What the role `exceptions` has signed last. */
  readonly exceptions: SignedTargets | null;
  readonly snapshot: Metadata<Snapshot> | null;
  readonly timestamp: Metadata<Timestamp> | null;
}

export interface SignedTargets {
  readonly file: TargetsFile;
  readonly bytes: Uint8Array;
}

const hourMs = 3_600_000;
/** A hub that is away for longer than this leaves devices with what they have. */
const timestampMs = 24 * hourMs;
const snapshotMs = 7 * 24 * hourMs;

export async function readShelf({ publications, tenant }: Desk): Promise<Shelf> {
  const newest = async (role: PublishedFile['role']) => (await publications.newestFile(tenant, role))?.bytes ?? null;
  const [root, targets, exceptions, snapshot, timestamp] = [
    await newest('root'),
    await newest('targets'),
    await newest('exceptions'),
    await newest('snapshot'),
    await newest('timestamp'),
  ];
  return {
    root: root === null ? null : readRootFile(root),
    targets: targets === null ? null : { file: readTargetsFile(targets), bytes: targets },
    exceptions: exceptions === null ? null : { file: readTargetsFile(exceptions), bytes: exceptions },
    snapshot: snapshot === null ? null : readSnapshotFile(snapshot),
    timestamp: timestamp === null ? null : readTimestampFile(timestamp),
  };
}

/** The next snapshot, which names what a role has just signed, and the next timestamp, which names that. */
export function nextEnd(shelf: Shelf, signed: PublishedFile, desk: Desk): readonly PublishedFile[] {
  const meta = { ...metaOf(shelf.snapshot), [`${signed.role}.json`]: about(signed) };
  const version = (shelf.snapshot?.signed.version ?? 0) + 1;
  const body = { version, expires: instant(desk.now + snapshotMs), meta };
  const bytes = signOnline(MetadataKind.Snapshot, body, desk.online.snapshot);
  const snapshot = { name: `metadata/${version}.snapshot.json`, role: 'snapshot', version, bytes } as const;
  return [snapshot, nextTimestamp(shelf, snapshot, desk)];
}

/**
 * Why no device would believe what this hub signs; null where root names its keys. So it is after a key was lost, until people
 * sign the next root, and so it is in a replica that was given other key files: what that signs would displace what is good.
 */
export function strangeKeys({ root }: Pick<Shelf, 'root'>, { online }: Pick<Desk, 'online'>): string | null {
  const strange = (['snapshot', 'timestamp'] as const).filter(
    (role) => root !== null && !root.signed.roles[role]!.keyIDs.includes(onlineKeyId(online[role])),
  );
  if (strange.length === 0) return null;
  const files = strange.map((role) => `${role}.key`).join(' and ');
  return `root does not name this hub's ${files}, so that no device would believe what it signs: give all hubs over one database the same five key files, or where that key is lost, sign a new root (kerb hub root)`;
}

/**
 * What has to be signed again before it runs out, or since root names other keys; empty where nothing has. Throws
 * where root does not name the keys of this hub.
 */
export async function renewals(desk: Desk): Promise<readonly PublishedFile[]> {
  const shelf = await readShelf(desk);
  const { root, targets, snapshot, timestamp } = shelf;
  if (root === null || targets === null || snapshot === null || timestamp === null) return [];
  const strange = strangeKeys(shelf, desk);
  if (strange !== null) throw new Error(strange);
  const { online, now, publications, tenant } = desk;
  const isGood = (file: Metadata<Snapshot | Timestamp>, key: SigningKey, termMs: number): boolean =>
    Date.parse(file.signed.expires) - now > termMs / 2 && Object.hasOwn(file.signatures, onlineKeyId(key));
  if (!isGood(snapshot, online.snapshot, snapshotMs)) return nextEnd(shelf, targetsFile(targets), desk);
  if (isGood(timestamp, online.timestamp, timestampMs)) return [];
  const newest = await publications.newestFile(tenant, 'snapshot');
  return newest === null ? [] : [nextTimestamp(shelf, newest, desk)];
}

/** A target under its hash, as consistent snapshots have it. */
export function targetFile(path: string, version: number, text: string): PublishedFile {
  const bytes = Buffer.from(text);
  return { name: targetName(path, sha256Hex(bytes)), role: 'target', version, bytes };
}

export function targetName(path: string, sha256: string): string {
  return `targets/${path.replace(/([^/]+)$/, `${sha256}.$1`)}`;
}

export function targetsFile({ file, bytes }: SignedTargets): PublishedFile {
  const { version } = file.signed;
  return { name: `metadata/${version}.targets.json`, role: 'targets', version, bytes };
}

/** RFC 3339 in seconds, as TUF wants it. */
export function instant(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

export function onlineKeyId({ publicKey }: SigningKey): string {
  return keyIdOf(Buffer.from(publicKey).toString('hex'));
}

function nextTimestamp(shelf: Shelf, snapshot: PublishedFile, { online, now }: Desk): PublishedFile {
  const version = (shelf.timestamp?.signed.version ?? 0) + 1;
  const body = { version, expires: instant(now + timestampMs), meta: { 'snapshot.json': about(snapshot) } };
  const bytes = signOnline(MetadataKind.Timestamp, body, online.timestamp);
  return { name: timestampName, role: 'timestamp', version, bytes };
}

function metaOf(snapshot: Metadata<Snapshot> | null): object {
  return (snapshot?.toJSON() as { signed: { meta: object } } | undefined)?.signed.meta ?? {};
}

function about({ version, bytes }: PublishedFile): object {
  return { version, length: bytes.length, hashes: { sha256: sha256Hex(bytes) } };
}
