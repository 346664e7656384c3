/** The journal's tables: the chain's one row, its entries, and what was decided on which tree and commit. */
import type { Database } from 'better-sqlite3';
import { z } from 'zod';
import { type ChainHead, chainStart, type Link, type Native } from '../../engine/index.ts';
import { type GapRecord, type JournalEntry, type JournalRecord, journalEntry } from '../../hub/protocol.ts';
import { CorruptStore } from './problem.ts';

/** Where the device's chain stands. */
export interface Chain {
  readonly device: string;
  readonly head: ChainHead;
  /** The last entry that was let go. */
  readonly anchor: ChainHead;
  /** The last entry that the hub has. */
  readonly acknowledged: ChainHead;
  /** UTF-8 bytes of the entries kept. */
  readonly bytes: number;
  /** Decisions that could not be kept since the last gap record. */
  readonly missing: { readonly count: number; readonly reason: GapRecord['reason'] | null };
}

/** What is remembered of a decision for as long as a commit of it may turn up. */
const decisionFact = z.strictObject({
  id: z.string(),
  seq: z.int(),
  at: z.string(),
  gate: z.string(),
  origin: z.enum(['gate', 'breakGlass', 'bypass']),
  effect: z.enum(['allow', 'deny', 'indeterminate']),
  passed: z.boolean(),
  digest: z.string(),
});
export type DecisionFact = z.infer<typeof decisionFact>;

export interface ChainTable {
  read(): Chain;
  write(chain: Chain): void;
  add(link: Link<JournalRecord>): void;
  /** Entries after a number, each checked against its hash. Throws `CorruptStore`. */
  entries(afterSeq: number, limit: number): readonly KeptEntry[];
  /** The newest decision on a tree or commit. */
  find(target: { readonly tree?: string | undefined; readonly commit?: string | undefined }): DecisionFact | null;
  /** The last entry that may go: at or before `seq`, made before `beforeMs`, and with all before it. */
  lastToPrune(seq: number, beforeMs: number): number | null;
  /** Removes all entries up to a number and returns how many bytes went, and the hash of the last. */
  prune(seq: number): { readonly bytes: number; readonly hash: string };
  /** Keeps the newest decision facts. */
  trimFacts(count: number): void;
}

export interface KeptEntry {
  readonly entry: JournalEntry;
  readonly head: ChainHead;
}

/** What a new store's chain begins with. */
export function firstChain(device: string): Chain {
  return {
    device,
    head: chainStart,
    anchor: chainStart,
    acknowledged: chainStart,
    bytes: 0,
    missing: { count: 0, reason: null },
  };
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
  readonly missing: number;
  readonly missing_reason: string | null;
  readonly seal: string;
}
interface EntryRow {
  readonly seq: number;
  readonly text: string;
  readonly hash: string;
}

