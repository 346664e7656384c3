/** One daemon for each address: a lock that the operating system lets go when its holder dies, however it dies. */
import { chmodSync, closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { openLock } from './connect.ts';

export interface Lock {
  release(): void;
}

/**
 * Takes the lock, or null where another process holds it. It is SQLite's exclusive lock on an empty database, so there
 * is no stale lock to recognise: a file with a process id in it is a guess as soon as ids are used again.
 */
export function takeLock(file: string): Lock | null {
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  try {
    const database = openLock(file, hold, 0);
    return { release: () => void database.close() };
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
}

function hold(database: Database.Database): void {
  // Nothing is ever written, and so nothing may lie beside the file either.
  database.pragma('journal_mode = MEMORY');
  database.exec('BEGIN EXCLUSIVE');
}
