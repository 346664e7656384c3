/** The chain grows at its end and is cut at its beginning. All of it happens within the caller's transaction. */
import { type ChainHead, type Link, link, type Native } from '../../engine/index.ts';
import type { GapRecord, JournalRecord } from '../../hub/protocol.ts';
import type { Chain, ChainTable } from './chainTable.ts';
import { gapRecord } from './gap.ts';
import type { StoreLimits } from './limits.ts';
import { type MissedCounts, noneMissed } from './missed.ts';
import { CorruptStore, type Refusal } from './problem.ts';
import type { Tables } from './tables.ts';

export interface GrowthOptions {
  readonly now: () => number;
  readonly sha256: Native['sha256'];
  readonly limits: StoreLimits;
  /** Whether a hub waits for the entries: then only those that it has may go. */
  readonly isAwaited: () => boolean;
  /** The decisions that could not be kept until now; null where nobody knows. */
  readonly missed: () => MissedCounts | null;
}

/** Adds a record, before it what is missing, and makes room for them. A refusal is to be rolled back. */
export function appendRecord(
  tables: Tables,
  record: JournalRecord,
  options: GrowthOptions,
): { readonly kind: 'appended'; readonly link: Link<JournalRecord> } | Refusal {
  const before = tellMissed(tables, tables.chain.read(), options);
  const next = link({ device: before.device, head: before.head, record }, options);
  const chain = roomFor(Buffer.byteLength(next.text), tables, before, options);
  if ('kind' in chain) return chain;
  tables.chain.write(add(tables, next, chain));
  return { kind: 'appended', link: next };
}

/** The chain without the entries that may go. */
export function prune(tables: Tables, chain: Chain, options: GrowthOptions): Chain {
  return letGo(tables, chain, { upTo: lastToGo(tables, chain, options), maxFacts: options.limits.maxFacts });
}

/**
 * The last entry that may go. One from the future says nothing of its age: a clock was ahead when it was made, or is behind
 * now. It neither stays for years nor keeps what comes after it.
 */
function lastToGo({ chain: table }: Tables, chain: Chain, { now, limits, isAwaited }: GrowthOptions): number {
  const last = isAwaited() ? chain.acknowledged.seq : chain.head.seq;
  const toMs = now();
  const young = table.firstBetween(last, { fromMs: toMs - limits.retentionMs, toMs });
  return young === null ? last : young - 1;
}

function letGo(
  { chain: table, facts }: Tables,
  chain: Chain,
  { upTo, maxFacts }: { readonly upTo: number; readonly maxFacts: number },
): Chain {
  if (upTo <= chain.anchor.seq) return chain;
  const anchor = headAt(table, upTo, chain);
  facts.trim(maxFacts);
  return { ...chain, anchor, bytes: chain.bytes - table.removeUpTo(upTo) };
}

/** The head that an entry of the chain made; the anchor's for what was let go. Throws `CorruptStore`. */
export function headAt(table: ChainTable, seq: number, { anchor }: Chain): ChainHead {
  if (seq <= anchor.seq) return anchor;
  const head = table.headAt(seq);
  if (head === null) throw new CorruptStore(`the journal has no entry ${seq}`);
  return head;
}

/** Says in gap records what could not be kept before. */
function tellMissed(tables: Tables, chain: Chain, options: GrowthOptions): Chain {
  const missed = options.missed();
  if (missed === null)
    return { ...addGap(tables, chain, gapRecord('corruption', null, options.now()), options), told: noneMissed };
  let told = chain;
  for (const reason of ['limit', 'diskFull'] as const) {
    const count = missed[reason] - chain.told[reason];
    if (count > 0) told = addGap(tables, told, gapRecord(reason, count, options.now()), options);
  }
  return { ...told, told: missed };
}

function addGap(tables: Tables, chain: Chain, record: GapRecord, options: GrowthOptions): Chain {
  return add(tables, link<JournalRecord>({ device: chain.device, head: chain.head, record }, options), chain);
}

function add({ chain: table, facts }: Tables, { entry, text, head }: Link<JournalRecord>, chain: Chain): Chain {
  table.add({ entry, text, head });
  if (entry.record.kind === 'decision') facts.add(entry.record, head.seq);
  return { ...chain, head, bytes: chain.bytes + Buffer.byteLength(text) };
}

/** What makes room goes in parts: a clock that is years ahead for a moment says of everything that it may go. */
const shareAtOnce = 0.1;

function roomFor(bytes: number, tables: Tables, chain: Chain, options: GrowthOptions): Chain | Refusal {
  const { maxEntries, maxBytes } = options.limits;
  const isFull = ({ head, anchor, ...kept }: Chain) =>
    head.seq - anchor.seq >= maxEntries || kept.bytes + bytes > maxBytes;
  const mayGo = isFull(chain) ? lastToGo(tables, chain, options) : 0;
  let roomy = chain;
  while (isFull(roomy) && roomy.anchor.seq < mayGo) {
    const some = Math.ceil((roomy.head.seq - roomy.anchor.seq) * shareAtOnce);
    roomy = letGo(tables, roomy, { upTo: Math.min(mayGo, roomy.anchor.seq + some), maxFacts: options.limits.maxFacts });
  }
  if (!isFull(roomy)) return roomy;
  return {
    kind: 'refused',
    reason: 'limit',
    message: `the journal is full: it keeps ${roomy.head.seq - roomy.anchor.seq} entries, and none of them may go yet (kerb sync brings them to the hub)`,
  };
}
