/**
 * How long a publication takes until it is enforced on devices that are connected: from the last signature until each has
 * verified it and has its policies ready. All devices are in this process, on two threads, so that their own work is in the
 * figures too; `fanoutDevices.ts` says what they do and what not. Run alone: `node test/bench/fanout.ts [DEVICES]`.
 */
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { openHome } from '../../hub/home.ts';
import { issueDeviceToken } from '../../hub/identity/deviceToken.ts';
import { hubPaths } from '../../hub/protocol.ts';
import { openSqlite } from '../../hub/store/sqlite/open.ts';
import { createDevice, uuid } from '../hub/device.ts';
import { act, addTenant, submit } from '../hub/log.ts';
import { type Approver, approveChange, foundOrganisation } from '../hub/organisation.ts';
import { type HubProcess, hubFolder, removeFolder, spawnHub } from '../hub/process.ts';
import type { Credentials, Given, Heard, Said } from './fanoutDevices.ts';
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

const threads = 2;
const limitMs = 120_000;

export async function timeFanout(devices: number): Promise<readonly FanoutRow[]> {
  const folder = hubFolder();
  const credentials = await enrolAll(folder, devices);
  const hub = await spawnHub(folder);
  const workers: Worker[] = [];
  try {
    const prepare = publisher(hub, await foundOrganisation(hub));
    await (await prepare())();
    for (let thread = 0; thread < threads; thread++) {
      const own = credentials.filter((_, at) => at % threads === thread);
      const workerData: Given = { url: hub.url, devices: own };
      workers.push(new Worker(new URL('./fanoutDevices.ts', import.meta.url), { workerData }));
    }
    await Promise.all(workers.map((worker) => next(worker, 'ready')));
    const fleet = { hub, workers, prepare };
    return [
      await connected(fleet, 'socket', 'WebSocket'),
      await told(fleet),
      await connected(fleet, 'held', 'held request, no WebSocket'),
      await afterPartition(fleet),
    ];
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
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
async function enrolAll(folder: string, count: number): Promise<readonly Credentials[]> {
  const home = openHome(folder);
  const store = openSqlite(home.database);
  try {
    const tenant = await addTenant(store);
    const devices = Array.from({ length: count }, (_, at) => createDevice(uuid(Date.now() + at)));
    await submit(store, tenant.id, act(devices.map((device) => ({ kind: 'addDevice', device: device.asNew }))));
    return await Promise.all(
      devices.map(async ({ id, keyId, privateKey, publicKey }) => {
        const claim = { tenant: tenant.id, device: id, keyId };
        const token = await issueDeviceToken(claim, { secret: home.tokenSecret, now: Date.now() });
        return { id, token, privateKey, publicKey };
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

interface Fleet {
  readonly hub: HubProcess;
  readonly workers: readonly Worker[];
  readonly prepare: Publisher;
}

async function connected({ hub, workers, prepare }: Fleet, by: Heard, heard: string): Promise<FanoutRow> {
  const send = await prepare();
  await Promise.all(
    workers.map((worker) => {
      worker.postMessage(by);
      return next(worker, 'ready');
    }),
  );
  return timed({ hub, workers }, heard, send);
}

/** Each says what it has, and the hub knows. */
function told({ hub, workers }: Fleet): Promise<FanoutRow> {
  return timed({ hub, workers, until: 'told' }, 'and the hub is told', async () => {
    for (const worker of workers) worker.postMessage('tell' satisfies Heard);
  });
}

/** All come back in the same moment, with news waiting for them. */
async function afterPartition({ hub, workers, prepare }: Fleet): Promise<FanoutRow> {
  await (await prepare())();
  return timed({ hub, workers }, 'all at once, after a partition', async () => {
    for (const worker of workers) worker.postMessage('partition' satisfies Heard);
  });
}

async function timed(
  { hub, workers, until = 'enforced' }: Omit<Fleet, 'prepare'> & { readonly until?: 'enforced' | 'told' },
  heard: string,
  send: () => Promise<void>,
): Promise<FanoutRow> {
  const done = Promise.all(workers.map((worker) => next(worker, until)));
  const sent = Date.now();
  const [hubBefore, ownBefore] = [hub.cpuSeconds(), process.cpuUsage()];
  await send();
  const sorted = (await done).flatMap(({ at }) => at.map((ms) => ms - sent)).sort((a, b) => a - b);
  const at = (quantile: number): number => sorted[Math.ceil(quantile * sorted.length) - 1] ?? Number.NaN;
  const { user, system } = process.cpuUsage(ownBefore);
  const used = {
    hubUs: ((hub.cpuSeconds() - hubBefore) * 1e6) / sorted.length,
    deviceUs: (user + system) / sorted.length,
  };
  return { ...used, heard, devices: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}

/** The next thing that the devices of a thread say, which has to be that. */
function next<Kind extends Said['kind']>(worker: Worker, kind: Kind): Promise<Extract<Said, { kind: Kind }>> {
  const late = AbortSignal.timeout(limitMs);
  return new Promise((resolve, reject) => {
    late.addEventListener('abort', () => reject(new Error(`not ${kind} within ${limitMs} ms`)));
    worker.once('error', reject);
    worker.once('message', (said: Said) =>
      said.kind === kind
        ? resolve(said as Extract<Said, { kind: Kind }>)
        : reject(new Error(`${said.kind}, not ${kind}`)),
    );
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.stdout.write(`${fanoutTable(await timeFanout(Number(process.argv[2] ?? 2_000)))}\n`);
}
