/**
 * How policies, exceptions and rollouts reach a device: a TUF 1.0 repository with consistent snapshots, below `metadata`
 * and `targets` (`hubPaths`). Keys are Ed25519. What a target says is read by the engine; this names the targets.
 *
 * | target            | role                          | what it is                                                    |
 * |-------------------|-------------------------------|---------------------------------------------------------------|
 * | `policies/N.json` | `targets` (M of N approvers)  | bundle N: policy texts and the organisation's rules           |
 * | `rollout.json`    | `targets`, or delegated       | who gets which bundle; without it, all get the highest        |
 * | `exceptions.json` | delegated, role `exceptions`  | every approved exception in force                             |
 *
 * A delegated role signs only what its `paths` name: a target outside of them makes a device refuse the whole. Bundle
 * numbers only grow; going back is publishing the old content under a new number.
 *
 * `GET timestamp.json` answers with an ETag. With `If-None-Match` and `Prefer: wait=N` (RFC 7240) the hub holds the request
 * for at most N seconds, until there is something new, and answers 304 otherwise. Metadata and targets under versioned or
 * hashed names never change.
 *
 * A device that names `publicationType` in the `Accept` of a request that may be held, or of the upgrade to the WebSocket,
 * gets a hint with the files that the newest publication changed. It believes them as little as what it fetches, and fetches
 * what is missing. Whoever does not name it gets what there was before: the timestamp, or the bare hint.
 */
import * as z from 'zod';

export const publicationType = 'application/vnd.kerb.publication+json';

/** Texts by their names below `/v1/tuf/`. Null: there is none of that name, as of the root after the newest. */
export const publishedFiles = z
  .record(z.string().max(300), z.string().nullable())
  .refine((files) => Object.keys(files).length <= distributionLimits.publishedFiles, 'too many files at once');

export const bundleTarget = (version: number): string => `policies/${version}.json`;
/** The number in a bundle's target name; null for another target. */
export function bundleVersionOf(target: string): number | null {
  const match = /^policies\/([1-9]\d{0,14})\.json$/.exec(target);
  return match === null ? null : Number(match[1]);
}
export const exceptionsTarget = 'exceptions.json';
export const rolloutTarget = 'rollout.json';

/** The longest answers that a device takes, in bytes. */
export const distributionLimits = {
  root: 512_000,
  timestamp: 16_384,
  snapshot: 1_000_000,
  targets: 5_000_000,
  /** Any one target. */
  target: 32_000_000,
  /** Root versions in one round. */
  rootRotations: 64,
  /** Roles that are visited in one round. */
  roles: 32,
  /** A hint with its files, and how many those are. */
  publication: 1_048_576,
  publishedFiles: 64,
} as const;
