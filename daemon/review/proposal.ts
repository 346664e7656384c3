/**
 * What a reviewer is to sign, checked without believing the hub: what is in force is verified as devices verify it, and the
 * draft is made again from the shown bundle. Only if the hub's draft is that very one is there anything to sign.
 */
import { createHash } from 'node:crypto';
import { type Bundle, canonicalize, readBundle } from '../../engine/index.ts';
import {
  bundleVersionOf,
  type ChangeShown,
  type KeyDocument,
  distributionLimits as limits,
  proposedTargets,
} from '../../hub/protocol.ts';
import { UsageError } from '../command.ts';
import { type RootFile, readTargets } from '../sync/tuf/metadata.ts';
import { TrustRefusal } from '../sync/tuf/refusal.ts';
import { firstRoot, type Roots, sha256Of, walkRoots } from '../sync/tuf/roots.ts';
import type { Source } from '../sync/tuf/source.ts';
import { verifyRepository } from '../sync/tuf/verify.ts';
import type { ExceptionsInForce } from './exceptions.ts';

/** What is in force. */
export interface Published {
  readonly root: RootFile;
  /** SHA-256 of the hub's first root: what everything else is measured by. */
  readonly firstRoot: string;
  /** Version of the targets metadata; 0 before the first. */
  readonly version: number;
  readonly bundle: Bundle | null;
  readonly exceptions: ExceptionsInForce;
}

export interface ReadOptions {
  /** As somebody told it beforehand; null to believe the hub. */
  readonly rootSha256: string | null;
  readonly now: number;
}

/** Reads and verifies what is in force. Throws `UsageError`. */
export async function readPublished(source: Source, { rootSha256, now }: ReadOptions): Promise<Published> {
  try {
    const bytes = await source.read('metadata/1.root.json', { maxBytes: limits.root, sha256: null });
    if (bytes === null) throw new UsageError('the hub has no root of trust yet: hold the key ceremony first');
    const pin = firstRoot(bytes);
    if (rootSha256 !== null && pin.sha256 !== rootSha256)
      throw new UsageError(`the hub's first root is ${pin.sha256}, and not the one that --root names: sign nothing`);
    const roots = await walkRoots(source, pin);
    const isEmpty =
      (await source.read('metadata/timestamp.json', { maxBytes: limits.timestamp, sha256: null })) === null;
    if (isEmpty) return { root: roots.newest, firstRoot: pin.sha256, version: 0, bundle: null, exceptions: none };
    return { ...(await inForce(source, roots, now)), root: roots.newest, firstRoot: pin.sha256 };
  } catch (error) {
    if (error instanceof TrustRefusal)
      throw new UsageError(`what the hub has published is not believed: ${error.message}`);
    throw error;
  }
}

/** The bundle of a change, if the draft publishes it and nothing else. Throws `UsageError`. */
export function checkProposal(change: ChangeShown, { root, version, bundle: before }: Published): Bundle {
  const { id, author, title, number, draft } = change;
  const bundle = readBundle(change.bundle);
  if (typeof bundle === 'string') throw new UsageError(`the bundle of this change cannot be read: ${bundle}`);
  if (bundle.version !== number || number <= (before?.version ?? 0))
    throw new UsageError(`the change says that it is bundle ${number}, and that does not fit: sign nothing`);
  const expected = proposedTargets({
    version: version + 1,
    expires: termOf(draft.expires),
    bundle: { number, length: Buffer.byteLength(change.bundle), sha256: sha256(change.bundle) },
    change: { id, author, title },
    approvers: approversOf(root),
  });
  if (canonicalize(expected) !== canonicalize(draft))
    throw new UsageError('what is to be signed is not what is shown: sign nothing, and ask who runs the hub');
  return bundle;
}

/** Root's approvers by key id. */
export function approversOf({ signed }: RootFile): Readonly<Record<string, KeyDocument>> {
  const ids = signed.roles.targets?.keyIDs ?? [];
  return Object.fromEntries(ids.map((id) => [id, (signed.keys[id]?.toJSON() ?? {}) as KeyDocument]));
}

const none: ExceptionsInForce = { version: 0, text: null, approvers: {} };

async function inForce(
  source: Source,
  { pin }: Roots,
  now: number,
): Promise<Pick<Published, 'version' | 'bundle' | 'exceptions'>> {
  const device = { id: '', labels: {} };
  const verified = await verifyRepository(source, { trust: { root: pin, seen: {} }, device, version: null, at: now });
  const { targets: version = 0, exceptions = 0 } = verified.trust.seen;
  const approvers = delegatesIn(verified.files.get(`metadata/${version}.targets.json`));
  const text = verified.bundle?.exceptions ?? null;
  return { version, bundle: newestBundle(verified.files), exceptions: { version: exceptions, text, approvers } };
}

/** Who may sign exceptions, as verified targets say. */
function delegatesIn(targets: Buffer | undefined): ExceptionsInForce['approvers'] {
  const delegations = targets === undefined ? undefined : readTargets('targets', targets).signed.delegations;
  const ids = delegations?.roles?.exceptions?.keyIDs ?? [];
  return Object.fromEntries(ids.map((id) => [id, (delegations?.keys[id]?.toJSON() ?? {}) as KeyDocument]));
}

/** A reviewer sees the newest, whichever stage of a rollout a device would be in. */
function newestBundle(files: ReadonlyMap<string, Buffer>): Bundle | null {
  for (const [name, bytes] of files) {
    const target = name.replace(/^targets\//, '').replace(`${sha256Of(bytes)}.`, '');
    const bundle = bundleVersionOf(target) === null ? null : readBundle(bytes.toString('utf8'));
    if (bundle !== null && typeof bundle !== 'string') return bundle;
  }
  return null;
}

function termOf(expires: unknown): string {
  if (typeof expires === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(expires)) return expires;
  throw new UsageError('the draft does not say until when it holds: sign nothing');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
