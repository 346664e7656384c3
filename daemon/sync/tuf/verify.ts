/** The one place that makes a `VerifiedBundle`: from a repository that holds together, what governs this device. */
import {
  type ApproverKeys,
  type Organisation,
  organisationOf,
  type Revocations,
  type Ring,
  readRollout,
  revocationsWith,
  ringOf,
  type VerifiedBundle,
  withProvenApprovals,
} from '../../../engine/index.ts';
import {
  bundleTarget,
  bundleVersionOf,
  exceptionsTarget,
  distributionLimits as limits,
  rolloutTarget,
} from '../../../hub/protocol.ts';
import { approverKeysIn } from './approvers.ts';
import type { SignedTarget } from './delegation.ts';
import { readTargets } from './metadata.ts';
import { refuse } from './refusal.ts';
import { sha256Of, type TrustMemory } from './roots.ts';
import type { Source } from './source.ts';
import { type Repository, type TrustState, walk } from './walk.ts';

/** Characters: of some 20,000. */
const maxRevocations = 2_500_000;

/** Who asks, and what it remembers. */
export interface VerifyOptions {
  readonly trust: TrustState;
  readonly device: { readonly id: string; readonly labels: Readonly<Record<string, string>> };
  /** The number of the bundle that is in force; null before the first. */
  readonly version: number | null;
  /** What it has seen revoked. */
  readonly revoked?: Revocations | undefined;
  /** The time that counts for terms: the clock's over the network, that of the last contact over the copy. */
  readonly at: number;
  readonly memory?: TrustMemory;
}

/** A repository that was verified, metadata and targets. */
export interface Verified {
  readonly trust: TrustState;
  /** Null where the hub has published no policies yet. */
  readonly bundle: VerifiedBundle | null;
  readonly organisation: Organisation | null;
  readonly version: number | null;
  /** `exceptions.json` as it was signed: what the next one goes on from. */
  readonly exceptions: string | null;
  /** What this device has seen revoked by now. */
  readonly revoked: Revocations;
  /** Every file that it rests on, by name: what the copy on the disk has to hold. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** Verifies all of a repository that matters to this device. Throws `TrustRefusal`. */
export async function verifyRepository(source: Source, options: VerifyOptions): Promise<Verified> {
  const repository = await walk(source, options);
  const files = new Map(repository.files);
  const read = async (path: string): Promise<string | null> => {
    const target = repository.targets.get(path);
    if (target === undefined) return null;
    const bytes = await readTarget(source, target);
    files.set(nameOf(target), bytes);
    return bytes.toString('utf8');
  };
  const ring = ringIn(await read(rolloutTarget), options);
  const version = ring?.version ?? highestIn(repository);
  checkNumber(version, options.version);
  const text = version === null ? null : await read(bundleTarget(version));
  if (version !== null && text === null) throw refuse.missing(bundleTarget(version));
  const signed = await read(exceptionsTarget);
  const revoked = revokedWith(signed, options);
  const exceptions = signed === null ? null : withProvenApprovals(signed, approversIn(repository));
  const bundle = text === null ? null : verifiedBundle({ bundle: text, exceptions, ring });
  const organisation = usable(bundle, version);
  return { trust: repository.trust, bundle, organisation, version, exceptions: signed, revoked, files };
}

function approversIn({ files, trust }: Repository): ApproverKeys {
  const bytes = files.get(`metadata/${trust.seen.targets}.targets.json`);
  return bytes === undefined ? new Map() : approverKeysIn(readTargets('targets', bytes));
}

function verifiedBundle(texts: Pick<VerifiedBundle, 'bundle' | 'exceptions' | 'ring'>): VerifiedBundle {
  return texts as VerifiedBundle;
}

/** A target as it was signed for. Throws `TrustRefusal`. */
export async function readTarget(source: Source, target: SignedTarget): Promise<Buffer> {
  const { path, length, sha256 } = target;
  if (length > limits.target) throw refuse.oversized(path, limits.target);
  const bytes = await source.read(nameOf(target), { maxBytes: length, sha256 });
  if (bytes === null) throw refuse.missing(path);
  if (bytes.length !== length || sha256Of(bytes) !== sha256) throw refuse.tampered(path);
  return bytes;
}

/** Consistent snapshots: the hash stands before the file's own name. */
function nameOf({ path, sha256 }: SignedTarget): string {
  const slash = path.lastIndexOf('/') + 1;
  return `targets/${path.slice(0, slash)}${sha256}.${path.slice(slash)}`;
}

function ringIn(text: string | null, { device, version }: VerifyOptions): Ring | null {
  if (text === null) return null;
  const rollout = readRollout(text);
  if (typeof rollout === 'string') throw refuse.unusable(rolloutTarget, rollout);
  return ringOf(rollout, { ...device, version }, { sha256: (value) => sha256Of(Buffer.from(value)) });
}

function highestIn({ targets }: Repository): number | null {
  const numbers = [...targets.keys()].map(bundleVersionOf).filter((version) => version !== null);
  return numbers.length === 0 ? null : Math.max(...numbers);
}

/** The number of the bundle in force never goes down, whatever was signed. */
function checkNumber(version: number | null, before: number | null): void {
  if (before !== null && (version === null || version < before))
    throw refuse.rollback('policies', version ?? 0, before);
}

/** What was revoked stays revoked: one person's signature is under the exceptions, and theirs alone does not bring one back. */
function revokedWith(exceptions: string | null, { revoked = {}, at }: VerifyOptions): Revocations {
  if (exceptions === null) return revoked;
  const reading = revocationsWith(revoked, exceptions, at);
  if (reading.kind === 'takenBack') throw refuse.takenBack(exceptionsTarget, reading);
  const { revocations } = reading;
  if (JSON.stringify(revocations).length > maxRevocations)
    throw refuse.unusable(exceptionsTarget, 'more was revoked before its end than a device remembers');
  return revocations;
}

function usable(bundle: VerifiedBundle | null, version: number | null): Organisation | null {
  if (bundle === null || version === null) return null;
  const path = bundleTarget(version);
  const organisation = organisationOf(bundle);
  if (typeof organisation === 'string') throw refuse.unusable(path, organisation);
  if (organisation.revision !== String(version))
    throw refuse.unusable(path, `it says that it is ${organisation.revision}`);
  return organisation;
}
