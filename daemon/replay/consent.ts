/** Whether this device replays changes for its hub: by its user's own word, else by the organisation's, else not. */
import type { CurrentOrganisation, ReplayConsent } from '../../engine/index.ts';
import type { Store } from '../store/store.ts';

const key = 'replayConsent';

export function consentOf(organisation: CurrentOrganisation, store: Pick<Store, 'state'>): ReplayConsent {
  const own = ownConsent(store);
  if (own !== null) return own;
  return organisation?.kind === 'organisation' ? organisation.replay : 'refused';
}

/** What the user has said; null where nothing. */
function ownConsent(store: Pick<Store, 'state'>): ReplayConsent | null {
  const said = store.state(key);
  return said === 'allowed' || said === 'refused' ? said : null;
}

/** Null leaves it to the organisation. Returns why it could not be kept, or null. */
export function setConsent(store: Pick<Store, 'setState'>, consent: ReplayConsent | null): string | null {
  const written = store.setState(key, consent);
  return written.kind === 'refused' ? written.message : null;
}
