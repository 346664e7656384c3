/**
 * The one SQLite file of a user, shared by every process of theirs: the journal, what was decided on which tree, judged
 * files, what is to be remembered, requests that wait. Each write is one transaction and one value: it happened, or why not.
 */
import type { Database } from 'better-sqlite3';
import { link, type Native } from '../../engine/index.ts';
import type { JournalEntry, JournalRecord } from '../../hub/protocol.ts';
import { type Chain, type ChainTable, chainTable, type DecisionFact, type KeptEntry } from './chainTable.ts';
import { type KeyedTable, keyedTable, type VerdictTable, verdictTable } from './keyedTable.ts';
import type { StoreLimits } from './limits.ts';
import { CorruptStore, type Refusal, refusalOf } from './problem.ts';
import { schemaVersion } from './schema.ts';

export interface Store {
  readonly kind: 'store';
  /**
   * Adds a record to the chain, and the verdicts that it rests on, in one IMMEDIATE transaction. With `durable` it is on
   * disk when this returns; with `soon` it is safe from a crash of Kerb, but not from one of the machine.
   */
  append(record: JournalRecord, options?: AppendOptions): Appended;
  /** Entries after a number, in order, each checked against its hash and the one before it. */
  entries(afterSeq: number, limit: number): readonly JournalEntry[];
  /** What the hub has: number and hash of the last entry. It may be let go after the retention. */
  acknowledge(seq: number, hash: string): Acknowledged;
  /** Lets entries go that may go, and returns how many did. */
  prune(): Pruned;
  /** The newest decision on a commit or, failing that, on its tree. */
  findDecision(target: {
    readonly tree?: string | undefined;
    readonly commit?: string | undefined;
  }): DecisionFact | null;
  /** Judged files by key; the key holds all that the verdict depends on. */
  verdicts(keys: readonly string[]): Map<string, string>;
  putVerdicts(verdicts: ReadonlyMap<string, string>): Written;
  state(key: string): string | null;
  /** Remembers a text; null forgets it. */
  setState(key: string, value: string | null): Written;
  /** Requests for exceptions, by id. */
  requests(): ReadonlyMap<string, string>;
  putRequest(id: string, value: string): Written;
  removeRequest(id: string): Written;
  status(): StoreStatus;
  close(): void;
}

export interface AppendOptions {
  readonly sync?: 'durable' | 'soon';
  readonly verdicts?: ReadonlyMap<string, string>;
}
export type Appended = { readonly kind: 'appended'; readonly entry: JournalEntry; readonly hash: string } | Refusal;
export type Written = { readonly kind: 'written' } | Refusal;
export type Pruned = { readonly kind: 'pruned'; readonly entries: number } | Refusal;
export type Acknowledged =
  | { readonly kind: 'acknowledged' }
  /** The hub has entries that this store has not, or others under the same number. */
  | { readonly kind: 'diverged'; readonly message: string }
  | Refusal;

export interface StoreStatus {
  readonly file: string;
  readonly schema: number;
  readonly sizeBytes: number;
  readonly device: string;
  /** Number and hash of the last entry. */
  readonly head: Chain['head'];
  readonly acknowledgedSeq: number;
  /** Entries kept here. */
  readonly entries: number;
  readonly unacknowledged: number;
  readonly entryBytes: number;
  /** Decisions that passed and could not be kept, and for which there is no gap record yet. */
  readonly missing: number;
  readonly verdicts: number;
  readonly requests: number;
}

export interface StoreOptions {
  readonly now: () => number;
  readonly sha256: Native['sha256'];
  readonly limits: StoreLimits;
}

interface Tables {
  readonly chain: ChainTable;
  readonly verdicts: VerdictTable;
  readonly state: KeyedTable;
  readonly requests: KeyedTable;
}

/** Owns the connection. Made by `openStore` alone. */
export class SqliteStore implements Store {
  readonly kind = 'store';
  readonly #file: string;
  readonly #options: StoreOptions;
  readonly #db: Database;
  readonly #tables: Tables;
  /** Verdicts that were of use since the last write. */
  readonly #used = new Set<string>();

