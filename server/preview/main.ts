// The process that previews policies: what a hostile policy costs, it costs here.
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { answer, listenBeside } from '../beside.ts';
import type { PreviewOutcome } from '../protocol.ts';
import type { Asker, DeskOptions } from './desk.ts';
import type { Answered, Asked } from './process.ts';

const told = listenBeside<DeskOptions, Asked>();
// As bin/kerb does for its own; what follows is loaded after it, and so comes from the cache.
if (import.meta.url.endsWith('.js')) module.enableCompileCache?.(fileURLToPath(new URL('./.cache', import.meta.url)));
const [{ createDesk }, { createNative }] = await Promise.all([
  import('./desk.ts'),
  import('../../repository/index.ts'),
]);
const post = (answered: Answered): void => answer(answered);
const desk = createDesk(await told.task, createNative());
/** The question that somebody waits for. */
let wanted = 0;
let turn = Promise.resolve();

told.hear((asked) => {
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

/** The process goes on: the next draft may be better. */
function brokenBy(error: unknown): PreviewOutcome {
  return { kind: 'problem', message: `Kerb broke on it: ${error instanceof Error ? error.name : 'a fault'}` };
}
