/** What the commands of the hub are told, read once. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createSecureContext } from 'node:tls';
import zlib from 'node:zlib';
import { type HubHome, KeyError, openHome } from '../home.ts';
import type { Tls } from '../serve/server.ts';
import { UnfitDatabaseError } from '../store/migration.ts';
import { openPostgresql } from '../store/postgresql/open.ts';
import { openSqlite } from '../store/sqlite/open.ts';
import type { Store } from '../store/store.ts';

/** What was asked for is impossible or makes no sense. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export interface HubArguments {
  readonly data?: string | undefined;
  readonly database?: string | undefined;
  readonly listen?: string | undefined;
  readonly url?: string | undefined;
  readonly tenant?: string | undefined;
  readonly people?: string | undefined;
  readonly 'tls-cert'?: string | undefined;
  readonly 'tls-key'?: string | undefined;
  readonly 'token-file'?: string | undefined;
  readonly 'new-log-key'?: boolean | undefined;
}

/** The Node-API version that SQLite's binary needs: an older Node loads it and then crashes. */
const neededNodeApi = 10;

export function folderOf({ data }: Pick<HubArguments, 'data'>, env: NodeJS.ProcessEnv = process.env): string {
  if (data !== undefined) return path.resolve(data);
  if (!env.KERB_HOME) return path.join(homedir(), '.kerb', 'hub');
  // Where a device keeps which hub it belongs to is `hub`: a hub that is there already from former days stays.
  const former = path.join(env.KERB_HOME, 'hub');
  return existsSync(path.join(former, 'log.key')) ? former : path.join(env.KERB_HOME, 'hub-server');
}

export function homeOf(given: HubArguments): HubHome {
  try {
    return openHome(folderOf(given));
  } catch (error) {
    throw error instanceof KeyError ? new UsageError(error.message) : error;
  }
}

export async function openStore({ database }: HubArguments, home: HubHome): Promise<Store> {
  if (database === undefined) checkRuntime();
  else if (!/^postgres(?:ql)?:\/\//.test(database))
    throw new UsageError('--database takes postgres://user@host:port/name');
  try {
    return database === undefined ? openSqlite(home.database) : await openPostgresql(database);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (error instanceof UnfitDatabaseError || notOurs.test(code ?? ''))
      throw new UsageError(`the database cannot be used: ${message || code}`);
    throw error;
  }
}

/**
 * Whoever runs the hub can do something about these. Of the system, of SQLite, and of PostgreSQL, by class: connections, rights,
 * no such database, resources, an operator's doing.
 */
const notOurs =
  /^(?:E[A-Z_]+|SQLITE_(?:NOTADB|CORRUPT|CANTOPEN|READONLY|IOERR|FULL|BUSY|LOCKED|PERM|AUTH)(?:_\w+)?|(?:08|28|3D|53|57)\w{3}|42501)$/;

export function checkRuntime(): void {
  if (Number(process.versions.napi ?? 0) >= neededNodeApi && 'zstdCompressSync' in zlib) return;
  throw new UsageError(`Node ${process.versions.node} is too old for the hub: start it with Node 22.15 or newer`);
}

export function addressOf({ listen = '127.0.0.1:7345' }: HubArguments): {
  readonly host: string;
  readonly port: number;
} {
  const match = /^(\[[\da-fA-F:]+\]|[^:]+):(\d{1,5})$/.exec(listen);
  if (match === null || Number(match[2]) > 65_535) throw new UsageError('--listen takes HOST:PORT, as 127.0.0.1:7345');
  return { host: match[1]!.replace(/^\[|\]$/g, ''), port: Number(match[2]) };
}

export function urlOf({ url }: HubArguments): string | null {
  if (url === undefined) return null;
  if (!URL.canParse(url) || !/^https?:\/\/[^?#]+$/.test(url)) throw new UsageError('--url takes https://HOST[/PATH]');
  return url.replace(/\/+$/, '');
}

export function tlsOf({ 'tls-cert': cert, 'tls-key': key }: HubArguments): Tls | null {
  if (cert === undefined && key === undefined) return null;
  if (cert === undefined || key === undefined) throw new UsageError('--tls-cert and --tls-key go together');
  const tls = { cert: readPem(cert), key: readPem(key) };
  try {
    createSecureContext(tls);
  } catch (error) {
    throw new UsageError(
      `${cert} and ${key} are no certificate chain and its private key, in PEM and without a passphrase (${(error as Error).message})`,
    );
  }
  return tls;
}

function readPem(file: string): string {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new UsageError(`${file} does not exist`);
  return readFileSync(file, 'utf8');
}
