/**
 * Giving memory back. A large change is judged with a lot of it, and V8 keeps what it once had for as long as nothing new is
 * made; syntax trees, which are not V8's, are kept with it. So garbage is collected once nobody has asked for a moment.
 */
import process from 'node:process';
import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createIdle, type Schedule } from './idle.ts';

export interface Rest {
  /** Does work; there is no rest while it runs. */
  during<T>(work: () => Promise<T>): Promise<T>;
  close(): void;
}

export interface RestOptions {
  readonly schedule: Schedule;
  /** Bytes that this process has resident. */
  readonly resident?: () => number;
  readonly collect?: () => void;
}

/** Nobody who commits again and again waits for a collection. */
const restMs = 2_000;
/** V8 keeps the pages of what it collected for eight seconds more, in case that they are needed again. */
const handBackMs = 10_000;
/** What a few commits leave behind is not worth a collection. */
const growthBytes = 8 * 1024 * 1024;

/** Collects garbage after work that has left the process larger than it was at its last rest. */
export function createRest({ schedule, resident = residentBytes, collect = collectGarbage }: RestOptions): Rest {
  let atRest = 0;
  let lookNoMore = (): void => undefined;
  const noteLess = (): void => {
    atRest = Math.min(atRest, resident());
  };
  const idle = createIdle({
    afterMs: restMs,
    schedule,
    onIdle() {
      if (resident() <= atRest + growthBytes) return noteLess();
      collect();
      atRest = resident();
      lookNoMore = schedule(noteLess, handBackMs);
    },
  });
  return {
    async during(work) {
      lookNoMore();
      const leave = idle.enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
    close() {
      lookNoMore();
      idle.close();
    },
  };
}

function residentBytes(): number {
  return process.memoryUsage.rss();
}

/** V8's own `gc`, which it hands out only when asked. */
function collectGarbage(): void {
  v8.setFlagsFromString('--expose-gc');
  const collectNow = runInNewContext('gc') as (options: object) => void;
  collectNow({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
