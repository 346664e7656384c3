/**
 * How long a publication takes to reach devices that are connected: from the last signature until each has the timestamp, the
 * snapshot, the targets and the bundle. All devices are in this process, so that their own work is in the figures too. Run
 * alone: `node test/bench/fanout.ts [DEVICES]`.
 */
import { hash, sign } from 'node:crypto';
import { Agent, request } from 'node:http';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import WebSocket from 'ws';
import { openHome } from '../../hub/home.ts';
import { issueDeviceToken } from '../../hub/identity/deviceToken.ts';
import { hubPaths } from '../../hub/protocol.ts';
import { openSqlite } from '../../hub/store/sqlite/open.ts';
import { createDevice, type TestDevice, uuid } from '../hub/device.ts';
import { act, addTenant, submit } from '../hub/log.ts';
import { type Approver, approveChange, foundOrganisation } from '../hub/organisation.ts';
import { type HubProcess, hubFolder, removeFolder, spawnHub } from '../hub/process.ts';
import { markdownTable } from './statistics.ts';

export interface FanoutRow {
  readonly heard: string;
  readonly devices: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Processor time for one device, of the hub and of all that the devices do, in microseconds. */
  readonly hubUs: number;
  readonly deviceUs: number;
}

interface Listener {
  readonly device: TestDevice;
  readonly token: string;
  etag: string;
}

const connectingAtOnce = 50;
const heldSeconds = 50;
const limitMs = 120_000;
const fetching = new Agent({ keepAlive: true, maxSockets: connectingAtOnce });
const holding = new Agent({ keepAlive: true });

export async function timeFanout(devices: number): Promise<readonly FanoutRow[]> {
  const folder = hubFolder();
  const listeners = await enrolAll(folder, devices);
  const hub = await spawnHub(folder);
  try {
    const people = await foundOrganisation(hub);
    const round = { hub, url: hub.url, listeners, prepare: publisher(hub, people) };
    await (await round.prepare())();
    await inTurns(listeners, (listener) => fetchAll(hub.url, listener));
    return [await bySockets(round), await byHeldRequests(round), await afterPartition(round)];
  } finally {
    fetching.destroy();
    holding.destroy();
    await hub.close();
    removeFolder(folder);
  }
}

export function fanoutTable(rows: readonly FanoutRow[]): string {
  return markdownTable(
    ['how devices hear of it', 'devices', 'p50 ms', 'p99 ms', 'the last, ms', 'CPU µs of the hub', 'of the device'],
    rows.map(({ heard, devices, p50Ms, p99Ms, maxMs, hubUs, deviceUs }) => [
      ...[heard, String(devices), p50Ms.toFixed(0), p99Ms.toFixed(0), maxMs.toFixed(0)],
      ...[hubUs.toFixed(0), deviceUs.toFixed(0)],
    ]),
  );
}

/** Devices that the hub knows when it starts: two thousand people would have to allow them one by one. */
async function enrolAll(folder: string, count: number): Promise<readonly Listener[]> {
  const home = openHome(folder);
  const store = openSqlite(home.database);
  try {
    const tenant = await addTenant(store);
    const devices = Array.from({ length: count }, (_, at) => createDevice(uuid(Date.now() + at)));
    await submit(store, tenant.id, act(devices.map((device) => ({ kind: 'addDevice', device: device.asNew }))));
    return await Promise.all(
      devices.map(async (device) => {
        const claim = { tenant: tenant.id, device: device.id, keyId: device.keyId };
        const token = await issueDeviceToken(claim, { secret: home.tokenSecret, now: Date.now() });
        return { device, token, etag: '' };
      }),
    );
  } finally {
    await store.close();
  }
}

/** Makes a change that wants one more signature, and gives what signs it. */
function publisher(hub: HubProcess, [ada, bob]: readonly [Approver, Approver, Approver]): Publisher {
  let number = 0;
  return async () => {
    const change = { title: 'a change', organisation: `ignore: [v${number++}]\n`, policies: {} };
    const { id } = (await (await hub.admin('POST', hubPaths.changes, change)).json()) as { id: string };
    await approveChange(hub, [ada], id);
    return async () => {
      if (!(await approveChange(hub, [bob], id))) throw new Error('two signatures do not publish');
    };
  };
}

type Publisher = () => Promise<() => Promise<void>>;

interface Round {
  readonly hub: HubProcess;
  readonly url: string;
  readonly listeners: readonly Listener[];
  readonly prepare: Publisher;
}

async function bySockets({ hub, url, listeners, prepare }: Round): Promise<FanoutRow> {
  const send = await prepare();
  const sockets = new Map<Listener, WebSocket>();
  await inTurns(listeners, async (listener) => void sockets.set(listener, await connect(url, listener)));
  const arrivals = listeners.map(async (listener) => {
    await new Promise((resolve) => sockets.get(listener)!.once('message', resolve));
    await fetchAll(url, listener);
    return performance.now();
  });
  try {
    return await timed(hub, 'WebSocket', arrivals, send);
  } finally {
    for (const socket of sockets.values()) socket.terminate();
  }
}

