/**
 * Replays that wait, one at a time, while nobody asks a gate anything: a question ends the one that runs, and it begins again
 * once there was none for a while.
 */
import type { ReplaySummary } from '../../hub/protocol.ts';
import { createIdle, type Schedule } from '../process/idle.ts';
import type { AcceptedTask } from './question.ts';
import type { Running } from './run.ts';

export interface ReplayDeskOptions {
  readonly start: (task: AcceptedTask) => Running;
  readonly schedule: Schedule;
  /** An answer is there to be sent. */
  readonly ready: () => void;
  readonly log: (line: string) => void;
}

export interface Answered {
  readonly task: AcceptedTask;
  readonly summary: ReplaySummary;
}

export interface ReplayDesk {
  /** Does what goes before every replay. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Whether a task of this change is here, in whatever state. */
  knows(id: string): boolean;
  take(task: AcceptedTask): void;
  /** Not to be asked for again. */
  pass(id: string, why: string): void;
  answers(): readonly Answered[];
  /** What is not among these is wanted no more. */
  keep(open: readonly string[]): void;
  close(): Promise<void>;
}

/** Nobody who commits again and again waits for a replay to be ended. */
const restMs = 2_000;
const maxFailures = 3;

interface Waiting {
  readonly task: AcceptedTask;
  failures: number;
}

export function createReplayDesk({ start, schedule, ready, log }: ReplayDeskOptions): ReplayDesk {
  const waiting = new Map<string, Waiting>();
  const answered = new Map<string, Answered>();
  const passed = new Set<string>();
  let running: { readonly id: string; readonly run: Running; readonly done: Promise<void> } | null = null;
  let isClosed = false;
  const idle = createIdle({ afterMs: restMs, schedule, onIdle: begin });

  function begin(): void {
    const [next] = waiting.values();
    if (next === undefined || running !== null || isClosed) return;
    const run = start(next.task);
    running = { id: next.task.id, run, done: end(next, run) };
  }

  async function end(one: Waiting, run: Running): Promise<void> {
    const { task } = one;
    const ran = await run.ended;
    running = null;
    if (ran.kind === 'replayed' && waiting.delete(task.id)) {
      answered.set(task.id, { task, summary: ran.summary });
      ready();
    }
    if (ran.kind === 'failed') {
      log(`the replay of change ${task.id} failed: ${ran.message}`);
      if (++one.failures === maxFailures) drop(task.id);
    }
    later();
  }

  function drop(id: string): void {
    waiting.delete(id);
    answered.delete(id);
    passed.add(id);
  }

  /** Counts the time of rest from now on. */
  function later(): void {
    if (!isClosed) idle.enter()();
  }

  return {
    async during(work) {
      const leave = idle.enter();
      running?.run.cancel();
      try {
        return await work();
      } finally {
        leave();
      }
    },
    knows: (id) => waiting.has(id) || answered.has(id) || passed.has(id),
    take(task) {
      waiting.set(task.id, { task, failures: 0 });
      later();
    },
    pass(id, why) {
      log(`the replay of change ${id} is not done: ${why}`);
      drop(id);
    },
    answers: () => [...answered.values()],
    keep(open) {
      for (const each of [waiting, answered]) for (const id of each.keys()) if (!open.includes(id)) each.delete(id);
      for (const id of passed) if (!open.includes(id)) passed.delete(id);
      if (running !== null && !waiting.has(running.id)) running.run.cancel();
    },
    async close() {
      isClosed = true;
      idle.close();
      running?.run.cancel();
      await running?.done;
    },
  };
}
