/** One of the threads that judge files for `kerb check`. */
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { Share } from './check/pool.ts';

// As bin/kerb does for the main thread; what follows is loaded after it, and so comes from the cache.
if (import.meta.url.endsWith('.js')) module.enableCompileCache?.(fileURLToPath(new URL('./.cache', import.meta.url)));
const [{ createDesk }, { workThrough }] = await Promise.all([import('./check/desk.ts'), import('./check/pool.ts')]);
const share = workerData as Share;
await workThrough(share, createDesk(share.task.setup, share.task.options), (judgements) =>
  parentPort?.postMessage(judgements),
);