async function byHeldRequests({ hub, url, listeners, prepare }: Round): Promise<FanoutRow> {
  const send = await prepare();
  const arrivals = listeners.map(async (listener) => {
    const { status } = await get(url, listener, `${hubPaths.metadata}/timestamp.json`, {
      agent: holding,
      headers: { 'if-none-match': listener.etag, prefer: `wait=${heldSeconds}` },
    });
    if (status !== 200) throw new Error(`${status} for a request that was held`);
    await fetchAll(url, listener);
    return performance.now();
  });
  // Held once the hub has answered a later request of the same kind.
  await get(url, listeners.at(-1)!, `${hubPaths.metadata}/timestamp.json`, { agent: holding });
  return timed(hub, 'held request, no WebSocket', arrivals, send);
}

/** All come back in the same moment, with news waiting for them. */
async function afterPartition({ hub, url, listeners, prepare }: Round): Promise<FanoutRow> {
  await (await prepare())();
  let heal: () => void = () => undefined;
  const healed = new Promise<void>((resolve) => {
    heal = resolve;
  });
  const arrivals = listeners.map(async (listener) => {
    await healed;
    await fetchAll(url, listener);
    return performance.now();
  });
  return timed(hub, 'all at once, after a partition', arrivals, async () => heal());
}

async function timed(
  hub: HubProcess,
  heard: string,
  arrivals: readonly Promise<number>[],
  send: () => Promise<void>,
): Promise<FanoutRow> {
  const done = Promise.all(arrivals);
  const sent = performance.now();
  const [hubBefore, ownBefore] = [hub.cpuSeconds(), process.cpuUsage()];
  await send();
  const late = AbortSignal.timeout(limitMs);
  const times = await Promise.race([
    done,
    new Promise<never>((_, reject) => late.addEventListener('abort', () => reject(new Error(`${heard}: too late`)))),
  ]);
  const sorted = times.map((at) => at - sent).sort((a, b) => a - b);
  const at = (quantile: number): number => sorted[Math.ceil(quantile * sorted.length) - 1] ?? Number.NaN;
  const { user, system } = process.cpuUsage(ownBefore);
  const used = {
    hubUs: ((hub.cpuSeconds() - hubBefore) * 1e6) / sorted.length,
    deviceUs: (user + system) / sorted.length,
  };
  return { ...used, heard, devices: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}

/** What a device fetches that finds a new timestamp. */
async function fetchAll(url: string, listener: Listener): Promise<void> {
  const metadata = async (name: string): Promise<Signed> => {
    const { status, body, etag } = await get(url, listener, `${hubPaths.metadata}/${name}`);
    if (status !== 200) throw new Error(`${status} for ${name}`);
    if (name === 'timestamp.json') listener.etag = etag;
    return (JSON.parse(body) as { signed: Signed }).signed;
  };
  const timestamp = await metadata('timestamp.json');
  const snapshot = await metadata(`${timestamp.meta!['snapshot.json']!.version}.snapshot.json`);
  const targets = await metadata(`${snapshot.meta!['targets.json']!.version}.targets.json`);
  const [bundle, { hashes }] = Object.entries(targets.targets!)[0]!;
  const path = bundle.replace(/([^/]+)$/, `${hashes.sha256}.$1`);
  const { status } = await get(url, listener, `${hubPaths.targets}/${path}`);
  if (status !== 200) throw new Error(`${status} for ${path}`);
}

interface Signed {
  readonly meta?: Readonly<Record<string, { readonly version: number }>>;
  readonly targets?: Readonly<Record<string, { readonly hashes: { readonly sha256: string } }>>;
}

function get(
  url: string,
  listener: Listener,
  path: string,
  {
    agent = fetching,
    headers = {},
  }: { readonly agent?: Agent; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly status: number | undefined; readonly body: string; readonly etag: string }> {
  return new Promise((resolve, reject) => {
    const all = { ...headers, ...credentials(`${url}${path}`, listener) };
    const asking = request(`${url}${path}`, { agent, headers: all }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const etag = String(answer.headers.etag ?? '');
        resolve({ status: answer.statusCode, body: Buffer.concat(chunks).toString(), etag });
      });
    });
    asking.on('error', reject);
    asking.end();
  });
}

function connect(url: string, listener: Listener): Promise<WebSocket> {
  const headers = credentials(`${url}${hubPaths.hints}`, listener);
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}${hubPaths.hints}`, { headers, perMessageDeflate: false });
  return new Promise((resolve, reject) => socket.once('open', () => resolve(socket)).once('error', reject));
}

let proofs = 0;

/** The token, and a proof of the key for one GET (RFC 9449). */
function credentials(htu: string, { device, token }: Listener): Readonly<Record<string, string>> {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(device.publicKey).toString('base64url') };
  const claims = {
    htm: 'GET',
    htu,
    jti: `proof number ${proofs++}`,
    iat: Math.floor(Date.now() / 1_000),
    ath: hash('sha256', token, 'base64url'),
  };
  const signed = `${encode({ typ: 'dpop+jwt', alg: 'EdDSA', jwk })}.${encode(claims)}`;
  const signature = sign(null, Buffer.from(signed), device.privateKey).toString('base64url');
  return { authorization: `DPoP ${token}`, dpop: `${signed}.${signature}` };
}

async function inTurns(listeners: readonly Listener[], work: (listener: Listener) => Promise<void>): Promise<void> {
  for (let at = 0; at < listeners.length; at += connectingAtOnce)
    await Promise.all(listeners.slice(at, at + connectingAtOnce).map(work));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.stdout.write(`${fanoutTable(await timeFanout(Number(process.argv[2] ?? 2_000)))}\n`);
}
