// The thread that previews policies: what a hostile policy costs, it costs here.
import module from 'node:module';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { PreviewOutcome } from '../protocol.ts';
import type { Asker, DeskOptions } from './desk.ts';
import type { Answered, Asked } from './thread.ts';

// As bin/kerb does for the main thread; what follows is loaded after it, and so comes from the cache.
if (import.meta.url.endsWith('.js')) module.enableCompileCache?.(fileURLToPath(new URL('./.cache', import.meta.url)));
const [{ createDesk }, { createNative }] = await Promise.all([
  import('./desk.ts'),
  import('../../repository/index.ts'),
]);
const { PRIORITY_BELOW_NORMAL } = os.constants.priority;
// On Linux priorities are those of threads: the one that answers keystrokes comes first. Elsewhere this would slow it too.
if (process.platform === 'linux' && os.getPriority() < PRIORITY_BELOW_NORMAL) os.setPriority(PRIORITY_BELOW_NORMAL);
const desk = createDesk(workerData as DeskOptions, createNative());
/** The question that somebody waits for. */
let wanted = 0;
let turn = Promise.resolve();

parentPort?.on('message', (asked: Asked) => {
  if (asked.kind === 'cancel') {
    if (wanted === asked.number) wanted = 0;
    return;
  }
  const { number, question } = asked;
  wanted = number;
  const asker: Asker = {
    isGone: () => number !== wanted,
    hear: (progress) => post({ kind: 'progress', number, progress }),
  };
  turn = turn.then(async () => {
    const outcome = await desk.answer(question, asker).catch(brokenBy);
    post({ kind: 'outcome', number, outcome });
  });
});

function post(answered: Answered): void {
  parentPort?.postMessage(answered);
}

/** The thread goes on: the next draft may be better. */
function brokenBy(error: unknown): PreviewOutcome {
  return { kind: 'problem', message: `Kerb broke on it: ${error instanceof Error ? error.name : 'a fault'}` };
}
