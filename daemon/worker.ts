/** One of the threads that judge files for `kerb check`. */
import { parentPort, workerData } from 'node:worker_threads';
import { createDesk } from './check/desk.ts';
import { type Task, workThrough } from './check/pool.ts';

const task = workerData as Task;
await workThrough(task, createDesk(task.setup, task.options), (judgements) => parentPort?.postMessage(judgements));
