/** Policies in: the hub's repository verified, kept, and put in force. */
import type { Home } from '../home.ts';
import type { Governing } from './current.ts';
import { copyFolder, type Enrolment, type Trust, writeTrust } from './enrolment.ts';
import type { Hub } from './hub.ts';
import { copySource, throughCopy, writeCopy } from './tuf/copy.ts';
import { type Freshness, hubSource } from './tuf/hubSource.ts';
import { type Offer, throughOffer } from './tuf/offer.ts';
import { TrustRefusal } from './tuf/refusal.ts';
import { type Source, timestampName } from './tuf/source.ts';
import { type Verified, verifyRepository } from './tuf/verify.ts';

export interface FetchOptions {
  readonly home: Home;
  readonly hub: Hub;
  readonly enrolment: Enrolment;
  readonly trust: Trust;
  readonly freshness: Freshness;
  /** What the hub has sent by itself. */
  readonly offer: Offer;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface Fetched {
  readonly trust: Trust;
  readonly governing: Governing;
  /** Why what the hub had sent by itself was not believed, and it was asked instead; null where that was not so. */
  readonly passedOver: string | null;
}

/** Fetches and verifies. Throws `HubFailure` and `TrustRefusal`, and then nothing has changed. */
export async function fetchPolicies(options: FetchOptions): Promise<Fetched> {
  const { home, hub, enrolment, trust, freshness, offer, now } = options;
  const folder = copyFolder(home);
  const labels = hub.labels() ?? trust.labels;
  const device = { id: enrolment.device, labels };
  const verify = (source: Source): Promise<Verified> =>
    verifyRepository(throughCopy(copySource(folder), source), {
      ...{ trust, device, version: trust.version, revoked: trust.revoked, at: now, memory: freshness },
    });
  try {
    const { verified, passedOver } = await verifyOffered({ hub, freshness, offer }, verify);
    // The copy first: with an old note beside it, it verifies all the same. A note of what is not there would not.
    writeCopy(folder, verified.files);
    const { version, revoked } = verified;
    const next: Trust = { ...verified.trust, version, revoked, labels, refreshedAt: now };
    writeTrust(home, next);
    const { organisation, bundle } = verified;
    return { trust: next, governing: { organisation, bundle, refreshedAt: now }, passedOver };
  } catch (error) {
    // Whatever is wrong, the next round asks for all of it.
    freshness.timestamp = null;
    throw error;
  }
}

/** What was offered comes first. Where it is not believed, the hub's answers decide: an offer may be late, or somebody else's. */
export async function verifyOffered(
  { hub, freshness, offer }: Pick<FetchOptions, 'hub' | 'freshness' | 'offer'>,
  verify: (source: Source) => Promise<Verified>,
): Promise<{ readonly verified: Verified; readonly passedOver: string | null }> {
  const source = hubSource(hub, freshness);
  if (offer.files.size === 0) return { verified: await verify(source), passedOver: null };
  try {
    const verified = await verify(throughOffer(offer, source));
    const bytes = verified.files.get(timestampName);
    const isOffered = bytes !== undefined && bytes === offer.files.get(timestampName);
    if (isOffered && offer.etag !== null) freshness.timestamp = { etag: offer.etag, bytes };
    return { verified, passedOver: null };
  } catch (error) {
    if (!(error instanceof TrustRefusal)) throw error;
    return { verified: await verify(source), passedOver: error.message };
  }
}
