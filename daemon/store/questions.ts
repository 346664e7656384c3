/**
 * Which questions have their decision: whoever asked a daemon that died before it answered asks again, and what it had decided
 * and kept by then is not kept a second time. A decision costs the same few rows however many a push has.
 */
import { type ChainHead, canonicalize, type Native } from '../../engine/index.ts';
import { type DecisionRecord, type JournalEntry, journalEntry } from '../../hub/protocol.ts';
import { headAt } from './growth.ts';
import type { Tables } from './tables.ts';

/** More than can be open at once, also where a push has a decision for each of many refs. */
const remembered = 1024;

/** A question, and what was decided on it. */
export interface Answer {
  readonly question: string;
  readonly record: DecisionRecord;
}

/** The entry that keeps the same decision on the same question; null where none does any more. Throws `CorruptStore`. */
export function entryOf(
  answer: Answer,
  { chain: table, state }: Tables,
  native: Pick<Native, 'sha256'>,
): { readonly entry: JournalEntry; readonly head: ChainHead } | null {
  const name = nameOf(answer, native);
  const seq = Number(state.get(keyOf(name)) ?? 0);
  const chain = table.read();
  if (seq <= chain.anchor.seq || seq > chain.head.seq) return null;
  const { value } = table.walk(chain.device, headAt(table, seq - 1, chain)).next();
  if (value === undefined) return null;
  const entry = journalEntry.parse(JSON.parse(value.text));
  const { record } = entry;
  // In a journal that was cut off by damage, the number may be another entry's by now.
  const isSame = record.kind === 'decision' && nameOf({ ...answer, record }, native) === name;
  return isSame ? { entry, head: value.head } : null;
}

/** Remembers, in the transaction that keeps the decision as number `seq`, and forgets the one that was so long ago. */
export function remember(answer: Answer, seq: number, { state }: Tables, native: Pick<Native, 'sha256'>): void {
  const name = nameOf(answer, native);
  const place = `answer at ${seq % remembered}`;
  const former = state.get(place);
  if (former !== null) state.remove(keyOf(former));
  state.put(place, name);
  state.put(keyOf(name), String(seq));
}

function keyOf(name: string): string {
  return `answer ${name}`;
}

/** The same for all that decide alike, whenever they do and whichever process it is: on other policies it is another decision. */
function nameOf({ question, record }: Answer, { sha256 }: Pick<Native, 'sha256'>): string {
  const { id: _id, at: _at, latencyMs: _latency, client: _client, ...said } = record;
  return sha256(canonicalize([question, said]));
}
