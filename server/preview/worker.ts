// The thread that previews policies: what a hostile policy costs, it costs here.
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { DeskOptions } from './desk.ts';
import type { Answered, Asked } from './thread.ts';

// As bin/kerb does for the main thread; what follows is loaded after it, and so comes from the cache.
if (import.meta.url.endsWith('.js')) module.enableCompileCache?.(fileURLToPath(new URL('./.cache', import.meta.url)));
const [{ createDesk }, { createNative }] = await Promise.all([
  import('./desk.ts'),
  import('../../repository/index.ts'),
]);
const desk = createDesk(workerData as DeskOptions, createNative());
let newest = 0;
let turn = Promise.resolve();

parentPort?.on('message', ({ number, question }: Asked) => {
  newest = number;
  turn = turn.then(async () => {
    const outcome = await desk.answer(question, () => number !== newest).catch(brokenBy);
    parentPort?.postMessage({ number, outcome } satisfies Answered);
  });
});

/** The thread goes on: the next draft may be better. */
function brokenBy(error: unknown): Answered['outcome'] {
  return { kind: 'problem', message: `Kerb broke on it: ${error instanceof Error ? error.name : 'a fault'}` };
}
