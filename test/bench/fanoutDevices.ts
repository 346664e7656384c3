/**
 * Some of the devices of `fanout.ts`, on a thread of their own. Each hears of a publication by the daemon's own code, verifies all
 * of it, and has its policies read and ready; what it knows stays in memory. It writes nothing to a disk, and sends no journal. When
 * it is told to, it tells the hub what it has, after as long as a daemon waits.
 */
import { hash, type KeyObject, sign } from 'node:crypto';
import { Agent, request } from 'node:http';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { Hub, HubRequest } from '../../daemon/sync/hub.ts';
import type { Answer } from '../../daemon/sync/network.ts';
import { verifyOffered } from '../../daemon/sync/policies.ts';
import { tellAfterMs } from '../../daemon/sync/schedule.ts';
import { throughCopy } from '../../daemon/sync/tuf/copy.ts';
import { type Freshness, freshAtFirst } from '../../daemon/sync/tuf/hubSource.ts';
import { nothingOffered, type Offer } from '../../daemon/sync/tuf/offer.ts';
import { firstRoot } from '../../daemon/sync/tuf/roots.ts';
import { verifyRepository } from '../../daemon/sync/tuf/verify.ts';
import type { TrustState } from '../../daemon/sync/tuf/walk.ts';
import { holdRequest, listen, type News } from '../../daemon/sync/watch.ts';
import { type DeviceStatus, hubPaths } from '../../hub/protocol.ts';

/** What a device brings along. */
export interface Credentials {
  readonly id: string;
  readonly token: string;
  readonly privateKey: KeyObject;
  readonly publicKey: Uint8Array;
}

export interface Given {
  readonly url: string;
  readonly devices: readonly Credentials[];
}

export type Heard = 'socket' | 'held' | 'partition' | 'tell';

/** `ready`: they wait for news. `enforced`, `told`: when each had it, or the hub knew, in milliseconds since 1970. */
export type Said = { readonly kind: 'ready' } | { readonly kind: 'enforced' | 'told'; readonly at: readonly number[] };

interface Device {
  readonly id: string;
  readonly hub: Hub;
  readonly freshness: Freshness;
  trust: TrustState;
  version: number | null;
  files: ReadonlyMap<string, Buffer>;
}

const connectingAtOnce = 25;
const { url, devices: given } = workerData as Given;
const fetching = new Agent({ keepAlive: true, maxSockets: connectingAtOnce });
const holding = new Agent({ keepAlive: true });
const timestampPath = `${hubPaths.metadata}/timestamp.json`;
const port = parentPort!;
let proofs = 0;

const devices = await enrolled();
say({ kind: 'ready' });
port.on('message', (heard: Heard) => void (heard === 'tell' ? tellAll() : hear(heard)));

async function hear(heard: Exclude<Heard, 'tell'>): Promise<void> {
  const ended = new AbortController();
  const arrivals: Promise<number>[] = [];
  // One device after the other, as each would do it by itself: a thread has no more than one core for them.
  let turn: Promise<unknown> = Promise.resolve();
  const takeNews = (device: Device, news: News | null): Promise<number> => {
    if (news?.about !== 'policies') throw new Error(`news of ${news?.about}`);
    const taken = turn.then(() => takeIn(device, news.offer));
    turn = taken;
    return taken;
  };
  const wait: Readonly<Record<typeof heard, (device: Device) => Promise<void>>> = {
    async socket(device) {
      let heardNews: (news: News) => void = () => undefined;
      const told = new Promise<News>((resolve) => {
        heardNews = resolve;
      });
      const listening = await listen(device.hub, {
        ...{ heard: heardNews, freshness: device.freshness, signal: ended.signal },
      });
      if (listening === null) throw new Error('no WebSocket');
      arrivals.push(told.then((news) => takeNews(device, news)));
    },
    async held(device) {
      const { hub, freshness } = device;
      arrivals.push(holdRequest(hub, { freshness, signal: ended.signal }).then((news) => takeNews(device, news)));
    },
    async partition(device) {
      arrivals.push(takeIn(device, nothingOffered));
    },
  };
  if (heard === 'partition') await Promise.all(devices.map(wait.partition));
  else await inTurns(wait[heard]);
  // Held once the hub has answered a later request of the same kind.
  if (heard === 'held') await devices.at(-1)!.hub.send({ method: 'GET', path: timestampPath, maxBytes: 20_000 });
  if (heard !== 'partition') say({ kind: 'ready' });
  say({ kind: 'enforced', at: await Promise.all(arrivals) });
  ended.abort();
}

