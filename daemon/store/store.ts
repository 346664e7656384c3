/**
 * The one SQLite file of a user, shared by every process of theirs: the journal, what was decided on which tree, judged
 * files, what is to be remembered, requests that wait. Each write is one transaction and one value: it happened, or why not.
 */
import type { ChainHead } from '../../engine/index.ts';
import type { JournalEntry, JournalRecord } from '../../hub/protocol.ts';
import type { CheckDepth } from './check.ts';
import type { AsideNote } from './establish.ts';
import type { DecisionFact, DecisionTarget } from './factTable.ts';
import type { MissedReason } from './missed.ts';
import type { Refusal } from './problem.ts';
import type { ExceptionUse } from './uses.ts';

export interface Store {
  readonly kind: 'store';
  /**
   * Adds a record to the chain, and its uses of exceptions, in one IMMEDIATE transaction. With `durable` it is on disk when
   * this returns; with `soon` it is safe from a crash of Kerb, but not from one of the machine.
   */
  append(record: JournalRecord, options?: AppendOptions): Appended;
  /** Entries after a number, in order, each checked against its hash and the one before it. */
  entries(afterSeq: number, limit: number): readonly JournalEntry[];
  /** What the hub has: number and hash of the last entry. It may be let go after the retention. */
  acknowledge(seq: number, hash: string): Acknowledged;
  /** What the hub has, where that is less than it had acknowledged. Refused where entries after it were let go already. */
  withdraw(seq: number, hash: string): Acknowledged;
  /** Lets entries go that may go, and says how many did. A full journal does so by itself. */
  prune(): Pruned;
  /** Counts decisions that passed and cannot be kept: the next one that can has a gap record before it. */
  miss(reason: MissedReason, count: number): Written;
  /** The newest decision on a commit or, failing that, on its tree. */
  findDecision(target: DecisionTarget): DecisionFact | null;
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
  /** Reads every page and every entry again. What is damaged is set aside and told by `status`, as at any other read. */
  check(depth: CheckDepth): void;
  status(): StoreStatus;
  close(): void;
}

export interface AppendOptions {
  readonly sync?: 'durable' | 'soon';
  readonly uses?: readonly ExceptionUse[];
  /** What was asked, in a name of the asker's: the same decision on it is kept once, and its entry returned again. */
  readonly question?: string | undefined;
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
  readonly head: ChainHead;
  readonly acknowledgedSeq: number;
  /** Entries kept here. */
  readonly entries: number;
  readonly unacknowledged: number;
  readonly entryBytes: number;
  /** Decisions that passed and could not be kept, and that there is no gap record for yet; null where nobody knows. */
  readonly missed: number | null;
  readonly verdicts: number;
  readonly requests: number;
  /** Damaged stores that were set aside, and deleted ones, the newest last. */
  readonly setAside: readonly AsideNote[];
}
