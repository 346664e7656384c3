/**
 * This device as a witness of its hub's log: it keeps the last checkpoint that it believed, and asks for the proof that what is
 * shown now goes on from it. And it asks for one of its own entries, whether it is in the log as it was sent: so it notices as
 * well when a text was changed and the tree left as it was. What it saw stays until a person has looked.
 */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import {
  canonicalize,
  formatNoteKey,
  judgeCheckpoint,
  type NoteKey,
  readJson,
  readNoteKey,
  verifyReceipt,
} from '../../engine/index.ts';
import { hubPaths } from '../../hub/protocol.ts';
import { sha256, verifyEd25519 } from '../audit/trust.ts';
import type { Home } from '../home.ts';
import type { Store } from '../store/store.ts';
import { type Hub, readAnswer } from './hub.ts';
import { HubFailure, jsonOf } from './network.ts';
import { readPrivateRecord, writePrivateFile } from './privateFile.ts';

const alarmSchema = z.strictObject({
  /** The engine's words for what a tree shows, and `altered` for an entry of this device that is not as it was sent. */
  kind: z.enum(['unsigned', 'shrunk', 'forked', 'rewritten', 'unproved', 'altered']),
  what: z.string().max(2_000),
  at: z.iso.datetime(),
  /** What was shown: evidence, together with `last`. */
  shown: z.string().max(64_000),
});
export type Alarm = z.infer<typeof alarmSchema>;

const witnessSchema = z.strictObject({
  /** The log's key, as it was at the first look; null before that. */
  key: z.string().max(1_000).nullable(),
  /** The checkpoint that this device believed last; null before the first look. */
  last: z.string().max(64_000).nullable(),
  /** Its entries up to this number are not asked for: the log was accepted without them. Null: as it is at the next look. */
  after: z.int().min(0).nullable(),
  alarm: alarmSchema.nullable(),
});
type Witnessed = z.infer<typeof witnessSchema>;

/** In words, for whoever has to look. */
export function alarmWords({ kind, what, at }: Alarm): string {
  return `the hub's log was changed (${kind}), seen on ${at}: ${what}. Tell whoever audits it; \`kerb sync --accept-log\` begins anew`;
}

export interface WitnessOptions {
  readonly home: Home;
  readonly hub: Hub;
  readonly store: Pick<Store, 'entries' | 'status'>;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Between 0 and 1: which of its own entries this device asks for. */
  readonly chance: number;
}

const maxAnswerBytes = 256_000;
const atFirst: Witnessed = { key: null, last: null, after: 0, alarm: null };

/** Looks at the log. The alarm that stands, new or from before; null where all is well. Throws `HubFailure`. */
export async function witness(options: WitnessOptions): Promise<Alarm | null> {
  const { home, hub, store } = options;
  const known = readWitnessed(home);
  const key = known.key ?? (await textAt(hub, hubPaths.logKey));
  const next = await textAt(hub, hubPaths.checkpoint);
  const noteKey = key === null ? null : readNoteKey(key.trim(), sha256);
  // A hub that never had a log has nothing to be witnessed.
  if (noteKey === null || (next === null && known.last === null)) return known.alarm;
  const after = known.after ?? store.status().acknowledgedSeq;
  const seen = next === null ? vanished(options.now) : await compare({ ...known, after }, next, noteKey, options);
  const alarm = known.alarm ?? seen;
  const last = seen === null ? next : (known.last ?? next);
  writeWitnessed(home, { key: formatNoteKey(noteKey), last, after, alarm });
  return alarm;
}

function vanished(now: number): Alarm {
  return { kind: 'unproved', what: 'the hub shows no log any more', at: new Date(now).toISOString(), shown: '' };
}

/** For a device that is new at its hub. */
export function forgetLog(home: Home): void {
  rmSync(witnessFile(home), { force: true });
}

/** Begins anew with what the hub shows next: somebody who is answerable has said why the log is another. */
export function acceptLog(home: Home): void {
  writeWitnessed(home, { ...atFirst, after: null });
}

