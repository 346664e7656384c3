// The organisation, as the daemon last told of it. It stays in force while there is no daemon.
import type { OrganisationAnswer } from '../daemon/protocol.ts';
import { type CurrentOrganisation, organisationOf, type VerifiedBundle } from '../engine/index.ts';

/** The organisation of a session. */
export interface KnownOrganisation {
  /** The same object for as long as it says the same. */
  readonly current: () => CurrentOrganisation;
  /** Takes what the daemon told, and answers whether anything is different now. */
  take(answer: OrganisationAnswer): boolean;
}

/** Knows nothing at first. */
export function createOrganisation(): KnownOrganisation {
  let known = JSON.stringify({ kind: 'none' });
  let current: CurrentOrganisation = null;
  return {
    current: () => current,
    take(answer) {
      const text = JSON.stringify(answer);
      if (text === known) return false;
      known = text;
      current = organisationIn(answer);
      return true;
    },
  };
}

function organisationIn(answer: OrganisationAnswer): CurrentOrganisation {
  switch (answer.kind) {
    case 'none':
      return null;
    case 'problem':
      return answer;
    case 'verified': {
      const { bundle, exceptions, ring } = answer;
      // The daemon has verified them, and only this user's daemon can have told of them. An editor decides for no gate.
      const organisation = organisationOf({ bundle, exceptions, ring } as Partial<VerifiedBundle> as VerifiedBundle);
      return typeof organisation === 'string' ? { kind: 'problem', message: organisation } : organisation;
    }
  }
}
