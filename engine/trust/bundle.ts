/** What the hub's signed repository said, once all of it was verified. */
import type { Ring } from '../organisation/rollout.ts';

declare const verified: unique symbol;

/**
 * Texts whose signatures, versions, hashes and times were verified together. Only the daemon's `sync/tuf/verify.ts` makes
 * one, and only from one can an `Organisation` be made: nothing else governs a gate.
 */
export interface VerifiedBundle {
  readonly [verified]: true;
  /** `policies/N.json`. */
  readonly bundle: string;
  /** `exceptions.json`, of its approvals only those that hold; null where there is none. */
  readonly exceptions: string | null;
  /** What the rollout means for this device; null without a rollout. */
  readonly ring: Ring | null;
}
