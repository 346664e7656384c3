/**
 * Makes sure that there is a store that can be used: makes the first one, sets a damaged one aside and puts what is
 * verifiable of it in its place. Both happen under a lock, and a new store is whole before it gets its name, so that at
 * every moment, and after every crash, there is one store or none, and never half of one.
 */
import { mkdirSync } from 'node:fs';
import process from 'node:process';
import type { Database } from 'better-sqlite3';
import * as z from 'zod';
import { checkStore } from './check.ts';
import { type Connection, connect, identityOf, openFile, whileLocked } from './connect.ts';
import {
  clearNext,
  freeName,
  hadStore,
  hasLog,
  install,
  isEmpty,
  isFile,
  isOccupied,
  moveAway,
  type Place,
} from './place.ts';
import { CorruptStore, isCorruption, isSchemaDamage, MovedStore, type StoreProblem } from './problem.ts';
import { type SalvageOptions, salvage } from './salvage.ts';
import { createTables, migrate, schemaVersion } from './schema.ts';
import { tablesOf } from './tables.ts';

/** How often the store may change under the eyes of the one that opens it. */
const maxAttempts = 5;

/** A store that was set aside, or was gone. */
const asideNote = z.strictObject({
  /** Null where nothing was left of it. */
  folder: z.string().nullable(),
  at: z.iso.datetime(),
  cause: z.string(),
  /** Entries that were carried over, and decisions that were lost: null where nobody can know how many. */
  entries: z.int(),
  missing: z.int().nullable(),
});
export type AsideNote = z.infer<typeof asideNote>;
const asideKey = 'store.aside';
const maxNotes = 10;

/** Opens the store, whatever has to be done for it. Throws what the disk says. */
export function establish(place: Place, options: SalvageOptions): Connection | StoreProblem {
  for (let attempt = 1; ; attempt++) {
    const identity = identityOf(place.file);
    try {
      if (identity === null) make(place, options);
      return openWhole(place, options);
    } catch (error) {
      if (attempt === maxAttempts) throw error;
      if (isCorruption(error) || isSchemaDamage(error)) setAside(place, { identity, cause: error }, options);
      else if (!(error instanceof MovedStore)) throw error;
    }
  }
}

/** Sets the store aside that bears `identity`, unless another process has done so, and puts a new one in its place. */
export function setAside(
  place: Place,
  { identity, cause }: { readonly identity: string | null; readonly cause: unknown },
  options: SalvageOptions,
): void {
  whileLocked(place.lock, () => {
    if (identityOf(place.file) !== identity) return;
    const held = hold(place.file);
    try {
      const reason = cause instanceof Error ? cause.message : String(cause);
      replace(place, held, reason, options);
    } finally {
      held?.close();
    }
  });
}

/** The set-aside stores that the store knows of, newest last. */
export function asideNotes(state: { get(key: string): string | null }): readonly AsideNote[] {
  return z.array(asideNote).parse(JSON.parse(state.get(asideKey) ?? '[]'));
}

/** The first store, the one that a crash kept from getting its name, or one in the place of a store that somebody deleted. */
function make(place: Place, options: SalvageOptions): void {
  whileLocked(place.lock, () => {
    if (identityOf(place.file) !== null) return;
    if (!isOccupied(place) && isWhole(place.nextFile)) return install(place);
    if (isOccupied(place) || hadStore(place)) return replace(place, null, 'the database file is gone', options);
    build(place, (db) => void salvage(db, { kind: 'new' }, options));
    install(place);
  });
}

/** The new store first, whole; then the old one goes, then the new one gets its name. */
function replace(place: Place, damaged: Database | null, cause: string, options: SalvageOptions): void {
  const folder = isOccupied(place) ? freeName(place, options.now()) : null;
  build(place, (db) => {
    const salvaged = salvage(db, { kind: 'damaged', db: damaged }, options);
    note(db, { folder, at: new Date(options.now()).toISOString(), cause, ...salvaged }, options);
  });
  // Windows moves no folder with an open file in it.
  if (process.platform === 'win32') damaged?.close();
  if (folder !== null) moveAway(place, folder);
  install(place);
}

/** Makes a whole store beside the place where it is to be. */
function build(place: Place, fill: (db: Database) => void): void {
  clearNext(place);
  mkdirSync(place.nextFolder, { mode: 0o700 });
  const { db } = connect(place.nextFile);
  try {
    createTables(db, fill);
  } finally {
    db.close();
  }
}

function isWhole(file: string): boolean {
  if (identityOf(file) === null) return false;
  const { db } = connect(file);
  try {
    migrate(db);
    return true;
  } catch (error) {
    if (isCorruption(error)) return false;
    throw error;
  } finally {
    db.close();
  }
}

/** Throws `CorruptStore`, `MovedStore`, or what SQLite says. */
function openWhole(place: Place, options: SalvageOptions): Connection | StoreProblem {
  // SQLite would take an empty file for a new database, and throw its log away.
  if (isEmpty(place.file)) throw new CorruptStore('the file is empty');
  if (!isFile(place.file)) throw new CorruptStore('what bears its name is no file');
  const depth = hasLog(place) ? 'all' : 'end';
  const connection = connect(place.file);
  try {
    const newer = migrate(connection.db);
    if (newer === null) {
      checkStore(connection.db, depth, options);
      return connection;
    }
    connection.db.close();
    return newerProblem(place.file, newer);
  } catch (error) {
    connection.db.close();
    throw error;
  }
}

function newerProblem(file: string, version: number): StoreProblem {
  return {
    kind: 'problem',
    reason: 'newer',
    message: `${file} was written by a newer Kerb (schema ${version}, this one knows ${schemaVersion}): use that one; the file is left as it is`,
  };
}

/** A connection to the damaged file that keeps others from writing to it; null where it is too damaged for that. */
function hold(file: string): Database | null {
  if (!isFile(file) || isEmpty(file)) return null;
  let db: Database | null = null;
  try {
    db = openFile(file);
    db.exec('BEGIN IMMEDIATE');
    return db;
  } catch (error) {
    db?.close();
    if (isCorruption(error) || isSchemaDamage(error)) return null;
    throw error;
  }
}

/** The last few are enough: the folders themselves stay. */
function note(db: Database, aside: AsideNote, options: SalvageOptions): void {
  const { state } = tablesOf(db, options);
  state.put(asideKey, JSON.stringify([...asideNotes(state), aside].slice(-maxNotes)));
}