/** Prepares the statements of a connection. */
export function chainTable(db: Database, { sha256 }: Pick<Native, 'sha256'>): ChainTable {
  const readChain = db.prepare<[], ChainRow>('SELECT * FROM chain WHERE id = 1');
  const writeChain = db.prepare(`
    INSERT INTO chain VALUES (1, @device, @head_seq, @head_hash, @anchor_seq, @anchor_hash, @acknowledged_seq,
      @acknowledged_hash, @bytes, @missing, @missing_reason, @seal)
    ON CONFLICT (id) DO UPDATE SET head_seq = @head_seq, head_hash = @head_hash, anchor_seq = @anchor_seq,
      anchor_hash = @anchor_hash, acknowledged_seq = @acknowledged_seq, acknowledged_hash = @acknowledged_hash,
      bytes = @bytes, missing = @missing, missing_reason = @missing_reason, seal = @seal`);
  const addEntry = db.prepare('INSERT INTO entry VALUES (?, ?, ?, ?)');
  const addFact = db.prepare('INSERT INTO decided VALUES (?, ?, ?, ?, ?)');
  const after = db.prepare<[number, number], EntryRow>(
    'SELECT seq, text, hash FROM entry WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const byTree = db.prepare<[string], FactRow>('SELECT * FROM decided WHERE tree = ? ORDER BY seq DESC LIMIT 1');
  const byCommit = db.prepare<[string], FactRow>('SELECT * FROM decided WHERE commit_id = ? ORDER BY seq DESC LIMIT 1');
  const firstYoung = db
    .prepare<[number, number], number>('SELECT min(seq) FROM entry WHERE seq <= ? AND at >= ?')
    .pluck();
  const lastUpTo = db.prepare<[number], EntryRow>(
    'SELECT seq, text, hash FROM entry WHERE seq <= ? ORDER BY seq DESC LIMIT 1',
  );
  const bytesUpTo = db
    .prepare<[number], number | null>('SELECT sum(octet_length(text)) FROM entry WHERE seq <= ?')
    .pluck();
  const removeUpTo = db.prepare('DELETE FROM entry WHERE seq <= ?');
  const trimFacts = db.prepare('DELETE FROM decided WHERE seq <= (SELECT max(seq) FROM decided) - ?');
  const sealOf = (...columns: readonly unknown[]) => sha256(JSON.stringify(columns));
  const factOf = (row: FactRow | undefined) => (row === undefined ? null : readFact(row, sealOf));

  return {
    read: () => readChainRow(readChain.get(), sealOf),
    write: (chain) => {
      const columns = columnsOf(chain);
      writeChain.run({ ...columns, seal: sealOf(columns) });
    },
    add({ entry, text, head }) {
      addEntry.run(head.seq, Date.parse(entry.record.at), text, head.hash);
      if (entry.record.kind !== 'decision') return;
      const { id, at, gate, origin, effect, passed, target, policies } = entry.record;
      const fact = JSON.stringify({
        id,
        seq: head.seq,
        at,
        gate,
        origin,
        effect,
        passed,
        digest: policies.digest,
      } satisfies DecisionFact);
      addFact.run(head.seq, target.tree, target.commit, fact, sealOf(target.tree, target.commit, fact));
    },
    entries: (afterSeq, limit) => after.all(afterSeq, limit).map((row) => readEntry(row, sha256)),
    find: ({ tree, commit }) =>
      (commit === undefined ? null : factOf(byCommit.get(commit))) ??
      (tree === undefined ? null : factOf(byTree.get(tree))),
    lastToPrune(seq, beforeMs) {
      const young = firstYoung.get(seq, beforeMs);
      const last = young == null ? seq : young - 1;
      return lastUpTo.get(last)?.seq ?? null;
    },
    prune(seq) {
      const last = lastUpTo.get(seq);
      if (last?.seq !== seq) throw new CorruptStore(`the journal has no entry ${seq} to prune up to`);
      const { head } = readEntry(last, sha256);
      const bytes = bytesUpTo.get(seq) ?? 0;
      removeUpTo.run(seq);
      return { bytes, hash: head.hash };
    },
    trimFacts: (count) => void trimFacts.run(count),
  };
}

interface FactRow {
  readonly tree: string | null;
  readonly commit_id: string | null;
  readonly fact: string;
  readonly seal: string;
}

function readFact(
  { tree, commit_id, fact, seal }: FactRow,
  sealOf: (...columns: readonly unknown[]) => string,
): DecisionFact {
  const parsed = sealOf(tree, commit_id, fact) === seal ? decisionFact.safeParse(JSON.parse(fact)) : null;
  if (parsed === null || !parsed.success) throw new CorruptStore('a decision that is remembered is damaged');
  return parsed.data;
}

/** An entry as it was written: the text has its hash, and says what it should. */
function readEntry({ seq, text, hash }: EntryRow, sha256: (text: string) => string): KeptEntry {
  if (sha256(text) !== hash) throw new CorruptStore(`the journal's entry ${seq} is damaged`);
  const parsed = journalEntry.safeParse(JSON.parse(text));
  if (!parsed.success || parsed.data.seq !== seq) throw new CorruptStore(`the journal's entry ${seq} is none`);
  return { entry: parsed.data, head: { seq, hash } };
}

function readChainRow(row: ChainRow | undefined, sealOf: (...columns: readonly unknown[]) => string): Chain {
  if (row === undefined) throw new CorruptStore('the journal has lost its head');
  const chain: Chain = {
    device: row.device,
    head: { seq: row.head_seq, hash: row.head_hash },
    anchor: { seq: row.anchor_seq, hash: row.anchor_hash },
    acknowledged: { seq: row.acknowledged_seq, hash: row.acknowledged_hash },
    bytes: row.bytes,
    missing: { count: row.missing, reason: row.missing_reason as Chain['missing']['reason'] },
  };
  if (sealOf(columnsOf(chain)) !== row.seal) throw new CorruptStore("the journal's head is damaged");
  return chain;
}

function columnsOf({ device, head, anchor, acknowledged, bytes, missing }: Chain) {
  return {
    device,
    head_seq: head.seq,
    head_hash: head.hash,
    anchor_seq: anchor.seq,
    anchor_hash: anchor.hash,
    acknowledged_seq: acknowledged.seq,
    acknowledged_hash: acknowledged.hash,
    bytes,
    missing: missing.count,
    missing_reason: missing.reason,
  };
}
