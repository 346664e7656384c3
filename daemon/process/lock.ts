/** One daemon for each address: a lock that the operating system lets go when its holder dies, however it dies. */
import { chmodSync, closeSync, existsSync, openSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';

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
  const beside = path.join(import.meta.dirname, 'native', 'better-sqlite3.node');
  const database = new Database(file, { timeout: 0, ...(existsSync(beside) ? { nativeBinding: beside } : {}) });
  try {
    database.pragma('journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return null;
    throw error;
  }
  return { release: () => void database.close() };
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}
