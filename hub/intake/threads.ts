/**
 * Reading batches, large ones on threads of their own: the thread that commits has nothing to do with them but their place in
 * the log. Small ones are read where they came in, and stand in runs together with others.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { VerifyBytes } from '../cryptography.ts';
import type { Submission } from '../log/plan.ts';
import { BusyError } from '../log/sequencer.ts';
import type { Device } from '../store/query/device.ts';
import { type BatchReading, linksOf, readBatch } from './journal.ts';
import { chainOf, type SealedBatch } from './seal.ts';

/** What goes to a thread. */
export interface Asked {
  readonly number: number;
  /** The body of the request. Its memory goes over to the thread, and comes back. */
  readonly body: Uint8Array<ArrayBuffer>;
  readonly device: Pick<Device, 'id' | 'keyId' | 'publicKey'>;
  readonly received: number;
}

/** What comes back. */
export interface Read extends Pick<Asked, 'number' | 'body'> {
  readonly reading: ThreadReading;
}

type Refused = Extract<BatchReading, { kind: 'refused' }>;
type ThreadReading =
  | Refused
  | { readonly kind: 'sealed'; readonly batch: SealedBatch }
  | { readonly kind: 'failed'; readonly message: string };

type BatchSubmission = Refused | { readonly kind: 'batch'; readonly submission: Submission };

export interface BatchReader {
  /** Reads the body of a request, whose memory is the reader's from then on. Throws `BusyError` when too much is waiting. */
  read(body: Buffer, about: Pick<Asked, 'device' | 'received'>): Promise<BatchSubmission>;
  close(): Promise<void>;
}

/** 20 decisions or more. */
const largeBytes = 32_768;
/** What may wait for the threads. */
const maxWaitingBytes = 64_000_000;
const maxThreads = 4;

export function createBatchReader({ verify }: { readonly verify: VerifyBytes }): BatchReader {
  const count = Math.max(1, Math.min(maxThreads, availableParallelism() - 1));
  const threads = Array.from({ length: count }, createThread);
  let waiting = 0;
  return {
    async read(body, { device, received }) {
      const { id } = device;
      const { length } = body;
      if (length < largeBytes) {
        const reading = await readBatch(body, { device, received, verify });
        return reading.kind === 'refused'
          ? reading
          : { kind: 'batch', submission: { kind: 'chain', device: id, links: reading.links } };
      }
      if (waiting > 0 && waiting + length > maxWaitingBytes)
        throw new BusyError('more batches are waiting than can be read');
      waiting += length;
      try {
        const thread = threads.reduce((idlest, each) => (each.waiting() < idlest.waiting() ? each : idlest));
        const { reading, body: read } = await thread.ask({ body: ownBytes(body), device, received });
        if (reading.kind === 'refused') return reading;
        if (reading.kind === 'failed') throw new Error(`a batch could not be read: ${reading.message}`);
        const links = () => linksOf(Buffer.from(read.buffer), { device: id, received });
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

/** Bytes with a memory of their own, which can be given away. */
function ownBytes(bytes: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength
    ? new Uint8Array(buffer)
    : new Uint8Array(bytes);
}

interface Thread {
  ask(question: Omit<Asked, 'number'>): Promise<Omit<Read, 'number'>>;
  waiting(): number;
  close(): Promise<void>;
}

/** A thread that begins with the first question, and again after it broke. It does not keep the process alive. */
function createThread(): Thread {
  const asked = new Map<number, (read: Omit<Read, 'number'>) => void>();
  let [worker, number]: [Worker | null, number] = [null, 0];
  const begin = (): Worker => {
    const name = import.meta.url.endsWith('.ts') ? './worker.ts' : './intake.js';
    const begun = new Worker(new URL(name, import.meta.url));
    begun.unref();
    let message = 'the thread ended';
    begun.on('message', (read: Read) => {
      asked.get(read.number)?.(read);
      asked.delete(read.number);
    });
    begun.on('error', (error) => {
      message = error.message;
    });
    begun.on('exit', () => {
      worker = null;
      for (const settle of asked.values()) settle({ reading: { kind: 'failed', message }, body: new Uint8Array() });
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
        const told = { ...question, number, device: { id, keyId, publicKey } } satisfies Asked;
        worker.postMessage(told, [question.body.buffer]);
      }),
    waiting: () => asked.size,
    async close() {
      await worker?.terminate();
    },
  };
}
