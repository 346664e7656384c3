/** One of the threads that read batches. */
import { parentPort } from 'node:worker_threads';
import { createVerifierHere } from '../cryptography.ts';
import { readBatch } from './journal.ts';
import { memoryOf, sealBatch } from './seal.ts';
import type { Asked, Read } from './threads.ts';

const verify = createVerifierHere({ maxKeys: 20_000 });

parentPort?.on('message', ({ number, body, device, received }: Asked) => {
  readBatch(Buffer.from(body.buffer), { device, received, verify }).then(
    (reading) => {
      if (reading.kind === 'refused') return tell({ number, body, reading }, []);
      const batch = sealBatch(reading.links);
      tell({ number, body, reading: { kind: 'sealed', batch } }, memoryOf(batch));
    },
    (error: unknown) => tell({ number, body, reading: { kind: 'failed', message: (error as Error).message } }, []),
  );
});

/** Memory is handed over and not copied. */
function tell(read: Read, memory: readonly ArrayBuffer[]): void {
  parentPort?.postMessage(read, [read.body.buffer, ...memory]);
}
