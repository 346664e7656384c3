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
import { type FailureCode, HubFailure, type Network } from './network.ts';
import { fetchPolicies } from './policies.ts';
import { exchangeReplays } from './replays.ts';
import { exchangeRequests } from './requests.ts';
import { copySource } from './tuf/copy.ts';
import { type Freshness, freshAtFirst } from './tuf/hubSource.ts';
import type { RootFile } from './tuf/metadata.ts';
import { nothingOffered, type Offer } from './tuf/offer.ts';
import { TrustRefusal } from './tuf/refusal.ts';
import { walkRoots } from './tuf/roots.ts';
import { type UploadFrom, uploadJournal } from './upload.ts';
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
  /** Why those that came with a hint were not believed, and the hub was asked instead. */
  readonly passedOver: string | null;
  /** Why the hub could not be worked with. */
  readonly failure: string | null;
  /** Whether that is because the hub could not be reached. */
  readonly isAway: boolean;
  /** How long the hub asks to wait; null where it does not. */
  readonly retryAfterMs: number | null;
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

/** What a step brought, and why it could not be gone on with. */
type Came<Part extends keyof Round> = Pick<Round, Part> & { readonly failure: HubFailure | null };

const untouched = { uploaded: 0, failure: null, alarm: null } as const;
const nothing = {
  ...{ ...untouched, before: null, after: null, refusal: null, passedOver: null, isAway: false, retryAfterMs: null },
} as const;

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
  return { hub: connectHub({ enrolment, key, network }), key, freshness: freshAtFirst(), reported: null };
}

/** Does one round. Never throws for what the hub, the network or the copy does. */
export async function doRound(connection: Connection, options: RoundOptions): Promise<Round> {
  const standing = standingFor(options);
  if (standing.kind !== 'enrolled') return standing;
  const policies = await bringIn(connection, standing, nothingOffered, options);
  const journal = policies.failure === null ? await sendOut(connection, options) : untouched;
  const { alarm } = journal;
  const failure = policies.failure ?? journal.failure;
  const told = failure === null || alarm !== null ? await report(connection, options, { ...policies, alarm }) : null;
  return roundOf({ ...policies, ...journal, failure: failure ?? told });
}

/** Takes in the policies that the hub has sent, and what became of requests. `tell` says so to the hub, or the next whole round. */
export async function takeIn(connection: Connection, offer: Offer, options: RoundOptions): Promise<Round> {
  const standing = standingFor(options);
  if (standing.kind !== 'enrolled') return standing;
  const policies = await bringIn(connection, standing, offer, options);
  const failure = policies.failure ?? (await askAfterRequests(connection, options));
  return roundOf({ ...untouched, ...policies, failure });
}

/** Tells the hub where this device stands between two rounds. Why it could not be told; null where it knows. */
export async function tell(
  connection: Connection,
  options: RoundOptions,
  standing: Pick<Round, 'governing' | 'alarm'>,
): Promise<string | null> {
  return (await report(connection, options, { ...standing, refusal: null }))?.message ?? null;
}

function standingFor({ home }: RoundOptions): Enrolled | Round {
  const standing = readStanding(home);
  if (standing.kind === 'none') return { kind: 'none', ...nothing };
  return standing.kind === 'problem' ? { kind: 'failed', ...nothing, failure: standing.message } : standing;
}

const awayCodes: readonly FailureCode[] = ['unreachable', 'slow', 'failing'];

function roundOf(came: Came<Exclude<keyof Round, 'kind' | 'isAway' | 'retryAfterMs' | 'failure'>>): Round {
  const { failure, refusal } = came;
  return {
    ...came,
    kind: failure === null && refusal === null ? 'done' : 'failed',
    failure: failure?.message ?? null,
    isAway: failure !== null && awayCodes.includes(failure.code),
    retryAfterMs: failure?.retryAfterMs ?? null,
  };
}

async function bringIn(
  connection: Connection,
  { enrolment, trust: known }: Enrolled,
  offer: Offer,
  { home, network }: RoundOptions,
): Promise<Came<'governing' | 'before' | 'after' | 'refusal' | 'passedOver'>> {
  const before = known.version;
  try {
    const { hub, freshness } = connection;
    const asked = { home, hub, freshness, offer, now: network.now(), enrolment, trust: known };
    const { trust, governing, passedOver } = await fetchPolicies(asked);
    return { governing, before, after: trust.version, refusal: null, failure: null, passedOver };
  } catch (error) {
    const unchanged = { before, after: before, passedOver: null };
    if (error instanceof TrustRefusal) return { ...unchanged, refusal: error.message, failure: null };
    if (error instanceof HubFailure) return { ...unchanged, refusal: null, failure: error };
    throw error;
  }
}

