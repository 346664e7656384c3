/**
 * The way to SQLite. A build lays better-sqlite3's binary beside the bundle as `native/better-sqlite3.node`; in a checkout
 * it comes out of node_modules.
 */
import { chmodSync, existsSync, statSync, truncateSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import Database from 'better-sqlite3';
import { isCorruption, MovedStore, type StoreProblem } from './problem.ts';

/** The Node-API version of the binary: an older Node loads it and then crashes in the first call. */
const neededNodeApi = 10;
/** How long one process waits for another's write. */
const busyTimeoutMs = 5_000;
/** The log is folded back at this many pages (4 MiB), and cut to that size. */
const checkpointPages = 1_000;

/** Why this runtime cannot open a store, or null where it can. Ask before `connect`: a crash cannot be caught. */
export function runtimeProblem(
  versions: { readonly node: string; readonly napi?: string } = process.versions,
): StoreProblem | null {
  if (Number(versions.napi ?? 0) >= neededNodeApi) return null;
  return {
    kind: 'problem',
    reason: 'runtime',
    message: `Node ${versions.node} cannot load Kerb's store, Node 22.14 or newer can: put one first in the PATH, or start Kerb from VS Code, which brings its own`,
  };
}

/** A connection, and which file it is to, whatever bears that file's name later. */
export interface Connection {
  readonly db: Database.Database;
  readonly identity: string;
}

/** Opens a database file, made where there is none, for several processes at once. Throws SQLite's errors. */
export function connect(file: string): Connection {
  const before = identityOf(file);
  const db = openFile(file);
  try {
    // Before there is a log: it and its index get the permissions of the file.
    if (process.platform !== 'win32') chmodSync(file, 0o600);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma(`wal_autocheckpoint = ${checkpointPages}`);
    db.pragma(`journal_size_limit = ${checkpointPages * 4_096}`);
    // What comes out of a damaged file is never run as code.
    db.pragma('trusted_schema = OFF');
    db.pragma('cell_size_check = ON');
    const identity = identityOf(file);
    // Between opening the file and its log, the log may have become another file's.
    if (identity === null || (before !== null && before !== identity)) throw new MovedStore(file);
    return { db, identity };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Which file bears the name now; null where none does. */
export function identityOf(file: string): string | null {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.dev}:${stat.ino}`;
}

/**
 * Does something while no other process does: for what is not in the store, and for the store itself. The lock is SQLite's
 * on a file of its own, which the system lets go of when its holder dies.
 */
export function whileLocked<T>(lockFile: string, work: () => T): T {
  const db = openLock(lockFile, (opened) => {
    if (process.platform !== 'win32') chmodSync(lockFile, 0o600);
    // SQLite would begin an empty file again each time, and on a full disk it could not.
    if (statSync(lockFile).size === 0) opened.pragma('user_version = 1');
    opened.exec('BEGIN EXCLUSIVE');
  });
  try {
    return work();
  } finally {
    db.close();
  }
}

/**
 * Opens a file that is nothing but a lock, and takes it. One that is damaged is emptied, in its place: SQLite sees damage only
 * where nobody else holds the lock, and there is nothing in it to lose. Throws what `take` throws.
 */
export function openLock(file: string, take: (db: Database.Database) => void, timeout?: number): Database.Database {
  try {
    return taken(file, take, timeout);
  } catch (error) {
    if (!isCorruption(error)) throw error;
    truncateSync(file);
    return taken(file, take, timeout);
  }
}

function taken(file: string, take: (db: Database.Database) => void, timeout: number | undefined): Database.Database {
  const db = openFile(file, timeout);
  try {
    take(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Opens a file as it is. `timeout` is how long it waits for another process's lock, in milliseconds. */
export function openFile(file: string, timeout = busyTimeoutMs): Database.Database {
  const beside = path.join(import.meta.dirname, 'native', 'better-sqlite3.node');
  return new Database(file, {
    timeout,
    ...(existsSync(beside) ? { nativeBinding: createRequire(import.meta.url)(beside) } : {}),
  });
}
