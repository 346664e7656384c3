/**
 * How many decisions a hub takes: real HTTP, real devices with proofs of their keys, batches of 100, the client on the
 * same machine. Run alone: `node test/bench/hub.ts [SECONDS] [SQLite|PostgreSQL]`, ten minutes being the full form.
 */
import { Agent, request } from 'node:http';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { hubPaths } from '../../hub/protocol.ts';
import { decision } from '../hub/device.ts';
import { postgresqlProblem, runPostgresql } from '../hub/postgresql.ts';
import { type HubProcess, hubFolder, removeFolder, spawnHub } from '../hub/process.ts';
import { type EnrolledDevice, enrol, proofOf } from '../hub/running.ts';
import { markdownTable } from './statistics.ts';

export interface IngestRow {
  readonly database: string;
  readonly decisions: number;
  readonly perSecond: number;
  /** Where what the client makes and signs before each round counts too. */
  readonly wholePerSecond: number;
  /** Processor time of the hub's process for one decision, in microseconds. */
  readonly cpuUs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Resident memory after the first tenth and at the end. */
  readonly residentMb: readonly [number, number];
}

const batchSize = 100;
/** Devices at once. More would be strangers too often, when they enrol. */
const senders = 24;
/** Of each sender. */
const batchesOfRound = 15;
/** A token is good for a quarter of an hour. */
const renewEveryMs = 600_000;
/** Idle connections do not keep the process alive. */
const agent = new Agent({ keepAlive: true, maxSockets: senders });

const databases = ['SQLite', 'PostgreSQL'] as const;

export async function timeIngest(seconds: number, only: readonly string[] = databases): Promise<readonly IngestRow[]> {
  const rows: IngestRow[] = [];
  for (const name of only) {
    if (name === 'SQLite') rows.push(await onHub(name, null, seconds));
    else if (postgresqlProblem === null) rows.push(await onPostgresql(seconds));
  }
  return rows;
}

async function onPostgresql(seconds: number): Promise<IngestRow> {
  const server = await runPostgresql();
  try {
    return await onHub('PostgreSQL', `${server.url}/postgres`, seconds);
  } finally {
    await server.close();
  }
}

export function ingestTable(rows: readonly IngestRow[]): string {
  return markdownTable(
    [
      'database',
      'decisions',
      'decisions/s',
      'with their making',
      'hub CPU µs each',
      'p50 ms',
      'p99 ms',
      'resident MB, early',
      'late',
    ],
    rows.map(({ database, decisions, perSecond, wholePerSecond, cpuUs, p50Ms, p99Ms, residentMb }) => [
      ...[
        database,
        String(decisions),
        perSecond.toFixed(0),
        wholePerSecond.toFixed(0),
        cpuUs.toFixed(1),
        p50Ms.toFixed(0),
        p99Ms.toFixed(0),
      ],
      ...residentMb.map((mb) => mb.toFixed(0)),
    ]),
  );
}

async function onHub(name: string, database: string | null, seconds: number): Promise<IngestRow> {
  const folder = hubFolder();
  const hub = await spawnHub(folder, { database });
  try {
    const devices = await Promise.all(Array.from({ length: senders }, (_, at) => enrol(hub, `bench ${at}`)));
    // The first round is not counted: threads begin, and code is compiled.
    await load(hub, devices, 0.001);
    const [before, cpuBefore] = [await logSize(hub), hub.cpuSeconds()];
    const { latencies, elapsedMs, wholeMs, early } = await load(hub, devices, seconds);
    // From the log itself: what a client counts is not what is kept.
    const decisions = (await logSize(hub)) - before;
    if (decisions !== latencies.length * batchSize) throw new Error(`${decisions} kept of ${latencies.length} batches`);
    const sorted = [...latencies].sort((a, b) => a - b);
    const at = (quantile: number): number => sorted[Math.ceil(quantile * sorted.length) - 1] ?? Number.NaN;
    const cpuUs = ((hub.cpuSeconds() - cpuBefore) / decisions) * 1e6;
    const residentMb = [early, hub.residentMb()] as const;
    return {
      database: name,
      decisions,
      cpuUs,
      perSecond: (decisions / elapsedMs) * 1_000,
      wholePerSecond: (decisions / wholeMs) * 1_000,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      residentMb,
    };
  } finally {
    await hub.close();
    removeFolder(folder);
  }
}

/** A batch, and the token and the proof of the device's key that go with it, as they go over the wire. */
interface Ready {
  readonly body: Buffer;
  readonly token: string;
  readonly dpop: string;
}

/** Sends for as long as told, in rounds: what a round sends is made and signed before its clock starts. */
async function load(hub: HubProcess, devices: readonly EnrolledDevice[], seconds: number) {
  const latencies: number[] = [];
  const whole = performance.now();
  let [elapsedMs, number, early] = [0, 0, 0];
  let [tokens, renewed]: [readonly string[], number] = [devices.map(({ token }) => token), performance.now()];
  while (elapsedMs < seconds * 1_000) {
    if (performance.now() - renewed > renewEveryMs) [tokens, renewed] = [await tokensOf(devices), performance.now()];
    const rounds: Ready[][] = [];
    for (const [at, device] of devices.entries()) {
      const round: Ready[] = [];
      const token = tokens[at]!;
      for (let batch = 0; batch < batchesOfRound; batch++) {
        const records = Array.from({ length: batchSize }, () => decision(number++));
        const body = Buffer.from(JSON.stringify(device.recordBatch(records)));
        round.push({ body, token, dpop: await proofOf(device, 'POST', `${hub.url}${hubPaths.journal}`, token) });
      }
      rounds.push(round);
    }
    const began = performance.now();
    await Promise.all(
      rounds.map(async (round) => {
        for (const ready of round) {
          const sent = performance.now();
          await post(hub, ready);
          latencies.push(performance.now() - sent);
        }
      }),
    );
    elapsedMs += performance.now() - began;
    if (early === 0 && elapsedMs > seconds * 100) early = hub.residentMb();
  }
  return { latencies, elapsedMs, wholeMs: performance.now() - whole, early };
}

async function tokensOf(devices: readonly EnrolledDevice[]): Promise<readonly string[]> {
  const answers = await Promise.all(devices.map((device) => device.renew()));
  const given = await Promise.all(answers.map((answer) => answer.json() as Promise<{ readonly access_token: string }>));
  return given.map(({ access_token }) => access_token);
}

function post({ url }: HubProcess, { body, token, dpop }: Ready): Promise<void> {
  const headers = { authorization: `DPoP ${token}`, dpop, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const sending = request(`${url}${hubPaths.journal}`, { method: 'POST', agent, headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      answer.on('end', () =>
        answer.statusCode === 200 ? resolve() : reject(new Error(`${answer.statusCode} ${text}`)),
      );
    });
    sending.on('error', reject);
    sending.end(body);
  });
}

async function logSize(hub: HubProcess): Promise<number> {
  const overview = await hub.admin('GET', '/v1/overview?since=2026-01-01T00:00:00Z');
  return ((await overview.json()) as { logSize: number }).logSize;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.stdout.write(
    `${ingestTable(await timeIngest(Number(process.argv[2] ?? 20), process.argv[3] === undefined ? databases : [process.argv[3]]))}\n`,
  );
}
