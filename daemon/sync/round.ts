/** One round with the hub: policies in; journal and requests out. What fails is said, and what was in force stays in force. */
import { type DeviceStatus, hubPaths } from '../../hub/protocol.ts';
import type { Home } from '../home.ts';
import type { ReplayDesk } from '../replay/desk.ts';
import type { Store } from '../store/store.ts';
import { version } from '../version.ts';
import { type Governing, readStanding, type Standing } from './current.ts';
import { type DeviceKey, loadDeviceKey } from './deviceKey.ts';
import { copyFolder } from './enrolment.ts';
import { sendFeedback } from './feedback.ts';
import { connectHub, type Hub } from './hub.ts';
import { keyStoreNamed } from './keyStore.ts';
import { HubFailure, type Network } from './network.ts';
import { fetchPolicies } from './policies.ts';
import { exchangeReplays } from './replays.ts';
import { exchangeRequests } from './requests.ts';
import { copySource } from './tuf/copy.ts';
import type { Freshness } from './tuf/hubSource.ts';
import type { RootFile } from './tuf/metadata.ts';
import { TrustRefusal } from './tuf/refusal.ts';
import { walkRoots } from './tuf/roots.ts';
import { uploadJournal } from './upload.ts';
import { alarmWords, witness } from './witness.ts';

/** What came of a round. */
export interface Round {
  /** `none`: this device belongs to no hub. */
  readonly kind: 'done' | 'none' | 'failed';
  /** What governs now; undefined where this round did not get to know. */
  readonly governing?: Governing;
  /** The bundle's number before and after. */
  readonly before: number | null;
  readonly after: number | null;
  /** Entries of the journal that the hub has acknowledged in this round. */
  readonly uploaded: number;
  /** Why policies were not believed. */
  readonly refusal: string | null;
  /** Why the hub could not be worked with. */
  readonly failure: string | null;
  /** What this device has seen of the hub's log that must not be; it stands until somebody has looked. */
  readonly alarm: string | null;
}

/** What lasts from round to round. */
export interface Connection {
  readonly hub: Hub;
  readonly key: DeviceKey;
  readonly freshness: Freshness;
  /** The status that the hub has, as JSON. */
  reported: string | null;
}

export interface RoundOptions {
  readonly home: Home;
  /** Null where this runtime cannot open it: then policies come in, and the journal waits. */
  readonly store: Store | null;
  readonly network: Network;
  /** What works on replays, where this device agrees to them; null where it does not, or nothing here could. */
  readonly replays?: () => ReplayDesk | null;
  /** Between 0 and 1. */
  readonly chance?: () => number;
}

type Enrolled = Extract<Standing, { kind: 'enrolled' }>;

const nothing = { before: null, after: null, uploaded: 0, refusal: null, failure: null, alarm: null } as const;

/** Makes the connection of an enrolled device, or says why there is none. */
export async function connect({ home, network }: RoundOptions): Promise<Connection | Round> {
  const standing = readStanding(home);
  if (standing.kind === 'none') return { kind: 'none', ...nothing };
  if (standing.kind === 'problem') return { kind: 'failed', ...nothing, failure: standing.message };
  const { enrolment } = standing;
  const store = keyStoreNamed(home, enrolment.keptIn);
  const key = store === null ? null : await loadDeviceKey(enrolment.keyId, store);
  if (key === null)
    return {
      kind: 'failed',
      ...nothing,
      failure: `the device key is not in ${store?.place ?? 'its key store'}: unlock that, or run \`kerb enroll\` again`,
    };
  return { hub: connectHub({ enrolment, key, network }), key, freshness: { timestamp: null }, reported: null };
}

