/** The store on SQLite. */
import { type JournalEntry, type JournalRecord, journalEntry, journalRecord } from '../../hub/protocol.ts';
import type { Chain, CheckedEntry } from './chainTable.ts';
import { type CheckDepth, checkStore } from './check.ts';
import { asideNotes } from './establish.ts';
import type { DecisionFact, DecisionTarget } from './factTable.ts';
import { appendRecord, type GrowthOptions, headAt, prune } from './growth.ts';
import { addMissed, type MissedCounts, type MissedReason, readMissed, repairMissed } from './missed.ts';
import type { Place } from './place.ts';
import { CorruptStore } from './problem.ts';
import { entryOf, remember } from './questions.ts';
import { schemaVersion } from './schema.ts';
import type { StoreSession } from './session.ts';
import type { Acknowledged, Appended, AppendOptions, Pruned, Store, StoreStatus, Written } from './store.ts';
import { countUses } from './uses.ts';

/** Owns the session. Made by `openStore` alone. */
export class SqliteStore implements Store {
  readonly kind = 'store';
  readonly #place: Place;
  readonly #options: GrowthOptions;
  readonly #session: StoreSession;
  /** Verdicts that were of use since the last write. */
  readonly #used = new Set<string>();

  constructor(place: Place, session: StoreSession, options: GrowthOptions) {
    this.#place = place;
    this.#options = options;
    this.#session = session;
  }

  append(record: JournalRecord, { sync = 'durable', uses = [], question }: AppendOptions = {}): Appended {
    // A record that could not be read again would be of no use to anybody.
    journalRecord.parse(record);
    const appended = this.#session.write(sync, (tables): Appended => {
      const answer = question === undefined || record.kind !== 'decision' ? null : { question, record };
      const known = answer === null ? null : entryOf(answer, tables, this.#options);
      if (known !== null) return { kind: 'appended', entry: known.entry, hash: known.head.hash };
      const done = appendRecord(tables, record, this.#options);
      if (done.kind === 'refused') return done;
      if (answer !== null) remember(answer, done.link.head.seq, tables, this.#options);
      const refused = countUses(tables.state, uses);
      if (refused !== null) return refused;
      return { kind: 'appended', entry: done.link.entry, hash: done.link.head.hash };
    });
    if (appended.kind === 'appended') repairMissed(this.#place);
    return appended;
  }

  entries(afterSeq: number, limit: number): readonly JournalEntry[] {
    return this.#session.read((tables) => {
      const chain = tables.chain.read();
      const kept: CheckedEntry[] = [];
      if (limit < 1 || afterSeq >= chain.head.seq) return [];
      for (const entry of tables.chain.walk(chain.device, headAt(tables.chain, afterSeq, chain))) {
        kept.push(entry);
        if (kept.length === limit) break;
      }
      const last = kept.at(-1)?.head.seq ?? afterSeq;
      if (kept.length < limit && last !== chain.head.seq) throw new CorruptStore(`the journal ends with entry ${last}`);
      return kept.map(({ text }) => journalEntry.parse(JSON.parse(text)));
    });
  }

