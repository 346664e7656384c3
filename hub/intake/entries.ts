/** The entries of a batch, read from its payload and checked: quickly where they are canonical, as devices keep and send them. */
import { CanonicalError, canonicalize, readJson } from '../../engine/index.ts';
import { type DecisionRecord, type JournalEntry, journalBatch, journalEntry, maxBatchEntries } from '../protocol.ts';
import { plainText } from '../store/plainText.ts';
import type { DecisionColumns } from '../store/store.ts';
import { canonicalReader, type Fields, stringOf } from './canonical.ts';
import { columnsOf, countPolicies } from './columns.ts';

/** An entry as it was sent: what its chain and the log have to know of it. */
export interface SentEntry {
  readonly device: string;
  readonly seq: number;
  readonly previous: string;
  /** Canonical JSON of the entry. */
  readonly text: string;
  readonly id: string;
  /** As `instant` has it. */
  readonly at: string;
  /** How many decisions it says are lost. */
  readonly missing: number;
  /** Null for a gap. */
  readonly decision: DecisionColumns | null;
}

/** The entries, at least one, or what is wrong with them. */
export function readEntries(payload: string): readonly SentEntry[] | string {
  return readCanonical(payload) ?? readAnyJson(payload);
}

const readEntry = canonicalReader(journalEntry, [
  ...(['device', 'seq', 'previous', 'record.id', 'record.at', 'record.missing', 'record.gate'] as const),
  ...(['record.origin', 'record.effect', 'record.passed', 'record.repository', 'record.latencyMs'] as const),
  ...(['record.policies.revision', 'record.findings'] as const),
]);

const opening = '{"entries":[';

/** Null where the quick reader cannot say. */
function readCanonical(payload: string): readonly SentEntry[] | null {
  if (!payload.startsWith(opening)) return null;
  const entries: SentEntry[] = [];
  let at = opening.length;
  while (entries.length < maxBatchEntries) {
    const reading = readEntry(payload, at);
    if (reading === null) return null;
    entries.push(entryOf(reading.fields, payload.slice(at, reading.end)));
    at = reading.end + 1;
    if (payload[reading.end] !== ',') return payload.slice(reading.end) === ']}' ? entries : null;
  }
  return null;
}

type EntryFields = Fields<'device' | 'seq' | 'previous' | `record.${string}`>;

/** Written plainly: spread objects cost here, where it is done for each decision. */
function entryOf(fields: EntryFields, text: string): SentEntry {
  const isGap = fields['record.gate'] === undefined;
  return {
    device: stringOf(fields.device!),
    seq: Number(fields.seq),
    previous: stringOf(fields.previous!),
    text,
    id: stringOf(fields['record.id']!),
    at: stringOf(fields['record.at']!),
    missing: isGap ? missingOf(JSON.parse(fields['record.missing']!) as number | null) : 0,
    decision: isGap ? null : decisionOf(fields),
  };
}

function decisionOf(fields: EntryFields): DecisionColumns {
  const findings = fields['record.findings']!;
  return {
    gate: plainOf(fields['record.gate']!),
    origin: stringOf(fields['record.origin']!),
    effect: stringOf(fields['record.effect']!) as DecisionColumns['effect'],
    passed: fields['record.passed'] === 'true',
    repository: plainOf(fields['record.repository']!),
    latencyMs: Number(fields['record.latencyMs']),
    revision: plainOf(fields['record.policies.revision']!),
    policies: findings === '[]' ? none : countPolicies(JSON.parse(findings) as DecisionRecord['findings']),
    actor: null,
  };
}

/** JSON writes what is not plain with a backslash. */
function plainOf(json: string): string {
  return json.includes('\\') ? plainText(JSON.parse(json) as string) : json.slice(1, -1);
}

const none: DecisionColumns['policies'] = [];

/** Whatever JSON it is, in whatever order: its canonical text is made here. */
function readAnyJson(payload: string): readonly SentEntry[] | string {
  const value = readJson(payload);
  if (value === undefined) return 'the payload is not JSON';
  const { success, data, error } = journalBatch.safeParse(value);
  const [issue] = error?.issues ?? [];
  if (!success) return `${issue?.path.join('.') ?? 'payload'}: ${issue?.message ?? 'not a batch'}`;
  try {
    return data.entries.map(entryOfValue);
  } catch (error) {
    if (error instanceof CanonicalError) return error.message;
    throw error;
  }
}

function entryOfValue(entry: JournalEntry): SentEntry {
  const { device, seq, previous, record } = entry;
  return {
    ...{ device, seq, previous, text: canonicalize(entry), id: record.id, at: record.at },
    missing: record.kind === 'gap' ? missingOf(record.missing) : 0,
    decision: record.kind === 'gap' ? null : columnsOf(record),
  };
}

/** Where nobody can know how many are missing, one at least is. */
function missingOf(said: number | null): number {
  return said ?? 1;
}
