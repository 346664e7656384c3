/** What devices send: a signed batch of entries, each of which follows the one before it. */
import { breakOf, type ChainHead } from '../../engine/index.ts';
import { sha256Hex } from '../cryptography.ts';
import { type LeafTexts, newEntry } from '../log/entry.ts';
import type { ChainLink } from '../log/plan.ts';
import { batchPayloadType } from '../protocol.ts';
import { readEntries, type SentEntry } from './entries.ts';
import { type Agreement, openPayload, readEnvelope } from './envelope.ts';

export type BatchReading =
  | { readonly kind: 'batch'; readonly links: readonly ChainLink[] }
  | { readonly kind: 'refused'; readonly code: 'invalid' | 'badSignature' | 'brokenChain'; readonly message: string };

export interface Reception extends Pick<Agreement, 'device' | 'verify'> {
  /** Milliseconds since 1970. */
  readonly received: number;
}

/** Reads a device's envelope: signed by the device's key, of the agreed form, and one chain in itself. */
export async function readBatch(body: Buffer, { device, verify, received }: Reception): Promise<BatchReading> {
  const sealed = readEnvelope(body, batchPayloadType);
  if (typeof sealed === 'string') return refused('invalid', sealed);
  const opened = await openPayload(sealed, { device, verify, agreed: batchPayloadType });
  if (opened.kind === 'refused') return opened;
  return readText(opened.text, { device: device.id, received });
}

/** The links of a batch that was read, and found to be signed, before. Throws where it could not be. */
export function linksOf(body: Buffer, about: ChainAbout): readonly ChainLink[] {
  const sealed = readEnvelope(body, batchPayloadType);
  const reading =
    typeof sealed === 'string' ? refused('invalid', sealed) : readText(sealed.payload.toString('utf8'), about);
  if (reading.kind === 'refused') throw new Error(`a batch that was read once is not any more: ${reading.message}`);
  return reading.links;
}

interface ChainAbout {
  readonly device: string;
  readonly received: number;
}

function readText(text: string, about: ChainAbout): BatchReading {
  const entries = readEntries(text);
  return typeof entries === 'string' ? refused('invalid', entries) : readChain(entries, about);
}

function readChain(entries: readonly SentEntry[], { device, received }: ChainAbout): BatchReading {
  const [first] = entries;
  const receivedText = new Date(received).toISOString();
  let head: ChainHead = { seq: first!.seq - 1, hash: first!.previous };
  const links: ChainLink[] = [];
  for (const entry of entries) {
    const broken = breakOf(entry, { device, head });
    if (broken !== null) return refused('brokenChain', `entry ${entry.seq}: ${broken}`);
    const texts = { hash: sha256Hex(entry.text), at: entry.at, received: receivedText };
    links.push(linkOf(entry, texts, received));
    head = { seq: entry.seq, hash: texts.hash };
  }
  return { kind: 'batch', links };
}

/** An instant of the protocol is written in the one way in which a leaf writes it. */
function linkOf(
  { device, seq, previous, text, id, at, missing, decision }: SentEntry,
  texts: LeafTexts,
  received: number,
): ChainLink {
  const kind = decision === null ? 'gap' : 'decision';
  const entry = newEntry({ id, at: Date.parse(at), received, kind, device, seq, text, decision }, texts);
  return { seq, previous, hash: texts.hash, missing, entry };
}

function refused(code: 'invalid' | 'brokenChain', message: string): BatchReading {
  return { kind: 'refused', code, message };
}
