/** What a device writes down, and how it gets to the hub. */
import * as z from 'zod';
import { digest, hash, instant, name, objectId, words } from './scalar.ts';

/** A finding as a decision keeps it: where and what, never the text. */
export const recordedFinding = z.strictObject({
  policy: name,
  severity: z.enum(['info', 'low', 'medium', 'high', 'critical']),
  enforcement: z.enum(['audit', 'warn', 'deny']),
  outcome: z.enum(['fail', 'error', 'unknown']),
  /** Relative to the repository's root; secrets in it are masked. */
  file: z.string().max(4_096),
  fingerprint: z.string().regex(/^[0-9a-f]{32}$/),
  /** Why it does not count; `id` where another person approved it. */
  exception: z.strictObject({ kind: z.enum(['suppression', 'baseline', 'approved']), id: name.nullable() }).nullable(),
});
export type RecordedFinding = z.infer<typeof recordedFinding>;

/** What a gate decided, or what was found to have passed no gate. No source text, no secret. */
export const decisionRecord = z.strictObject({
  kind: z.literal('decision'),
  id: z.uuidv7(),
  at: instant,
  /** `commit`, `message`, `push`, `check` … */
  gate: name,
  /** `gate`: a gate asked. `breakGlass`: it passed by a person's word. `bypass`: found afterwards to have passed no gate. */
  origin: z.enum(['gate', 'breakGlass', 'bypass']),
  /** A break-glass reason. */
  reason: words.nullable(),
  /** Who acts, as git knows them. */
  subject: z.strictObject({ name: z.string().max(500), email: z.string().max(500) }),
  /** `github.com/acme/shop` from the remote, without credentials; else the folder's name. */
  repository: name,
  target: z.strictObject({
    base: objectId.nullable(),
    commit: objectId.nullable(),
    tree: objectId.nullable(),
    ref: z.string().max(1_000).nullable(),
  }),
  policies: z.strictObject({ revision: name, digest, ring: name.nullable() }),
  inputDigest: digest,
  effect: z.enum(['allow', 'deny', 'indeterminate']),
  /** What the gate did in the end: a break-glass passes what is denied. */
  passed: z.boolean(),
  mode: z.enum(['observe', 'durable', 'strict']),
  /** The weightiest 1,000. */
  findings: z.array(recordedFinding).max(1_000),
  findingCount: z.int().min(0),
  /** Ids of the approved exceptions that were used. */
  exceptions: z.array(name).max(1_000),
  latencyMs: z.number().min(0),
  client: z.strictObject({ name, version: name }),
  /** The policies were older than the organisation allows. */
  stale: z.boolean(),
});
export type DecisionRecord = z.infer<typeof decisionRecord>;

/** Records that could not be kept: said, instead of dropped in silence. */
const gapRecord = z.strictObject({
  kind: z.literal('gap'),
  id: z.uuidv7(),
  at: instant,
  reason: z.enum(['limit', 'diskFull', 'corruption']),
  /** How many decisions are missing; null where nobody can know. */
  missing: z.int().min(1).nullable(),
});
export type GapRecord = z.infer<typeof gapRecord>;

export const journalRecord = z.discriminatedUnion('kind', [decisionRecord, gapRecord]);
export type JournalRecord = z.infer<typeof journalRecord>;

/**
 * A record in its device's chain. `previous` is the SHA-256 of the canonical JSON (RFC 8785) of the entry before it; 64
 * zeros for the first. `seq` counts from 1 without a gap.
 */
export const journalEntry = z.strictObject({
  device: name,
  seq: z.int().min(1),
  previous: hash,
  record: journalRecord,
});
export type JournalEntry = z.infer<typeof journalEntry>;

/** The most entries of one upload. */
export const maxBatchEntries = 500;

/** The payload of a signed batch (DSSE, `batchPayloadType`): consecutive entries of one device. */
export const journalBatch = z.strictObject({
  entries: z.array(journalEntry).min(1).max(maxBatchEntries),
});
export const batchPayloadType = 'application/vnd.kerb.journal-batch+json';

/**
 * What the hub has committed of the device: the answer to a batch, and to the question where to go on. Entries at or before
 * `seq` may be let go. A batch may begin before the hub's head (what it has already is passed over, if it is the same), but
 * not after it: that is `outOfOrder`. An entry that differs from what the hub has under its number is `forked`.
 */
export const journalAcknowledgement = z.strictObject({
  device: name,
  seq: z.int().min(0),
  /** SHA-256 of the canonical JSON of the entry with that number; 64 zeros with seq 0. */
  head: hash,
  /** The audit log's newest checkpoint (C2SP signed note), where the hub has one. */
  checkpoint: z.string().max(10_000).nullable(),
});
export type JournalAcknowledgement = z.infer<typeof journalAcknowledgement>;
