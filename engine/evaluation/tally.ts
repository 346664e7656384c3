/** How often each mark's key stands in a file, kept up as parts come and go. */
import type { PartJudgement } from './part.ts';

/** The judgements that were counted last, and how many of their marks have each key. */
export interface Tally {
  judgements: readonly PartJudgement[];
  readonly counts: Map<string, number>;
  /** How many keys stand more than once. */
  repeated: number;
}

/** Counts nothing yet. */
export function createTally(): Tally {
  return { judgements: [], counts: new Map(), repeated: 0 };
}

/** Counts these judgements instead of those of before: what both have at their beginning and end is not looked at. */
export function recount(tally: Tally, judgements: readonly PartJudgement[]): void {
  const before = tally.judgements;
  const most = Math.min(before.length, judgements.length);
  let front = 0;
  while (front < most && before[front] === judgements[front]) front++;
  let back = 0;
  while (back < most - front && before[before.length - 1 - back] === judgements[judgements.length - 1 - back]) back++;
  for (const { marks } of before.slice(front, before.length - back)) for (const { key } of marks) drop(tally, key);
  for (const { marks } of judgements.slice(front, judgements.length - back))
    for (const { key } of marks) add(tally, key);
  tally.judgements = judgements;
}

function add(tally: Tally, key: string): void {
  const count = (tally.counts.get(key) ?? 0) + 1;
  tally.counts.set(key, count);
  if (count === 2) tally.repeated++;
}

function drop(tally: Tally, key: string): void {
  const count = (tally.counts.get(key) ?? 0) - 1;
  if (count > 0) tally.counts.set(key, count);
  else tally.counts.delete(key);
  if (count === 1) tally.repeated--;
}
