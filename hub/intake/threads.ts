/**
 * Reading batches, large ones on threads of their own: the thread that commits has nothing to do with them but their place in
 * the log. Small ones are read where they came in, and stand in runs together with others.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { VerifyBytes } from '../cryptography.ts';
import type { Submission } from '../log/plan.ts';
import { BusyError } from '../log/sequencer.ts';
import type { Envelope } from '../protocol.ts';
import type { Device } from '../store/query/device.ts';
import { type BatchReading, linksOf, readBatch } from './journal.ts';
import { chainOf, type SealedBatch } from './seal.ts';

/** What goes to a thread. */
export interface Asked {
  readonly number: number;
  readonly envelope: Envelope;
  readonly device: Pick<Device, 'id' | 'keyId' | 'publicKey'>;
  readonly received: number;
}

/** What comes back. */
export interface Read {
  readonly number: number;
  readonly reading: ThreadReading;
}

type Refused = Extract<BatchReading, { kind: 'refused' }>;
type ThreadReading =
  | Refused
  | { readonly kind: 'sealed'; readonly batch: SealedBatch }
  | { readonly kind: 'failed'; readonly message: string };

export type BatchSubmission = Refused | { readonly kind: 'batch'; readonly submission: Submission };

export interface BatchReader {
  /** Throws `BusyError` when too much is waiting. */
  read(envelope: Envelope, about: Pick<Asked, 'device' | 'received'>): Promise<BatchSubmission>;
  close(): Promise<void>;
}

/** In characters of base64: 20 decisions or more. */
const largePayload = 32_768;
/** What may wait for the threads, in characters. */
const maxWaiting = 64_000_000;
const maxThreads = 4;

export function createBatchReader({ verify }: { readonly verify: VerifyBytes }): BatchReader {
  const count = Math.max(1, Math.min(maxThreads, availableParallelism() - 1));
  const threads = Array.from({ length: count }, createThread);
  let waiting = 0;
  return {
    async read(envelope, { device, received }) {
      const { id } = device;
      const { length } = envelope.payload;
      if (length < largePayload) {
        const reading = await readBatch(envelope, { device, received, verify });
        return reading.kind === 'refused'
          ? reading
          : { kind: 'batch', submission: { kind: 'chain', device: id, links: reading.links } };
      }
      if (waiting > 0 && waiting + length > maxWaiting)
        throw new BusyError('more batches are waiting than can be read');
      waiting += length;
      try {
        const thread = threads.reduce((idlest, each) => (each.waiting() < idlest.waiting() ? each : idlest));
        const reading = await thread.ask({ envelope, device, received });
        if (reading.kind === 'refused') return reading;
        if (reading.kind === 'failed') throw new Error(`a batch could not be read: ${reading.message}`);
        const links = () => linksOf(Buffer.from(envelope.payload, 'base64').toString('utf8'), { device: id, received });
        return { kind: 'batch', submission: { kind: 'sealed', device: id, chain: chainOf(reading.batch), links } };
      } finally {
        waiting -= length;
      }
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

interface Thread {
  ask(question: Omit<Asked, 'number'>): Promise<ThreadReading>;
  waiting(): number;
  close(): Promise<void>;
}

/** A thread that begins with the first question, and again after it broke. It does not keep the process alive. */
function createThread(): Thread {
  const asked = new Map<number, (reading: ThreadReading) => void>();
  let [worker, number]: [Worker | null, number] = [null, 0];
  const begin = (): Worker => {
    const name = import.meta.url.endsWith('.ts') ? './worker.ts' : './intake.js';
    const begun = new Worker(new URL(name, import.meta.url));
    begun.unref();
    let message = 'the thread ended';
    begun.on('message', ({ number: of, reading }: Read) => {
      asked.get(of)?.(reading);
      asked.delete(of);
    });
    begun.on('error', (error) => {
      message = error.message;
    });
    begun.on('exit', () => {
      worker = null;
      for (const settle of asked.values()) settle({ kind: 'failed', message });
      asked.clear();
    });
    return begun;
  };
  return {
    ask: (question) =>
      new Promise((settle) => {
        worker ??= begin();
        asked.set(++number, settle);
        const { id, keyId, publicKey } = question.device;
        worker.postMessage({ ...question, number, device: { id, keyId, publicKey } } satisfies Asked);
      }),
    waiting: () => asked.size,
    async close() {
      await worker?.terminate();
    },
  };
}
