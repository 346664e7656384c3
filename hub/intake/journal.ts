/** What devices send: a signed batch of entries, each of which follows the one before it. */
import { breakOf, type ChainHead } from '../../engine/index.ts';
import { sha256Hex } from '../cryptography.ts';
import { newEntry } from '../log/entry.ts';
import type { ChainLink } from '../log/plan.ts';
import { batchPayloadType, type Envelope } from '../protocol.ts';
import { readEntries, type SentEntry } from './entries.ts';
import { type Agreement, openEnvelope } from './envelope.ts';

export type BatchReading =
  | { readonly kind: 'batch'; readonly links: readonly ChainLink[] }
  | { readonly kind: 'refused'; readonly code: 'invalid' | 'badSignature' | 'brokenChain'; readonly message: string };

export interface Reception extends Pick<Agreement, 'device' | 'verify'> {
  /** Milliseconds since 1970. */
  readonly received: number;
}

/** Opens a device's envelope: signed by the device's key, of the agreed form, and one chain in itself. */
export async function readBatch(envelope: Envelope, { device, verify, received }: Reception): Promise<BatchReading> {
  const opened = await openEnvelope(envelope, { device, verify, agreed: batchPayloadType });
  if (opened.kind === 'refused') return opened;
  return readText(opened.text, { device: device.id, received });
}

/** The links of a batch that was read before. Throws where it could not be. */
export function linksOf(text: string, about: ChainAbout): readonly ChainLink[] {
  const reading = readText(text, about);
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
  let head: ChainHead = { seq: first!.seq - 1, hash: first!.previous };
  const links: ChainLink[] = [];
  for (const entry of entries) {
    const broken = breakOf(entry, { device, head });
    if (broken !== null) return refused('brokenChain', `entry ${entry.seq}: ${broken}`);
    const hash = sha256Hex(entry.text);
    links.push(linkOf(entry, hash, received));
    head = { seq: entry.seq, hash };
  }
  return { kind: 'batch', links };
}

function linkOf(
  { device, seq, previous, text, id, at, missing, decision }: SentEntry,
  hash: string,
  received: number,
): ChainLink {
  const kind = decision === null ? 'gap' : 'decision';
  const entry = newEntry({ id, at, received, kind, device, seq, text, decision }, hash);
  return { seq, previous, hash, missing, entry };
}

function refused(code: 'invalid' | 'brokenChain', message: string): BatchReading {
  return { kind: 'refused', code, message };
}