  acknowledge(seq: number, hash: string): Acknowledged {
    return this.#session.write('soon', (tables): Acknowledged => {
      const chain = tables.chain.read();
      if (seq <= chain.acknowledged.seq) return { kind: 'acknowledged' };
      const own = tables.chain.headAt(seq);
      if (own?.hash !== hash) return { kind: 'diverged', message: divergence(chain, seq) };
      tables.chain.write({ ...chain, acknowledged: own });
      return { kind: 'acknowledged' };
    });
  }

  withdraw(seq: number, hash: string): Acknowledged {
    return this.#session.write('soon', (tables): Acknowledged => {
      const chain = tables.chain.read();
      if (seq >= chain.acknowledged.seq) return { kind: 'acknowledged' };
      if (seq < chain.anchor.seq) return { kind: 'diverged', message: letGo(chain, seq) };
      const own = headAt(tables.chain, seq, chain);
      if (own.hash !== hash) return { kind: 'diverged', message: divergence(chain, seq) };
      tables.chain.write({ ...chain, acknowledged: own });
      return { kind: 'acknowledged' };
    });
  }

  prune(): Pruned {
    return this.#session.write('soon', (tables): Pruned => {
      const before = tables.chain.read();
      const after = prune(tables, before, this.#options);
      tables.chain.write(after);
      return { kind: 'pruned', entries: after.anchor.seq - before.anchor.seq };
    });
  }

  miss(reason: MissedReason, count: number): Written {
    return addMissed(this.#place, reason, count) ?? written;
  }

  findDecision(target: DecisionTarget): DecisionFact | null {
    return this.#session.read((tables) => tables.facts.find(target));
  }

  verdicts(keys: readonly string[]): Map<string, string> {
    const found = this.#session.read((tables) => tables.verdicts.get(keys));
    for (const key of found.keys()) this.#used.add(key);
    return found;
  }

  putVerdicts(verdicts: ReadonlyMap<string, string>): Written {
    return this.#session.write('soon', (tables) => {
      tables.verdicts.put(verdicts, { used: this.#used, limit: this.#options.limits.maxVerdicts });
      this.#used.clear();
      return written;
    });
  }

  state(key: string): string | null {
    return this.#session.read((tables) => tables.state.get(key));
  }

  setState(key: string, value: string | null): Written {
    return this.#session.write('durable', (tables) => {
      if (value === null) tables.state.remove(key);
      else tables.state.put(key, value);
      return written;
    });
  }

  requests(): ReadonlyMap<string, string> {
    return this.#session.read((tables) => tables.requests.all());
  }

  putRequest(id: string, value: string): Written {
    return this.#session.write('durable', (tables): Written => {
      const waiting = tables.requests.all();
      const { maxRequests } = this.#options.limits;
      if (!waiting.has(id) && waiting.size >= maxRequests)
        return { kind: 'refused', reason: 'limit', message: `${maxRequests} requests wait already` };
      tables.requests.put(id, value);
      return written;
    });
  }

  removeRequest(id: string): Written {
    return this.#session.write('durable', (tables) => {
      tables.requests.remove(id);
      return written;
    });
  }

  check(depth: CheckDepth): void {
    this.#session.read(() => checkStore(this.#session.db, depth, this.#options));
  }

  status(): StoreStatus {
    return this.#session.read((tables) => {
      const { device, head, anchor, acknowledged, bytes, told } = tables.chain.read();
      const { db } = this.#session;
      return {
        file: this.#place.file,
        schema: schemaVersion,
        sizeBytes: Number(db.pragma('page_count', { simple: true })) * Number(db.pragma('page_size', { simple: true })),
        device,
        head,
        acknowledgedSeq: acknowledged.seq,
        entries: head.seq - anchor.seq,
        unacknowledged: head.seq - Math.max(acknowledged.seq, anchor.seq),
        entryBytes: bytes,
        missed: untold(readMissed(this.#place), told),
        verdicts: tables.verdicts.count(),
        requests: tables.requests.all().size,
        setAside: asideNotes(tables.state),
      };
    });
  }

  close(): void {
    this.#session.close();
  }
}

const written: Written = { kind: 'written' };

/** The decisions that there is no gap record for yet. */
function untold(missed: MissedCounts | null, told: MissedCounts): number | null {
  if (missed === null) return null;
  return Math.max(0, missed.limit - told.limit) + Math.max(0, missed.diskFull - told.diskFull);
}

function divergence({ device, head }: Chain, seq: number): string {
  return `the hub has an entry ${seq} of device ${device} that is not the one kept here, where the journal is at ${head.seq}`;
}

function letGo({ anchor }: Chain, seq: number): string {
  return `the hub has lost what comes after entry ${seq}, and this device has let go of all up to ${anchor.seq}`;
}
