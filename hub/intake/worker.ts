/** One of the threads that read batches. */
import { parentPort } from 'node:worker_threads';
import { createVerifier } from '../cryptography.ts';
import { readBatch } from './journal.ts';
import { sealBatch } from './seal.ts';
import type { Asked, Read } from './threads.ts';

const verify = createVerifier({ maxKeys: 20_000 });

parentPort?.on('message', ({ number, envelope, device, received }: Asked) => {
  readBatch(envelope, { device, received, verify }).then(
    (reading) => {
      const sealed =
        reading.kind === 'refused' ? reading : { kind: 'sealed' as const, batch: sealBatch(reading.links) };
      tell({ number, reading: sealed });
    },
    (error: unknown) => tell({ number, reading: { kind: 'failed', message: (error as Error).message } }),
  );
});

function tell(read: Read): void {
  parentPort?.postMessage(read);
}
