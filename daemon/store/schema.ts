/** The tables, as numbered steps: a store of any older version is brought forward, a newer one is left alone. */
import type { Database } from 'better-sqlite3';

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
    -- Decisions that could not be kept since the last gap record, and why.
    missing INTEGER NOT NULL, missing_reason TEXT,
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

export type SchemaState =
  | { readonly kind: 'ready' }
  /** Nothing in it yet: `first` fills in what a new store begins with. */
  | { readonly kind: 'newer'; readonly version: number }
  | { readonly kind: 'foreign' };

/** Brings the tables forward in one transaction; `first` adds what a new store begins with. */
export function migrate(db: Database, first: (db: Database) => void): SchemaState {
  if (versionOf(db) === schemaVersion)
    return { kind: db.pragma('application_id', { simple: true }) === applicationId ? 'ready' : 'foreign' };
  return db
    .transaction((): SchemaState => {
      const version = versionOf(db);
      if (version > schemaVersion) return { kind: 'newer', version };
      if (version === 0 && tableCount(db) > 0) return { kind: 'foreign' };
      for (const step of steps.slice(version)) db.exec(step);
      if (version === 0) first(db);
      db.pragma(`application_id = ${applicationId}`);
      db.pragma(`user_version = ${schemaVersion}`);
      return { kind: 'ready' };
    })
    .immediate();
}

function versionOf(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

function tableCount(db: Database): number {
  return db.prepare<[], number>('SELECT count(*) FROM sqlite_schema').pluck().get() ?? 0;
}