async function tellAll(): Promise<void> {
  const told = devices.map(async ({ hub, version, trust }) => {
    await sleep(tellAfterMs(Math.random()));
    const json: DeviceStatus = {
      ...{ revision: String(version), ring: null, roles: trust.seen, journal: { seq: 0, head: '0'.repeat(64) } },
      ...{ refusal: null, logAlarm: null, kerb: '0.1.0', platform: process.platform },
    };
    const { status } = await hub.send({ method: 'PUT', path: hubPaths.deviceStatus, json, maxBytes: 64_000 });
    if (status !== 204) throw new Error(`the hub answers ${status}`);
    return Date.now();
  });
  say({ kind: 'told', at: await Promise.all(told) });
}

/** What a round of the daemon does with policies; when it was done. */
async function takeIn(device: Device, offer: Offer): Promise<number> {
  const { id, hub, freshness, trust, version } = device;
  const copy = { read: async (name: string) => device.files.get(name) ?? null };
  const { verified } = await verifyOffered({ hub, freshness, offer }, (source) =>
    verifyRepository(throughCopy(copy, source), {
      ...{ trust, version, device: { id, labels: {} }, at: Date.now(), memory: freshness },
    }),
  );
  const isNew = verified.organisation?.revision === String(verified.version) && verified.version !== version;
  if (!isNew) throw new Error(`bundle ${verified.version} is in force, as it was`);
  Object.assign(device, { trust: verified.trust, version: verified.version, files: verified.files });
  return Date.now();
}

/** The first publication is fetched by one of them; the others have its files and verify them by themselves. */
async function enrolled(): Promise<readonly Device[]> {
  const hubs = given.map((each) => ({ id: each.id, hub: hubOf(each) }));
  const path = `${hubPaths.metadata}/1.root.json`;
  const { body } = await hubs[0]!.hub.send({ method: 'GET', path, maxBytes: 512_000 });
  const files = new Map([['metadata/1.root.json', body]]);
  const first = {
    ...hubs[0]!,
    freshness: freshAtFirst(),
    trust: { root: firstRoot(body), seen: {} },
    version: null,
    files,
  };
  await takeIn(first, nothingOffered);
  const { timestamp } = first.freshness;
  const all = hubs.map((each) => ({ ...first, ...each, version: null, freshness: { ...freshAtFirst(), timestamp } }));
  for (const device of all)
    await takeIn(device, {
      files: new Map<string, Buffer | null>([...first.files, ['metadata/2.root.json', null]]),
      etag: null,
    });
  return all;
}

/** As the daemon's own, but for the token, which is there, and Node's older HTTP client: two thousand share one process. */
function hubOf(credentials: Credentials): Hub {
  return {
    address: url,
    labels: () => ({}),
    authorise: async (method, path) => headersFor(method, path, credentials),
    send: ({ method, path, headers = {}, json, signal }) => {
      const own = { ...headers, ...headersFor(method, path, credentials) };
      return exchange({ method, path, headers: own, json, signal });
    },
  };
}

type Sent = Pick<HubRequest, 'method' | 'path' | 'headers' | 'json'> & { readonly signal: AbortSignal | undefined };

function exchange({ method, path, headers, json, signal }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const agent = signal === undefined ? fetching : holding;
    const content = json === undefined ? {} : { 'content-type': 'application/json' };
    const asking = request(`${url}${path}`, {
      method,
      agent,
      headers: { ...headers, ...content },
      ...(signal && { signal }),
    });
    asking.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const own = new Headers({
          etag: answer.headers.etag ?? '',
          'content-type': answer.headers['content-type'] ?? '',
        });
        resolve({ status: answer.statusCode ?? 0, headers: own, body: Buffer.concat(chunks) });
      });
    });
    asking.on('error', reject);
    asking.end(json === undefined ? undefined : JSON.stringify(json));
  });
}

/** The token, and a proof of the key (RFC 9449). */
function headersFor(htm: string, path: string, { token, privateKey, publicKey }: Credentials) {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') };
  const ath = hash('sha256', token, 'base64url');
  const jti = `${given[0]!.id} ${proofs++}`;
  const claims = { htm, htu: `${url}${path}`, jti, iat: Math.floor(Date.now() / 1_000), ath };
  const signed = `${encode({ typ: 'dpop+jwt', alg: 'EdDSA', jwk })}.${encode(claims)}`;
  const signature = sign(null, Buffer.from(signed), privateKey).toString('base64url');
  return { authorization: `DPoP ${token}`, dpop: `${signed}.${signature}` };
}

async function inTurns(work: (device: Device) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < devices.length; at += connectingAtOnce)
    await Promise.all(devices.slice(at, at + connectingAtOnce).map(work));
}

function say(said: Said): void {
  port.postMessage(said);
}
