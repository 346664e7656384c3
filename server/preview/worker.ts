// The thread that previews policies: what a hostile policy costs, it costs here.
import { parentPort, workerData } from 'node:worker_threads';
import { createNative } from '../../repository/index.ts';
import { createDesk, type DeskOptions } from './desk.ts';
import type { Answered, Asked } from './thread.ts';

const desk = createDesk(workerData as DeskOptions, createNative());
let newest = 0;
let turn = Promise.resolve();

parentPort?.on('message', ({ number, question }: Asked) => {
  newest = number;
  turn = turn.then(async () => {
    const answer = await desk.answer(question, () => number !== newest).catch(brokenBy);
    parentPort?.postMessage({ number, answer } satisfies Answered);
  });
});

/** The thread goes on: the next draft may be better. */
function brokenBy(error: unknown): Answered['answer'] {
  return { kind: 'problem', message: `Kerb broke on it: ${error instanceof Error ? error.name : 'a fault'}` };
}
