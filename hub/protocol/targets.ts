/**
 * The targets metadata that publishes a bundle, as a function: the hub drafts it, and who is to sign makes it again from what
 * they were shown, so that nothing else is in what they sign.
 */
import { bundleTarget, exceptionsTarget } from './distribution.ts';

/** A key as TUF writes it, with the person whose it is: `x-kerb-owner`, in words that root signs for. */
export type KeyDocument = Readonly<Record<string, unknown>>;

export interface TargetsProposal {
  /** Of the metadata. */
  readonly version: number;
  /** RFC 3339, in seconds. */
  readonly expires: string;
  readonly bundle: { readonly number: number; readonly length: number; readonly sha256: string };
  readonly change: { readonly id: string; readonly author: string; readonly title: string };
  /** Root's approvers by key id: each of them may sign exceptions. */
  readonly approvers: Readonly<Record<string, KeyDocument>>;
}

export function proposedTargets({ version, expires, bundle, change, approvers }: TargetsProposal) {
  const { number, length, sha256 } = bundle;
  const ids = Object.keys(approvers).sort();
  return {
    _type: 'targets',
    spec_version: '1.0.31',
    version,
    expires,
    targets: { [bundleTarget(number)]: { length, hashes: { sha256 }, custom: change } },
    delegations: {
      keys: Object.fromEntries(ids.map((id) => [id, approvers[id]])),
      roles: [{ name: 'exceptions', keyids: ids, threshold: 1, terminating: true, paths: [exceptionsTarget] }],
    },
  };
}
