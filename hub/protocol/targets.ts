/**
 * The targets metadata that publishes a bundle, as a function: the hub drafts it, and who is to sign makes it again from what
 * they were shown, so that nothing else is in what they sign.
 */
import { bundleTarget, exceptionsTarget, rolloutTarget } from './distribution.ts';

/** A key as TUF writes it, with the person whose it is: `x-kerb-owner`, in words that root signs for. */
export type KeyDocument = Readonly<Record<string, unknown>>;

/** A text that is signed for. */
export interface Sealed {
  readonly length: number;
  readonly sha256: string;
}

export interface TargetsProposal {
  /** Of the metadata. */
  readonly version: number;
  /** RFC 3339, in seconds. */
  readonly expires: string;
  readonly bundle: Sealed & { readonly number: number };
  /** Where it goes out in stages: the document of that, and the bundle of those whom it has not reached. */
  readonly rollout: { readonly document: Sealed; readonly base: Sealed & { readonly number: number } } | null;
  readonly change: { readonly id: string; readonly author: string; readonly title: string };
  /** Root's approvers by key id: each of them may sign exceptions. */
  readonly approvers: Readonly<Record<string, KeyDocument>>;
}

export function proposedTargets({ version, expires, bundle, rollout, change, approvers }: TargetsProposal) {
  const ids = Object.keys(approvers).sort();
  return {
    _type: 'targets',
    spec_version: '1.0.31',
    version,
    expires,
    targets: {
      [bundleTarget(bundle.number)]: { ...sealed(bundle), custom: change },
      ...(rollout === null
        ? {}
        : { [bundleTarget(rollout.base.number)]: sealed(rollout.base), [rolloutTarget]: sealed(rollout.document) }),
    },
    delegations: {
      keys: Object.fromEntries(ids.map((id) => [id, approvers[id]])),
      roles: [{ name: 'exceptions', keyids: ids, threshold: 1, terminating: true, paths: [exceptionsTarget] }],
    },
  };
}

function sealed({ length, sha256 }: Sealed) {
  return { length, hashes: { sha256 } };
}
