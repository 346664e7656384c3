/** One of the threads that judge files for `kerb check`. */
import { parentPort, workerData } from 'node:worker_threads';
import { type Task, workThrough } from './check/pool.ts';

await workThrough(workerData as Task, (judgements) => parentPort?.postMessage(judgements));