async function askAfterRequests(
  { hub, key }: Connection,
  { store, network }: RoundOptions,
): Promise<HubFailure | null> {
  return store === null ? null : failureOf(() => exchangeRequests({ store, hub, key, now: network.now() }));
}

/** The journal out, and then a look at the log that it is in. */
async function sendOut(connection: Connection, options: RoundOptions): Promise<Came<'uploaded' | 'alarm'>> {
  const { store } = options;
  if (store === null) return untouched;
  const own = { ...options, store };
  const journal = await send(connection, own, 'known');
  if (journal.failure !== null && awayCodes.includes(journal.failure.code)) return { ...journal, alarm: null };
  const failure = journal.failure ?? (await failureOf(() => exchangeOthers(connection, own)));
  // A hub that refuses what it is sent is looked at all the more.
  const seen = await lookAtLog(connection, own);
  // A log that is not what it was may be that of a backup, and lack what the hub had acknowledged.
  const again = seen.alarm === null ? untouched : await send(connection, own, 'asked');
  return {
    uploaded: journal.uploaded + again.uploaded,
    failure: failure ?? seen.failure ?? again.failure,
    alarm: seen.alarm,
  };
}

type WithStore = RoundOptions & { readonly store: Store };

async function send({ hub, key }: Connection, { store }: WithStore, from: UploadFrom): Promise<Came<'uploaded'>> {
  const before = store.status().acknowledgedSeq;
  let uploaded = 0;
  const failure = await failureOf(async () => {
    uploaded = await uploadJournal({ store, hub, key }, from);
  });
  if (failure !== null) uploaded = Math.max(0, store.status().acknowledgedSeq - before);
  return { uploaded, failure };
}

async function exchangeOthers({ hub, key }: Connection, { home, store, network, replays }: WithStore): Promise<void> {
  const exchange = { store, hub, key, now: network.now() };
  await exchangeRequests(exchange);
  await sendFeedback(exchange);
  const root = (): Promise<RootFile | null> => trustedRoot(home);
  await exchangeReplays({ hub, key, desk: replays?.() ?? null, root, now: network.now() });
}

async function lookAtLog({ hub }: Connection, options: WithStore): Promise<Came<'alarm'>> {
  const { home, store, network, chance = Math.random } = options;
  let alarm: string | null = null;
  const failure = await failureOf(async () => {
    const seen = await witness({ home, hub, store, now: network.now(), chance: chance() });
    alarm = seen === null ? null : alarmWords(seen);
  });
  return { alarm, failure };
}

/** Why the hub could not be worked with; null where it could. */
async function failureOf(work: () => Promise<void>): Promise<HubFailure | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof HubFailure) return error;
    throw error;
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
): Promise<HubFailure | null> {
  const standing = readStanding(home);
  if (standing.kind !== 'enrolled' || store === null) return null;
  const { head } = store.status();
  const older: Omit<DeviceStatus, 'logAlarm'> = {
    revision: standing.trust.version === null ? null : String(standing.trust.version),
    ring: governing?.bundle?.ring?.name ?? null,
    roles: { root: standing.trust.root.version, ...standing.trust.seen },
    journal: { seq: head.seq, head: head.hash },
    refusal: refusal?.slice(0, 2_000) ?? null,
    kerb: version(),
    platform: process.platform,
  };
  const status: DeviceStatus = { ...older, logAlarm: alarm?.slice(0, 2_000) ?? null };
  const text = JSON.stringify(status);
  if (text === connection.reported) return null;
  const send = (json: object) =>
    connection.hub.send({ method: 'PUT', path: hubPaths.deviceStatus, json, maxBytes: 64_000 });
  try {
    const answer = await send(status);
    // An older hub refuses what it does not know.
    if (answer.status === 400) await send(older);
    connection.reported = text;
    return null;
  } catch (error) {
    if (error instanceof HubFailure) return error;
    throw error;
  }
}
