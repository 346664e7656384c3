/**
 * What a reviewer is to sign, checked without believing the hub: what is in force is verified as devices verify it, and the
 * draft is made again from the shown bundle. Only if the hub's draft is that very one is there anything to sign.
 */
import { createHash } from 'node:crypto';
import {
  type Bundle,
  beginRollout,
  canonicalize,
  formatBundle,
  formatRollout,
  type Rollout,
  readBundle,
  readRollout,
} from '../../engine/index.ts';
import {
  bundleTarget,
  bundleVersionOf,
  type ChangeShown,
  type KeyDocument,
  distributionLimits as limits,
  proposedTargets,
  rolloutTarget,
  type Sealed,
} from '../../hub/protocol.ts';
import { UsageError } from '../command.ts';
import { approverKeysIn } from '../sync/tuf/approvers.ts';
import { signedTarget } from '../sync/tuf/delegation.ts';
import { type RootFile, readTargets, type TargetsFile } from '../sync/tuf/metadata.ts';
import { TrustRefusal } from '../sync/tuf/refusal.ts';
import { firstRoot, type Roots, walkRoots } from '../sync/tuf/roots.ts';
import type { Source } from '../sync/tuf/source.ts';
import { readTarget, verifyRepository } from '../sync/tuf/verify.ts';
import type { ExceptionsInForce } from './exceptions.ts';

/** What is in force. */
export interface Published {
  readonly root: RootFile;
  /** SHA-256 of the hub's first root: what everything else is measured by. */
  readonly firstRoot: string;
  /** Version of the targets metadata; 0 before the first. */
  readonly version: number;
  /** The newest, also where a rollout has not reached everybody. */
  readonly bundle: Bundle | null;
  readonly rollout: Rollout | null;
  /** What is signed for, by name. */
  readonly sealed: Readonly<Record<string, Sealed>>;
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
    if (isEmpty) return { root: roots.newest, firstRoot: pin.sha256, ...nothingYet };
    return { ...(await inForce(source, roots, now)), root: roots.newest, firstRoot: pin.sha256 };
  } catch (error) {
    if (error instanceof TrustRefusal)
      throw new UsageError(`what the hub has published is not believed: ${error.message}`);
    throw error;
  }
}

/** What a change would put in force. */
export interface Proposed {
  readonly bundle: Bundle;
  readonly rollout: Rollout | null;
}

/** The bundle of a change and its rollout, if the draft publishes them and nothing else. Throws `UsageError`. */
export function checkProposal(change: ChangeShown, published: Published): Proposed {
  const { id, author, title, number, draft } = change;
  const bundle = readBundle(change.bundle);
  if (typeof bundle === 'string') throw new UsageError(`the bundle of this change cannot be read: ${bundle}`);
  const rollout = checkRollout(change, bundle, published);
  if (bundle.version !== number || (number <= (published.bundle?.version ?? 0) && !isFurther(rollout)))
    throw new UsageError(`the change says that it is bundle ${number}, and that does not fit: sign nothing`);
  const expected = proposedTargets({
    version: published.version + 1,
    expires: termOf(draft.expires),
    bundle: { number, ...sealOf(change.bundle) },
    rollout: rollout === null ? null : sealedRollout(rollout, change, published),
    change: { id, author, title },
    approvers: approversOf(published.root),
  });
  if (canonicalize(expected) !== canonicalize(draft))
    throw new UsageError('what is to be signed is not what is shown: sign nothing, and ask who runs the hub');
  return { bundle, rollout };
}

/** A rollout begins with its first stage from what is in force, or it is the one in force with one stage more. */
function checkRollout({ id, rollout: text }: ChangeShown, after: Bundle, published: Published): Rollout | null {
  const rollout = text === null ? null : readRollout(text);
  if (rollout === null) return null;
  if (typeof rollout === 'string') throw new UsageError(`the rollout of this change cannot be read: ${rollout}`);
  const { bundle: before, rollout: standing } = published;
  const expected = isFurther(rollout)
    ? standing && { ...standing, begun: standing.begun + 1 }
    : before && beginRollout(id, { before, after, plan: rollout });
  if (expected === null || formatRollout(expected) !== text || rollout.version !== after.version)
    throw new UsageError('the rollout does not go on from what is in force: sign nothing, and ask who runs the hub');
  if (
    isFurther(rollout) &&
    sealOf(formatBundle(after)).sha256 !== published.sealed[bundleTarget(after.version)]?.sha256
  )
    throw new UsageError('the next stage has another bundle than the one before: sign nothing');
  return rollout;
}

function isFurther(rollout: Rollout | null): boolean {
  return rollout !== null && rollout.begun > 1;
}

function sealedRollout(rollout: Rollout, { rollout: text }: ChangeShown, { sealed }: Published) {
  const base = sealed[bundleTarget(rollout.base)];
  if (base === undefined) throw new UsageError(`bundle ${rollout.base} is not in force: sign nothing`);
  return { document: sealOf(text ?? ''), base: { number: rollout.base, ...base } };
}

/** Root's approvers by key id. */
export function approversOf({ signed }: RootFile): Readonly<Record<string, KeyDocument>> {
  const ids = signed.roles.targets?.keyIDs ?? [];
  return Object.fromEntries(ids.map((id) => [id, (signed.keys[id]?.toJSON() ?? {}) as KeyDocument]));
}

const nothingYet = {
  ...{ version: 0, bundle: null, rollout: null, sealed: {} },
  exceptions: { version: 0, text: null, approvers: new Map() },
} as const;

async function inForce(source: Source, { pin }: Roots, now: number): Promise<Omit<Published, 'root' | 'firstRoot'>> {
  const device = { id: '', labels: {} };
  const verified = await verifyRepository(source, { trust: { root: pin, seen: {} }, device, version: null, at: now });
  const { targets: version = 0, exceptions = 0 } = verified.trust.seen;
  const bytes = verified.files.get(`metadata/${version}.targets.json`);
  if (bytes === undefined) throw new UsageError('the hub has published no policies');
  const targets = readTargets('targets', bytes);
  const signed = await readTargetTexts(source, targets);
  return {
    version,
    ...signed,
    exceptions: { version: exceptions, text: verified.exceptions, approvers: approverKeysIn(targets) },
  };
}

/** A reviewer sees the newest, whichever stage of a rollout a device would be in. */
async function readTargetTexts(
  source: Source,
  { signed: { targets } }: TargetsFile,
): Promise<Pick<Published, 'bundle' | 'rollout' | 'sealed'>> {
  const sealed: Record<string, Sealed> = {};
  const texts = new Map<string, string>();
  for (const [path, file] of Object.entries(targets)) {
    const target = signedTarget('targets', path, file);
    sealed[path] = { length: target.length, sha256: target.sha256 };
    texts.set(path, (await readTarget(source, target)).toString('utf8'));
  }
  const newest = Math.max(0, ...Object.keys(sealed).map((path) => bundleVersionOf(path) ?? 0));
  const bundle = readBundle(texts.get(bundleTarget(newest)) ?? '');
  const rollout = readRollout(texts.get(rolloutTarget) ?? '');
  return {
    sealed,
    bundle: typeof bundle === 'string' ? null : bundle,
    rollout: typeof rollout === 'string' ? null : rollout,
  };
}

function termOf(expires: unknown): string {
  if (typeof expires === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(expires)) return expires;
  throw new UsageError('the draft does not say until when it holds: sign nothing');
}

function sealOf(text: string): Sealed {
  return { length: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') };
}
