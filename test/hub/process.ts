/** A hub in a process of its own, started by its command, as an operator would. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type { TestContext } from 'node:test';
import { stopDaemonOf } from '../command.ts';
import { type AskedHub, askerOf } from './running.ts';

const main = path.resolve(import.meta.dirname, '../../hub/main.ts');
const startTimeoutMs = 60_000;

export interface HubProcess extends AskedHub {
  readonly folder: string;
  /** Resident memory in megabytes (Linux). */
  residentMb(): number;
  /** Processor time that it has used, in seconds (Linux): the same however busy the machine is. */
  cpuSeconds(): number;
  /** Ends it at once, in the middle of whatever it does. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

export function hubFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'kerb-hub-'));
}

/** Starts `kerb hub` on a folder that may have been used before. The port stays the same where one is given. */
export async function spawnHub(
  folder: string,
  {
    database = null,
    port = 0,
    environment = {},
  }: {
    readonly database?: string | null;
    readonly port?: number;
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
): Promise<HubProcess> {
  const where = database === null ? [] : ['--database', database];
  const args = [main, '--data', folder, '--listen', `127.0.0.1:${port}`, ...where];
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const url = await addressOf(child);
  const end = (signal: NodeJS.Signals): Promise<void> =>
    new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once('exit', () => resolve());
      child.kill(signal);
    });
  return {
    ...{ url, folder },
    admin: askerOf(url, readFileSync(path.join(folder, 'admin.token'), 'utf8').trim()),
    residentMb: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1_024,
    cpuSeconds: () => {
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
      return (Number(fields[11]) + Number(fields[12])) / 100;
    },
    kill: () => end('SIGKILL'),
    close: () => end('SIGTERM'),
  };
}

/** A hub on a new folder, and a new home for one that is enrolled at it. Both end with the test, the home's daemon first. */
export async function spawnHubAndHome(
  context: TestContext,
): Promise<{ readonly hub: HubProcess; readonly home: string }> {
  const home = mkdtempSync(path.join(tmpdir(), 'kerb-home-'));
  const hub = await spawnHub(hubFolder());
  context.after(async () => {
    stopDaemonOf(home);
    await hub.close();
    removeFolder(hub.folder);
    removeFolder(home);
  });
  return { hub, home };
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** The address in the first line that the hub says. Its admin's token is there by then. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let [said, complained] = ['', ''];
    const timer = setTimeout(() => reject(new Error(`the hub does not start: ${complained}`)), startTimeoutMs);
    child.stderr!.on('data', (chunk: Buffer) => {
      complained += chunk.toString();
    });
    child.stdout!.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const url = /listens on (\S+)\n(?:.*\n)*.*keys are in/.exec(said)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the hub ended with ${code}: ${complained}`));
    });
  });
}
