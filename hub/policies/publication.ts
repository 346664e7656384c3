/**
 * The newest publication as it is sent to devices that wait for it: what it changed, in one text that is made once and is the
 * same for all of a tenant. Which rollout stage a device is in, it finds out by itself from these files.
 */
import { isUtf8 } from 'node:buffer';
import { bundleVersionOf, type Hint, distributionLimits as limits, rolloutTarget } from '../protocol.ts';
import type { Store } from '../store/store.ts';
import { readSnapshotFile, readTargetsFile, readTimestampFile } from './metadata.ts';
import { type FetchPublished, timestampName } from './published.ts';
import { targetName } from './shelf.ts';

interface Publication {
  /** Of its timestamp. */
  readonly etag: string;
  /** A hint with files, as JSON. */
  readonly message: Buffer;
}

/** Null where nothing is published. */
export type NewestPublication = (tenant: number) => Promise<Publication | null>;

/** Of so many tenants the text is kept. */
const maxKept = 32;

export function createNewestPublication(
  store: Pick<Store, 'newestFile'>,
  fetchPublished: FetchPublished,
): NewestPublication {
  const kept = new Map<number, { readonly etag: string; readonly made: Promise<Publication> }>();
  return async (tenant) => {
    const timestamp = await fetchPublished(tenant, timestampName);
    if (timestamp === null) return null;
    const { etag, bytes } = timestamp;
    const known = kept.get(tenant);
    if (known?.etag === etag) return known.made;
    const read = async (name: string): Promise<Uint8Array | null> =>
      (await fetchPublished(tenant, name))?.bytes ?? null;
    const make = async (): Promise<Publication> => {
      const root = (await store.newestFile(tenant, 'root'))?.version ?? 0;
      const changed = await filesChanged(bytes, read);
      return { etag, message: messageOf([[timestampName, bytes], ...changed], { etag, nextRoot: root + 1 }) };
    };
    const made = make();
    kept.delete(tenant);
    if (kept.size >= maxKept) kept.delete(kept.keys().next().value!);
    kept.set(tenant, { etag, made });
    made.catch(() => kept.delete(tenant));
    return made;
  };
}

type File = readonly [name: string, bytes: Uint8Array];
type Read = (name: string) => Promise<Uint8Array | null>;

/** What the snapshot that a timestamp names has, and the one before it had not. */
async function filesChanged(timestamp: Uint8Array, read: Read): Promise<readonly File[]> {
  const { version } = readTimestampFile(timestamp).signed.snapshotMeta;
  const name = `metadata/${version}.snapshot.json`;
  const snapshot = await read(name);
  if (snapshot === null) return [];
  const [now, before] = [rolesIn(snapshot), rolesIn(await read(`metadata/${version - 1}.snapshot.json`))];
  const changed = [...now].filter(([role, number]) => before.get(role) !== number);
  const roles = await Promise.all(changed.map(([role, number]) => changedBy(role, [before.get(role), number], read)));
  return [[name, snapshot], ...roles.flat()];
}

/** A role's file, and the targets that are new in it; with a rollout the bundles that it chooses among. */
async function changedBy(
  role: string,
  [before, now]: readonly [number | undefined, number],
  read: Read,
): Promise<readonly File[]> {
  const nameOf = (version: number): string => `metadata/${version}.${encodeURIComponent(role)}.json`;
  const file = await read(nameOf(now));
  if (file === null) return [];
  const [old, signed] = [targetsIn(before === undefined ? null : await read(nameOf(before))), targetsIn(file)];
  const isNew = (path: string): boolean => signed.has(path) && signed.get(path) !== old.get(path);
  // Who comes into a stage needs a bundle that was published before.
  const isChosen = (path: string): boolean => isNew(rolloutTarget) && bundleVersionOf(path) !== null;
  const names = [...signed].filter(([path]) => isNew(path) || isChosen(path)).map(([, name]) => name);
  const targets = await Promise.all(names.map(async (name) => [name, await read(name)] as const));
  return [[nameOf(now), file], ...targets.filter((target): target is File => target[1] !== null)];
}

/** Versions by role. */
function rolesIn(snapshot: Uint8Array | null): ReadonlyMap<string, number> {
  const meta = snapshot === null ? {} : readSnapshotFile(snapshot).signed.meta;
  return new Map(Object.entries(meta).map(([file, { version }]) => [file.replace(/\.json$/, ''), version]));
}

/** The names under which the targets of a role are fetched, by their paths. */
function targetsIn(file: Uint8Array | null): ReadonlyMap<string, string> {
  const targets = file === null ? {} : readTargetsFile(file).signed.targets;
  return new Map(Object.entries(targets).map(([path, { hashes }]) => [path, targetName(path, hashes.sha256 ?? '')]));
}

/** As many files as fit, the smallest first: what is left out is fetched. */
function messageOf(
  files: readonly File[],
  { etag, nextRoot }: { readonly etag: string; readonly nextRoot: number },
): Buffer {
  const carried: Record<string, string | null> = { [`metadata/${nextRoot}.root.json`]: null };
  const hint = { type: 'hint', about: 'policies', etag, files: carried } satisfies Hint;
  let length = JSON.stringify(hint).length;
  for (const [name, bytes] of [...files].sort(([, a], [, b]) => a.length - b.length)) {
    if (!isUtf8(bytes)) continue;
    const text = Buffer.from(bytes).toString('utf8');
    length += Buffer.byteLength(JSON.stringify({ [name]: text }));
    if (length > limits.publication || Object.keys(carried).length >= limits.publishedFiles) break;
    carried[name] = text;
  }
  return Buffer.from(JSON.stringify(hint));
}