async function compare(
  { last, after }: { readonly last: string | null; readonly after: number },
  next: string,
  key: NoteKey,
  options: WitnessOptions,
): Promise<Alarm | null> {
  const proof = last === null ? null : await proofBetween(sizeOf(last), sizeOf(next), options.hub);
  const verdict = judgeCheckpoint({ last, next, proof, key, sha256, verify: verifyEd25519 });
  const at = new Date(options.now).toISOString();
  if (verdict.kind === 'alarm') return { kind: verdict.alarm, what: verdict.what, at, shown: next };
  const altered = last === next ? null : await ownEntry(key, after, options);
  return altered === null ? null : { kind: 'altered', at, shown: next, ...altered };
}

async function proofBetween(from: number, to: number, hub: Hub): Promise<readonly Uint8Array[] | null> {
  if (from >= to) return [];
  const answer = await hub.send({
    method: 'GET',
    path: `${hubPaths.consistency}?from=${from}&to=${to}`,
    maxBytes: maxAnswerBytes,
  });
  const hashes = z.object({ hashes: z.array(z.base64()).max(200) }).safeParse(jsonOf(answer));
  return answer.status === 200 && hashes.success ? hashes.data.hashes.map((hash) => Buffer.from(hash, 'base64')) : null;
}

/** What is wrong with one of the entries that this device has sent; null where it is there as it was. */
async function ownEntry(
  key: NoteKey,
  after: number,
  { hub, store, chance }: WitnessOptions,
): Promise<{ readonly what: string; readonly shown?: string } | null> {
  const { acknowledgedSeq } = store.status();
  const [entry] = store.entries(after + Math.floor(chance * Math.max(0, acknowledgedSeq - after)), 1);
  if (entry === undefined || entry.seq > acknowledgedSeq) return null;
  const { id } = entry.record;
  const receipt = await textAt(hub, `${hubPaths.receipts}/${id}`);
  if (receipt === null) return { what: `the log has not the entry ${id}, which it had acknowledged` };
  const verdict = verifyReceipt(receipt, { key, sha256, verify: verifyEd25519 });
  if (verdict.kind === 'refuted') return { what: `the entry ${id}: ${verdict.why}`, shown: receipt.slice(0, 64_000) };
  const sent = createHash('sha256').update(canonicalize(entry)).digest('hex');
  if (bodyHashIn(verdict.leaf) === sent) return null;
  return { what: `the log has the entry ${id}, and it is not the one that was sent`, shown: receipt.slice(0, 64_000) };
}

/** What a leaf names as its body; null where it is no leaf as hubs make them. */
function bodyHashIn(leaf: Uint8Array): string | null {
  const read = z.object({ body: z.string() }).safeParse(readJson(Buffer.from(leaf).toString('utf8')));
  return read.data?.body ?? null;
}

/** Null where the hub has no such thing. */
async function textAt(hub: Hub, where: string): Promise<string | null> {
  const answer = await hub.send({ method: 'GET', path: where, maxBytes: maxAnswerBytes });
  if (answer.status === 404) return null;
  if (answer.status !== 200) return readAnswer('log', answer, z.never());
  return answer.body.toString('utf8');
}

function sizeOf(note: string): number {
  const size = Number(note.split('\n')[1]);
  return Number.isSafeInteger(size) && size >= 0 ? size : 0;
}

function readWitnessed(home: Home): Witnessed {
  const record = readPrivateRecord(witnessFile(home), witnessSchema);
  if (record.kind === 'problem') throw new HubFailure('refused', record.message);
  return record.kind === 'record' ? record.value : atFirst;
}

function writeWitnessed(home: Home, witnessed: Witnessed): void {
  writePrivateFile(witnessFile(home), `${JSON.stringify(witnessed, null, 2)}\n`);
}

function witnessFile(home: Home): string {
  return path.join(home.hub, 'log.json');
}
