/** Which targets are signed for, and by whom: the roles in order of trust, each within what was delegated to it. */
import type { TargetFile } from '@tufjs/models';
import { distributionLimits as limits } from '../../../hub/protocol.ts';
import type { Delegator, TargetsFile } from './metadata.ts';
import { refuse } from './refusal.ts';

/** What was signed of a target: how long it is, and its hash. */
export interface SignedTarget {
  readonly path: string;
  readonly length: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly role: string;
}

export interface Targets {
  readonly targets: ReadonlyMap<string, SignedTarget>;
  /** Versions of the roles that were read. */
  readonly versions: Readonly<Record<string, number>>;
}

/** Reads a role on its delegator's word; null where it has never signed anything. */
type ReadRole = (role: string, delegator: Delegator) => Promise<TargetsFile | null>;

/** A role that waits to be read. */
interface Visit {
  readonly role: string;
  readonly delegator: Delegator;
  /** Whether a path was delegated to it, all the way down. */
  readonly mayName: (path: string) => boolean;
  /** Whether a terminating role before it has the last word on a path. */
  readonly isSettled: (path: string) => boolean;
}

/**
 * Visits the roles in preorder, the most trusted first: of two that name a path, the first counts. A role that names a path
 * outside of its delegation has the whole refused, since whoever does that does not mean well. Throws `TrustRefusal`.
 */
export async function collectTargets(root: Delegator, readRole: ReadRole): Promise<Targets> {
  const targets = new Map<string, SignedTarget>();
  const versions = new Map<string, number>();
  const visits: Visit[] = [{ role: 'targets', delegator: root, mayName: () => true, isSettled: () => false }];
  for (let visit = visits.shift(); visit !== undefined; visit = visits.shift()) {
    const { role, delegator, mayName, isSettled } = visit;
    if (versions.has(role)) continue;
    if (versions.size >= limits.roles) throw refuse.endless('targets', limits.roles);
    const file = await readRole(role, delegator);
    if (file === null) continue;
    versions.set(role, file.signed.version);
    for (const [path, target] of Object.entries(file.signed.targets)) {
      if (!mayName(path)) throw refuse.wrongPath(role, path);
      if (!targets.has(path) && !isSettled(path)) targets.set(path, signedTarget(role, path, target));
    }
    visits.unshift(...delegatedBy(file, visit));
  }
  return { targets, versions: Object.fromEntries(versions) };
}

function delegatedBy(file: TargetsFile, { mayName, isSettled }: Visit): readonly Visit[] {
  const roles = Object.values(file.signed.delegations?.roles ?? {});
  return roles.map((delegated, index) => {
    const terminating = roles.slice(0, index).filter((other) => other.terminating);
    return {
      role: delegated.name,
      delegator: file,
      mayName: (path) => mayName(path) && delegated.isDelegatedPath(path),
      isSettled: (path) => isSettled(path) || terminating.some((other) => other.isDelegatedPath(path)),
    };
  });
}

export function signedTarget(role: string, path: string, { length, hashes }: TargetFile): SignedTarget {
  const sha256 = hashes.sha256;
  if (sha256 === undefined || !/^[0-9a-f]{64}$/.test(sha256))
    throw refuse.unreadable(path, 'it is signed for without a SHA-256');
  return { path, length, sha256, role };
}
