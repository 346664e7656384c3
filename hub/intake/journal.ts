/** What devices send: a signed batch of entries, each of which follows the one before it. */
import { breakOf, CanonicalError, type ChainHead, canonicalize } from '../../engine/index.ts';
import { sha256Hex } from '../cryptography.ts';
import { newEntry } from '../log/entry.ts';
import type { ChainLink } from '../log/plan.ts';
import {
  batchPayloadType,
  type DecisionRecord,
  type Envelope,
  type JournalBatch,
  type JournalEntry,
  journalBatch,
} from '../protocol.ts';
import type { Device } from '../store/query/device.ts';
import type { DecisionColumns, PolicyCount } from '../store/store.ts';
import { openEnvelope } from './envelope.ts';
import { shapeOf } from './shape.ts';

export type BatchReading =
  | { readonly kind: 'batch'; readonly links: readonly ChainLink[] }
  | { readonly kind: 'refused'; readonly code: 'invalid' | 'badSignature' | 'brokenChain'; readonly message: string };

/** Opens a device's envelope: signed by the device's key, of the agreed form, and one chain in itself. */
export function readBatch(envelope: Envelope, device: Device, received: number): BatchReading {
  const opened = openEnvelope(envelope, device, batchPayloadType);
  if (opened.kind === 'refused') return opened;
  const parsed = parse(opened.text);
  if (typeof parsed === 'string') return refused('invalid', parsed);
  try {
    return readChain(parsed, device.id, received);
  } catch (error) {
    if (error instanceof CanonicalError) return refused('invalid', error.message);
    throw error;
  }
}

interface Parsed {
  readonly entries: readonly JournalEntry[];
  /** Writes an entry as canonical JSON. */
  readonly write: (entry: JournalEntry) => string;
}

const isPlainBatch = shapeOf(journalBatch) as (value: unknown) => value is JournalBatch;

/** The batch, or what is wrong with it. A device sends what it has stored, which is in canonical order. */
function parse(payload: string): Parsed | string {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return 'the payload is not JSON';
  }
  if (isPlainBatch(value)) return { entries: value.entries, write: JSON.stringify };
  const { success, data, error } = journalBatch.safeParse(value);
  if (success) return { entries: data.entries, write: canonicalize };
  const [issue] = error.issues;
  return `${issue?.path.join('.') ?? 'payload'}: ${issue?.message ?? 'not a batch'}`;
}

/** Throws `CanonicalError` where an entry is no I-JSON. */
function readChain({ entries, write }: Parsed, device: string, received: number): BatchReading {
  const [first] = entries;
  let head: ChainHead = { seq: first!.seq - 1, hash: first!.previous };
  const links: ChainLink[] = [];
  for (const entry of entries) {
    const broken = breakOf(entry, { device, head });
    if (broken !== null) return refused('brokenChain', `entry ${entry.seq}: ${broken}`);
    const text = write(entry);
    const hash = sha256Hex(text);
    links.push(linkOf(entry, { text, hash, received }));
    head = { seq: entry.seq, hash };
  }
  return { kind: 'batch', links };
}

function linkOf(
  { device, seq, previous, record }: JournalEntry,
  { text, hash, received }: { readonly text: string; readonly hash: string; readonly received: number },
): ChainLink {
  const body = {
    ...{ id: record.id, at: Date.parse(record.at), received, kind: record.kind, device, seq, text },
    decision: record.kind === 'decision' ? columnsOf(record) : null,
  };
  // Where nobody can know how many are missing, one at least is.
  const missing = record.kind === 'gap' ? (record.missing ?? 1) : 0;
  return { seq, previous, hash, missing, entry: newEntry(body, hash) };
}

/** What a decision is found and counted by. */
export function columnsOf(decision: DecisionRecord): DecisionColumns {
  const { gate, origin, effect, passed, repository, latencyMs, findings } = decision;
  const { revision } = decision.policies;
  return { gate, origin, effect, passed, repository, latencyMs, revision, policies: countPolicies(findings) };
}

function countPolicies(findings: DecisionRecord['findings']): readonly PolicyCount[] {
  const counts = new Map<string, PolicyCount>();
  for (const { policy, enforcement, exception } of findings) {
    const key = `${policy}\0${enforcement}`;
    const { findings: seen, excepted } = counts.get(key) ?? { findings: 0, excepted: 0 };
    counts.set(key, { policy, enforcement, findings: seen + 1, excepted: excepted + (exception === null ? 0 : 1) });
  }
  return [...counts.values()];
}

function refused(code: 'invalid' | 'brokenChain', message: string): BatchReading {
  return { kind: 'refused', code, message };
}
