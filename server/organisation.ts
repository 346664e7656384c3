// What the organisation says, as the daemon last told it. It stays in force while there is no daemon.
import { type Organisation, organisationOf, type VerifiedBundle } from '../engine/index.ts';

/** The organisation of a session. */
export interface KnownOrganisation {
  /** The same object for as long as it says the same. */
  current(): Organisation | null;
  /** Why what the daemon told last cannot govern; null where it does. */
  problem(): string | null;
  /** Takes what the daemon told, and answers whether anything is different now. */
  take(verified: Told | null): boolean;
}

/** A verified bundle after its way over the daemon's socket. */
export type Told = Pick<VerifiedBundle, 'bundle' | 'exceptions' | 'ring' | 'refreshedAt'>;

/** Knows nothing at first. */
export function createOrganisation(): KnownOrganisation {
  let known = 'null';
  let current: Organisation | null = null;
  let problem: string | null = null;
  return {
    current: () => current,
    problem: () => problem,
    take(verified) {
      const text = JSON.stringify(verified === null ? null : { ...verified, refreshedAt: 0 });
      if (text === known) return false;
      known = text;
      // The daemon has verified it, and only this user's daemon can have told it. An editor decides nothing for a gate.
      const read = verified === null ? null : organisationOf(verified as VerifiedBundle);
      problem = typeof read === 'string' ? `the organisation’s policies: ${read}` : null;
      if (typeof read !== 'string') current = read;
      return true;
    },
  };
}
