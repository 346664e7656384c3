/** The journal's tables: the one row that says where the chain stands, and the entries. */
import type { Database } from 'better-sqlite3';
import { type ChainHead, chainStart, type Link, type Native } from '../../engine/index.ts';
import type { JournalRecord } from '../../hub/protocol.ts';
import { type MissedCounts, noneMissed } from './missed.ts';
import { CorruptStore } from './problem.ts';

/** Where the device's chain stands. */
export interface Chain {
  readonly device: string;
  readonly head: ChainHead;
  /** The last entry that was let go: the first one kept follows it. */
  readonly anchor: ChainHead;
  /** The last entry that the hub has. */
  readonly acknowledged: ChainHead;
  /** UTF-8 bytes of the entries kept. */
  readonly bytes: number;
  /** Of the decisions that could not be kept, those that there are gap records for. */
  readonly told: MissedCounts;
}

export interface ChainTable {
  /** Throws `CorruptStore`. */
  read(): Chain;
  write(chain: Chain): void;
  add(link: Link<JournalRecord>): void;
  /**
   * Entries in order, each checked: its text has its hash and names the hash of the one before. Begins after `from`, which
   * is believed. Ends where the table does. Throws `CorruptStore` at the first that does not hold.
   */
  walk(device: string, from: ChainHead): Generator<CheckedEntry>;
  /** The head that an entry made, as far as the table says; null where there is no such entry. */
  headAt(seq: number): ChainHead | null;
  /** The first entry there is, if its text has its hash. */
  firstText(): string | null;
  /** The first entry at or before `seq` that was made between two times. */
  firstBetween(seq: number, times: { readonly fromMs: number; readonly toMs: number }): number | null;
  /** Removes all entries up to a number and returns how many bytes went. */
  removeUpTo(seq: number): number;
}

/** Canonical JSON of an entry, and what comes after it has to follow. */
export interface CheckedEntry {
  readonly text: string;
  readonly head: ChainHead;
}

/** What a new store's chain begins with. */
export function firstChain(device: string): Chain {
  return { device, head: chainStart, anchor: chainStart, acknowledged: chainStart, bytes: 0, told: noneMissed };
}

interface EntryRow {
  readonly seq: unknown;
  readonly text: unknown;
  readonly hash: unknown;
}

/** How many rows are in memory at once while the chain is walked. */
const rowsAtOnce = 200;

/** Prepares the statements of a connection. */
export function chainTable(db: Database, { sha256 }: Pick<Native, 'sha256'>): ChainTable {
  const read = db.prepare<[], ChainRow>('SELECT * FROM chain WHERE id = 1');
  const write = db.prepare(`
    INSERT OR REPLACE INTO chain VALUES (1, @device, @head_seq, @head_hash, @anchor_seq, @anchor_hash,
      @acknowledged_seq, @acknowledged_hash, @bytes, @told_limit, @told_disk_full, @seal)`);
  const add = db.prepare('INSERT INTO entry VALUES (?, ?, ?, ?)');
  const after = db.prepare<[number, number], EntryRow>(
    'SELECT seq, text, hash FROM entry WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const hashAt = db.prepare<[number], string>('SELECT hash FROM entry WHERE seq = ?').pluck();
  const first = db.prepare<[], EntryRow>('SELECT seq, text, hash FROM entry ORDER BY seq LIMIT 1');
  const firstBetween = db
    .prepare<[number, number, number], number>(
      'SELECT seq FROM entry WHERE seq <= ? AND at BETWEEN ? AND ? ORDER BY seq LIMIT 1',
    )
    .pluck();
  const bytesUpTo = db
    .prepare<[number], number | null>('SELECT sum(octet_length(text)) FROM entry WHERE seq <= ?')
    .pluck();
  const removeUpTo = db.prepare('DELETE FROM entry WHERE seq <= ?');
  return {
    read: () => readChain(read.get(), sha256),
    write(chain) {
      const columns = columnsOf(chain);
      write.run({ ...columns, seal: sha256(JSON.stringify(columns)) });
    },
    add: ({ entry, text, head }) => void add.run(head.seq, Date.parse(entry.record.at), text, head.hash),
    *walk(device, from) {
      let head = from;
      for (;;) {
        const rows = after.all(head.seq, rowsAtOnce);
        for (const row of rows) {
          const checked = check(row, device, head, sha256);
          head = checked.head;
          yield checked;
        }
        if (rows.length < rowsAtOnce) return;
      }
    },
    headAt(seq) {
      const hash = hashAt.get(seq);
      return hash === undefined ? null : { seq, hash };
    },
    firstText() {
      const { text, hash } = first.get() ?? {};
      return typeof text === 'string' && sha256(text) === hash ? text : null;
    },
    firstBetween: (seq, { fromMs, toMs }) => firstBetween.get(seq, fromMs, toMs) ?? null,
    removeUpTo(seq) {
      const bytes = bytesUpTo.get(seq) ?? 0;
      removeUpTo.run(seq);
      return bytes;
    },
  };
}

/** Canonical JSON sorts its keys, so what links an entry stands at its beginning and its end. */
function check(
  { seq, text, hash }: EntryRow,
  device: string,
  before: ChainHead,
  sha256: Native['sha256'],
): CheckedEntry {
  const begins = `{"device":${JSON.stringify(device)},"previous":"${before.hash}","record":{`;
  const ends = `},"seq":${before.seq + 1}}`;
  if (seq !== before.seq + 1) throw new CorruptStore(`the journal has no entry ${before.seq + 1}`);
  if (typeof text !== 'string' || typeof hash !== 'string' || sha256(text) !== hash)
    throw new CorruptStore(`the journal's entry ${seq} is damaged`);
  if (!text.startsWith(begins) || !text.endsWith(ends))
    throw new CorruptStore(`the journal's entry ${seq} does not follow the one before it`);
  return { text, head: { seq, hash } };
}

interface ChainRow {
  readonly device: string;
  readonly head_seq: number;
  readonly head_hash: string;
  readonly anchor_seq: number;
  readonly anchor_hash: string;
  readonly acknowledged_seq: number;
  readonly acknowledged_hash: string;
  readonly bytes: number;
  readonly told_limit: number;
  readonly told_disk_full: number;
  readonly seal: string;
}

/** The seal makes sure that the columns are what was once written, and so of the types that they say. */
function readChain(row: ChainRow | undefined, sha256: Native['sha256']): Chain {
  if (row === undefined) throw new CorruptStore('the journal has lost its head');
  const chain: Chain = {
    device: row.device,
    head: { seq: row.head_seq, hash: row.head_hash },
    anchor: { seq: row.anchor_seq, hash: row.anchor_hash },
    acknowledged: { seq: row.acknowledged_seq, hash: row.acknowledged_hash },
    bytes: row.bytes,
    told: { limit: row.told_limit, diskFull: row.told_disk_full },
  };
  if (sha256(JSON.stringify(columnsOf(chain))) !== row.seal) throw new CorruptStore("the journal's head is damaged");
  return chain;
}

function columnsOf({ device, head, anchor, acknowledged, bytes, told }: Chain): Omit<ChainRow, 'seal'> {
  return {
    device,
    head_seq: head.seq,
    head_hash: head.hash,
    anchor_seq: anchor.seq,
    anchor_hash: anchor.hash,
    acknowledged_seq: acknowledged.seq,
    acknowledged_hash: acknowledged.hash,
    bytes,
    told_limit: told.limit,
    told_disk_full: told.diskFull,
  };
}