  constructor(file: string, db: Database, options: StoreOptions) {
    this.#file = file;
    this.#options = options;
    this.#db = db;
    this.#tables = {
      chain: chainTable(db, options),
      verdicts: verdictTable(db, options),
      state: keyedTable(db, 'state', options),
      requests: keyedTable(db, 'request', options),
    };
  }

  append(record: JournalRecord, { sync = 'durable', verdicts = new Map() }: AppendOptions = {}): Appended {
    return this.#write(sync, () => {
      const { chain } = this.#tables;
      const before = chain.read();
      const next = link({ device: before.device, head: before.head, record }, this.#options);
      const bytes = Buffer.byteLength(next.text);
      const full = this.#fullness(before, bytes);
      if (full !== null) return full;
      chain.add(next);
      chain.write({ ...before, head: next.head, bytes: before.bytes + bytes });
      if (verdicts.size > 0) this.#putVerdicts(verdicts);
      return { kind: 'appended', entry: next.entry, hash: next.head.hash };
    });
  }

  entries(afterSeq: number, limit: number): readonly JournalEntry[] {
    return this.#read(() => {
      const kept = this.#tables.chain.entries(afterSeq, limit);
      checkLinks(kept);
      return kept.map(({ entry }) => entry);
    });
  }

  acknowledge(seq: number, hash: string): Acknowledged {
    return this.#write('soon', () => {
      const { chain } = this.#tables;
      const before = chain.read();
      if (seq <= before.acknowledged.seq) return { kind: 'acknowledged' };
      const own = chain.entries(seq - 1, 1)[0]?.head;
      if (own === undefined || own.seq !== seq || own.hash !== hash)
        return {
          kind: 'diverged',
          message: `the hub has an entry ${seq} of ${before.device} that is not the one kept here`,
        };
      chain.write({ ...before, acknowledged: own });
      return { kind: 'acknowledged' };
    });
  }

  prune(): Pruned {
    return this.#write('soon', () => {
      const { chain } = this.#tables;
      const { now, limits } = this.#options;
      const before = chain.read();
      const last = limits.prunes === 'all' ? before.head.seq : before.acknowledged.seq;
      const seq = chain.lastToPrune(last, now() - limits.retentionMs);
      if (seq === null || seq <= before.anchor.seq) return { kind: 'pruned', entries: 0 };
      const { bytes, hash } = chain.prune(seq);
      chain.write({ ...before, anchor: { seq, hash }, bytes: before.bytes - bytes });
      chain.trimFacts(limits.maxFacts);
      return { kind: 'pruned', entries: seq - before.anchor.seq };
    });
  }

  findDecision(target: {
    readonly tree?: string | undefined;
    readonly commit?: string | undefined;
  }): DecisionFact | null {
    return this.#read(() => this.#tables.chain.find(target));
  }

  verdicts(keys: readonly string[]): Map<string, string> {
    const found = this.#read(() => this.#tables.verdicts.get(keys));
    for (const key of found.keys()) this.#used.add(key);
    return found;
  }

  putVerdicts(verdicts: ReadonlyMap<string, string>): Written {
    return this.#write('soon', () => this.#putVerdicts(verdicts));
  }

  state(key: string): string | null {
    return this.#read(() => this.#tables.state.get(key));
  }

  setState(key: string, value: string | null): Written {
    return this.#write('durable', () => {
      if (value === null) this.#tables.state.remove(key);
      else this.#tables.state.put(key, value);
      return { kind: 'written' };
    });
  }

  requests(): ReadonlyMap<string, string> {
    return this.#read(() => this.#tables.requests.all());
  }

  putRequest(id: string, value: string): Written {
    return this.#write('durable', () => {
      const waiting = this.#tables.requests.all();
      const { maxRequests } = this.#options.limits;
      if (!waiting.has(id) && waiting.size >= maxRequests)
        return { kind: 'refused', reason: 'limit', message: `${maxRequests} requests for exceptions wait already` };
      this.#tables.requests.put(id, value);
      return { kind: 'written' };
    });
  }

  removeRequest(id: string): Written {
    return this.#write('durable', () => {
      this.#tables.requests.remove(id);
      return { kind: 'written' };
    });
  }

  status(): StoreStatus {
    return this.#read(() => {
      const { device, head, anchor, acknowledged, bytes, missing } = this.#tables.chain.read();
      const pages = Number(this.#db.pragma('page_count', { simple: true }));
      return {
        file: this.#file,
        schema: schemaVersion,
        sizeBytes: pages * Number(this.#db.pragma('page_size', { simple: true })),
        device,
        head,
        acknowledgedSeq: acknowledged.seq,
        entries: head.seq - anchor.seq,
        unacknowledged: head.seq - Math.max(acknowledged.seq, anchor.seq),
        entryBytes: bytes,
        missing: missing.count,
        verdicts: this.#tables.verdicts.count(),
        requests: this.#tables.requests.all().size,
      };
    });
  }

  close(): void {
    this.#db.close();
  }

  #putVerdicts(verdicts: ReadonlyMap<string, string>): Written {
    this.#tables.verdicts.put(verdicts, { used: this.#used, limit: this.#options.limits.maxVerdicts });
    this.#used.clear();
    return { kind: 'written' };
  }

  /** Why the journal takes no more bytes, or null where it does. */
  #fullness({ head, anchor, bytes }: Chain, more: number): Refusal | null {
    const { maxEntries, maxBytes } = this.#options.limits;
    if (head.seq - anchor.seq < maxEntries && bytes + more <= maxBytes) return null;
    return {
      kind: 'refused',
      reason: 'limit',
      message: `the journal holds ${head.seq - anchor.seq} entries that the hub has not yet taken, and takes no more: kerb sync`,
    };
  }

  #read<T>(work: () => T): T {
    return this.#db.transaction(work)();
  }

  /** One transaction that took the write lock at its beginning; what the disk refuses is a value. */
  #write<T>(sync: 'durable' | 'soon', work: () => T | Refusal): T | Refusal {
    try {
      this.#db.pragma(`synchronous = ${sync === 'durable' ? 'FULL' : 'NORMAL'}`);
      return this.#db.transaction(work).immediate();
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === null) throw error;
      return refusal;
    }
  }
}

/** Each entry follows the one before it. Throws `CorruptStore`. */
function checkLinks(kept: readonly KeptEntry[]): void {
  for (const [at, { entry }] of kept.entries()) {
    const before = kept[at - 1]?.head;
    if (before !== undefined && (entry.seq !== before.seq + 1 || entry.previous !== before.hash))
      throw new CorruptStore(`the journal's entry ${entry.seq} does not follow ${before.seq}`);
  }
}
