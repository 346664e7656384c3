/** The tables, as numbered steps: a store of any older version is brought forward, a newer one is left alone. */
import type { Database } from 'better-sqlite3';
import { CorruptStore } from './problem.ts';

/** Stands in the file's header: `KERB`. */
const applicationId = 0x4b455242;

/**
 * Each step brings a store from its index to the next version. A step that has been released is never changed.
 *
 * `seal` is a SHA-256 over the other columns of a row: what a bad disk has changed is noticed when it is read.
 */
const steps: readonly string[] = [
  `
  -- One row: where the device's chain stands.
  CREATE TABLE chain (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    device TEXT NOT NULL,
    head_seq INTEGER NOT NULL, head_hash TEXT NOT NULL,
    -- The last entry that was let go: the first one kept follows it.
    anchor_seq INTEGER NOT NULL, anchor_hash TEXT NOT NULL,
    -- The last entry that the hub has.
    acknowledged_seq INTEGER NOT NULL, acknowledged_hash TEXT NOT NULL,
    -- UTF-8 bytes of the entries kept.
    bytes INTEGER NOT NULL,
    -- How many of the decisions that could not be kept, by reason, there are gap records for.
    told_limit INTEGER NOT NULL, told_disk_full INTEGER NOT NULL,
    seal TEXT NOT NULL
  ) STRICT;

  -- The journal: canonical JSON and its SHA-256, which is what the next entry names as its previous.
  CREATE TABLE entry (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, text TEXT NOT NULL, hash TEXT NOT NULL) STRICT;

  -- Which trees and commits were decided on: outlives the entry itself.
  CREATE TABLE decided (
    seq INTEGER PRIMARY KEY, tree TEXT, commit_id TEXT, fact TEXT NOT NULL, seal TEXT NOT NULL
  ) STRICT;
  CREATE INDEX decided_by_tree ON decided (tree) WHERE tree IS NOT NULL;
  CREATE INDEX decided_by_commit ON decided (commit_id) WHERE commit_id IS NOT NULL;

  CREATE TABLE verdict (key TEXT PRIMARY KEY, value TEXT NOT NULL, used INTEGER NOT NULL, seal TEXT NOT NULL) STRICT;
  CREATE INDEX verdict_by_use ON verdict (used);

  CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL, seal TEXT NOT NULL) STRICT;

  CREATE TABLE request (key TEXT PRIMARY KEY, value TEXT NOT NULL, seal TEXT NOT NULL) STRICT;
  `,
];

export const schemaVersion = steps.length;

/** Makes the tables in an empty file, and in the same transaction what `fill` adds: there is all of it or nothing. */
export function createTables(db: Database, fill: (db: Database) => void): void {
  db.transaction(() => {
    for (const step of steps) db.exec(step);
    fill(db);
    db.pragma(`application_id = ${applicationId}`);
    db.pragma(`user_version = ${schemaVersion}`);
  }).immediate();
}

/**
 * Brings the tables of an older store forward. Returns the version of a newer one, which is left as it is; null where the
 * tables are those that this code knows. Throws `CorruptStore` where the header is none of Kerb's.
 */
export function migrate(db: Database): number | null {
  if (db.pragma('application_id', { simple: true }) !== applicationId || versionOf(db) < 1)
    throw new CorruptStore('the file is no store of Kerb');
  if (versionOf(db) === schemaVersion) return null;
  return db
    .transaction(() => {
      // Another process may have done it since.
      const version = versionOf(db);
      if (version > schemaVersion) return version;
      for (const step of steps.slice(version)) db.exec(step);
      db.pragma(`user_version = ${schemaVersion}`);
      return null;
    })
    .immediate();
}

function versionOf(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}
