/** What of a damaged store can be verified, and carrying it over into a new one. */
import type { Database } from 'better-sqlite3';
import { type ChainHead, link, type Native } from '../../engine/index.ts';
import type { JournalEntry } from '../../hub/protocol.ts';
import { type Chain, type ChainTable, firstChain } from './chainTable.ts';
import { gapRecord } from './gap.ts';
import { isCorruption, isOutOfMemory, isSchemaDamage } from './problem.ts';
import { type Tables, tablesOf } from './tables.ts';

export interface Salvaged {
  /** Entries carried over. */
  readonly entries: number;
  /** Decisions lost; null where nobody can know how many, 0 where none is. */
  readonly missing: number | null;
}

export interface SalvageOptions {
  readonly device: string;
  readonly now: () => number;
  readonly sha256: Native['sha256'];
}

/** Where a new store begins: with nothing, or with what is left of a damaged one (null where that cannot even be opened). */
export type Source = { readonly kind: 'new' } | { readonly kind: 'damaged'; readonly db: Database | null };

/**
 * Fills a new, empty store with what is verifiable in a damaged one: the entries up to the first that does not hold, what
 * is remembered, and requests. Judged files can be judged again. Where decisions are lost, a gap record says so.
 */
export function salvage(fresh: Database, source: Source, options: SalvageOptions): Salvaged {
  const to = tablesOf(fresh, options);
  if (source.kind === 'new') return begin(to, firstChain(options.device), 0, options);
  const from = source.db === null ? null : tablesOfDamaged(source.db, options);
  if (from === null) return begin(to, firstChain(options.device), null, options);
  const { chain, missing } = verifiable(from.chain, options.device);
  const carried = carryEntries(from.chain, to, chain);
  carryRest(from, to);
  return begin(to, carried, missing, options);
}

function tablesOfDamaged(db: Database, options: SalvageOptions): Tables | null {
  return unlessCorrupt(() => tablesOf(db, options));
}

/** Writes the chain, and after it what is missing. */
function begin(
  { chain: table }: Tables,
  chain: Chain,
  missing: number | null,
  { now, sha256 }: SalvageOptions,
): Salvaged {
  const entries = chain.head.seq - chain.anchor.seq;
  if (missing === 0) {
    table.write(chain);
    return { entries, missing };
  }
  const record = gapRecord('corruption', missing, now());
  const gap = link({ device: chain.device, head: chain.head, record }, { sha256 });
  table.add(gap);
  table.write({ ...chain, head: gap.head, bytes: chain.bytes + Buffer.byteLength(gap.text) });
  return { entries, missing };
}

/** The chain as far as it holds, and how many decisions came after. */
function verifiable(table: ChainTable, device: string): { readonly chain: Chain; readonly missing: number | null } {
  const known = unlessCorrupt(() => table.read());
  const chain = known ?? { ...firstChain(device), ...startOf(table) };
  const end = lastOf(table, chain.device, chain.anchor);
  // What is lost but acknowledged is with the hub: the chain goes on after it.
  if (known !== null && end.seq < known.acknowledged.seq) {
    const resumed = lastOf(table, known.device, known.acknowledged);
    return { chain: { ...known, anchor: known.acknowledged, head: resumed }, missing: known.head.seq - resumed.seq };
  }
  return { chain: { ...chain, head: end }, missing: known === null ? null : known.head.seq - end.seq };
}

/** Where the entries begin, by their own word: each is still held by its hash and by the link of the next. */
function startOf(table: ChainTable): Partial<Chain> {
  const text = unlessCorrupt(() => table.firstText());
  if (text === null) return {};
  const { device, seq, previous } = JSON.parse(text) as JournalEntry;
  const anchor = { seq: seq - 1, hash: previous };
  return { device, anchor, acknowledged: anchor };
}

/** The last entry after `from` that holds. */
function lastOf(table: ChainTable, device: string, from: ChainHead): ChainHead {
  let last = from;
  unlessCorrupt(() => {
    for (const { head } of table.walk(device, from)) last = head;
  });
  return last;
}

function carryEntries(from: ChainTable, to: Tables, chain: Chain): Chain {
  let bytes = 0;
  if (chain.head.seq === chain.anchor.seq) return { ...chain, bytes };
  for (const { text, head } of from.walk(chain.device, chain.anchor)) {
    const entry = JSON.parse(text) as JournalEntry;
    to.chain.add({ entry, text, head });
    if (entry.record.kind === 'decision') to.facts.add(entry.record, head.seq);
    bytes += Buffer.byteLength(text);
    if (head.seq === chain.head.seq) break;
  }
  return { ...chain, bytes };
}

function carryRest(from: Tables, to: Tables): void {
  unlessCorrupt(() => {
    for (const row of from.facts.rows()) to.facts.carry(row);
  });
  for (const name of ['state', 'requests'] as const) {
    unlessCorrupt(() => {
      for (const [key, value] of from[name].whole()) to[name].put(key, value);
    });
  }
}

/**
 * What damage makes impossible is not done: whatever was done before it stays. A damaged row may claim any size, so that
 * no memory is enough for it.
 */
function unlessCorrupt<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (isCorruption(error) || isSchemaDamage(error) || isOutOfMemory(error)) return null;
    throw error;
  }
}