/** Does one round. Never throws for what the hub, the network or the copy does. */
export async function doRound(connection: Connection, options: RoundOptions): Promise<Round> {
  const standing = readStanding(options.home);
  if (standing.kind === 'none') return { kind: 'none', ...nothing };
  if (standing.kind === 'problem') return { kind: 'failed', ...nothing, failure: standing.message };
  const policies = await bringIn(connection, standing, options);
  const journal = policies.failure === null ? await sendOut(connection, options) : unsent;
  const failure =
    policies.failure ?? journal.failure ?? (await report(connection, options, { ...policies, alarm: journal.alarm }));
  return {
    ...policies,
    uploaded: journal.uploaded,
    alarm: journal.alarm,
    failure,
    kind: (failure ?? policies.refusal) ? 'failed' : 'done',
  };
}

async function bringIn(
  connection: Connection,
  standing: Enrolled,
  { home, network }: RoundOptions,
): Promise<Omit<Round, 'kind' | 'uploaded' | 'alarm'>> {
  const before = standing.trust.version;
  try {
    const { hub, freshness } = connection;
    const { trust, governing } = await fetchPolicies({ home, hub, freshness, now: network.now(), ...standing });
    return { governing, before, after: trust.version, refusal: null, failure: null };
  } catch (error) {
    const unchanged = { before, after: before };
    if (error instanceof TrustRefusal) return { ...unchanged, refusal: error.message, failure: null };
    if (error instanceof HubFailure) return { ...unchanged, refusal: null, failure: error.message };
    throw error;
  }
}

const unsent = { uploaded: 0, failure: null, alarm: null } as const;

/** The journal out, and then a look at the log that it is in. */
async function sendOut(
  { hub, key }: Connection,
  { home, store, network, replays, chance = Math.random }: RoundOptions,
): Promise<Pick<Round, 'uploaded' | 'failure' | 'alarm'>> {
  if (store === null) return unsent;
  const before = store.status().acknowledgedSeq;
  try {
    const uploaded = await uploadJournal({ store, hub, key });
    const exchange = { store, hub, key, now: network.now() };
    await exchangeRequests(exchange);
    await sendFeedback(exchange);
    const root = (): Promise<RootFile | null> => trustedRoot(home);
    await exchangeReplays({ hub, key, desk: replays?.() ?? null, root, now: network.now() });
    const alarm = await witness({ home, hub, store, now: network.now(), chance: chance() });
    return { uploaded, failure: null, alarm: alarm === null ? null : alarmWords(alarm) };
  } catch (error) {
    if (!(error instanceof HubFailure)) throw error;
    return { ...unsent, uploaded: store.status().acknowledgedSeq - before, failure: error.message };
  }
}

/** The newest root in the copy, which this round has verified; null where somebody has changed it since. */
async function trustedRoot(home: Home): Promise<RootFile | null> {
  const standing = readStanding(home);
  if (standing.kind !== 'enrolled') return null;
  try {
    return (await walkRoots(copySource(copyFolder(home)), standing.trust.root)).newest;
  } catch (error) {
    if (error instanceof TrustRefusal) return null;
    throw error;
  }
}

/** Tells the hub where this device stands, where that is news. A hub that does not care may answer 404. */
async function report(
  connection: Connection,
  { home, store }: RoundOptions,
  { governing, refusal, alarm }: Pick<Round, 'governing' | 'refusal' | 'alarm'>,
): Promise<string | null> {
  const standing = readStanding(home);
  if (standing.kind !== 'enrolled' || store === null) return null;
  const { head } = store.status();
  const status: DeviceStatus = {
    revision: standing.trust.version === null ? null : String(standing.trust.version),
    ring: governing?.bundle?.ring?.name ?? null,
    roles: { root: standing.trust.root.version, ...standing.trust.seen },
    journal: { seq: head.seq, head: head.hash },
    refusal: refusal?.slice(0, 2_000) ?? null,
    logAlarm: alarm?.slice(0, 2_000) ?? null,
    kerb: version(),
    platform: process.platform,
  };
  const text = JSON.stringify(status);
  if (text === connection.reported) return null;
  try {
    await connection.hub.send({ method: 'PUT', path: hubPaths.deviceStatus, json: status, maxBytes: 64_000 });
    connection.reported = text;
    return null;
  } catch (error) {
    if (error instanceof HubFailure) return error.message;
    throw error;
  }
}
