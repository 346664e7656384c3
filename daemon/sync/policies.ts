/** Policies in: the hub's repository verified, kept, and put in force. */
import type { Home } from '../home.ts';
import type { Governing } from './current.ts';
import { copyFolder, type Enrolment, type Trust, writeTrust } from './enrolment.ts';
import type { Hub } from './hub.ts';
import { throughCopy, writeCopy } from './tuf/copy.ts';
import { type Freshness, hubSource } from './tuf/hubSource.ts';
import { verifyRepository } from './tuf/verify.ts';

export interface FetchOptions {
  readonly home: Home;
  readonly hub: Hub;
  readonly enrolment: Enrolment;
  readonly trust: Trust;
  readonly freshness: Freshness;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface Fetched {
  readonly trust: Trust;
  readonly governing: Governing;
}

/** Fetches and verifies. Throws `HubFailure` and `TrustRefusal`, and then nothing has changed. */
export async function fetchPolicies({ home, hub, enrolment, trust, freshness, now }: FetchOptions): Promise<Fetched> {
  const folder = copyFolder(home);
  const labels = hub.labels() ?? trust.labels;
  const source = throughCopy(folder, hubSource(hub, freshness));
  try {
    const verified = await verifyRepository(source, {
      trust,
      device: { id: enrolment.device, labels },
      version: trust.version,
      at: now,
    });
    // The copy first: with an old note beside it, it verifies all the same. A note of what is not there would not.
    writeCopy(folder, verified.files);
    const next: Trust = { ...verified.trust, version: verified.version, labels, refreshedAt: now };
    writeTrust(home, next);
    const { organisation, bundle } = verified;
    return { trust: next, governing: { organisation, bundle, refreshedAt: now } };
  } catch (error) {
    // Whatever is wrong, the next round asks for all of it.
    freshness.timestamp = null;
    throw error;
  }
}
