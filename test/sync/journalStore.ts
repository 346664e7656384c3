/** The test hub's copy of journals: what a device signed, chained, each number once. */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { breakOf, chainStart, headOf, preAuthEncoding } from '../../engine/index.ts';
import {
  batchPayloadType,
  envelope,
  type JournalAcknowledgement,
  type JournalEntry,
  journalBatch,
} from '../../hub/protocol.ts';
import type { KnownDevice } from './gatekeeper.ts';

export type Taken =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

/** Journals by device. */
export class JournalStore {
  readonly #entries = new Map<string, JournalEntry[]>();

  entriesOf(device: string): readonly JournalEntry[] {
    return this.#entries.get(device) ?? [];
  }

  acknowledgement(device: string): JournalAcknowledgement {
    const last = this.entriesOf(device).at(-1);
    const head = last === undefined ? chainStart : headOf(last, { sha256 });
    return { device, seq: head.seq, head: head.hash, checkpoint: null };
  }

  /** What was restored from a backup knows less. */
  truncate(device: string, seq: number): void {
    this.#entries.set(device, this.entriesOf(device).slice(0, seq));
  }

  take(body: unknown, device: KnownDevice): Taken {
    const { payloadType, payload, signatures } = envelope.parse(body);
    const bytes = Buffer.from(payload, 'base64');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: device.jwk.x ?? '' }, format: 'jwk' });
    const isSigned = signatures.some(
      ({ keyid, sig }) =>
        keyid === device.keyId && verify(null, preAuthEncoding(payloadType, bytes), key, Buffer.from(sig, 'base64')),
    );
    if (!isSigned || payloadType !== batchPayloadType)
      return refused('invalid', 'the batch is not signed by this device');
    const own = [...this.entriesOf(device.id)];
    for (const entry of journalBatch.parse(JSON.parse(bytes.toString('utf8'))).entries) {
      const known = own[entry.seq - 1];
      if (known !== undefined) {
        if (JSON.stringify(known) !== JSON.stringify(entry))
          return refused('forked', `entry ${entry.seq} is another one here`);
        continue;
      }
      const last = own.at(-1);
      const head = last === undefined ? chainStart : headOf(last, { sha256 });
      if (entry.seq > head.seq + 1) return refused('outOfOrder', `entry ${head.seq + 1} comes next`);
      const broken = breakOf(entry, { device: device.id, head });
      if (broken !== null) return refused('forked', broken);
      own.push(entry);
    }
    this.#entries.set(device.id, own);
    return { kind: 'taken' };
  }
}

function refused(code: string, message: string): Taken {
  return { kind: 'refused', code, message };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
