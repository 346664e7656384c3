// Young garbage is collected in the pause after an answer, so that no keystroke has to wait for it: left to itself, V8
// stops for 5 to 30 ms every thirtieth edit or so, in the middle of one.
import { getHeapSpaceStatistics, setFlagsFromString, startupSnapshot } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collects in pauses. */
export interface Collector {
  /** Says that something was answered, and that a pause may follow. */
  rest(): void;
  close(): void;
}

/** What a collector needs of the outside: how much young garbage there may be, in bytes, and how to be rid of it. */
export interface Heap {
  youngBytes(): number;
  collectYoung(): void;
}

/** Nobody types twice within this. */
const pauseMs = 4;
/** A collection costs a millisecond or more whatever there is, so that a few edits share one. */
const leastBytes = 3_000_000;

/** Collects once there is enough to collect and nothing was answered for a moment. */
export function createCollector(heap: Heap): Collector {
  let timer: NodeJS.Timeout | null = null;
  const collect = (): void => {
    if (heap.youngBytes() >= leastBytes) heap.collectYoung();
  };
  return {
    rest() {
      if (timer === null) timer = setTimeout(collect, pauseMs).unref();
      else timer.refresh();
    },
    close: () => clearTimeout(timer ?? undefined),
  };
}

/** The process's own heap. Where its V8 does not lend its collector (another engine's flags), nothing is ever collected here. */
export function ownHeap(): Heap {
  let collector: ((options: object) => void) | null | undefined;
  return {
    // A snapshot of memory cannot hold the context that lends the collector.
    youngBytes: () => (startupSnapshot.isBuildingSnapshot() ? 0 : youngBytes()),
    collectYoung() {
      collector ??= lentCollector();
      collector?.({ type: 'minor' });
    },
  };
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_used_size ?? 0;
}

/** `gc` is given to contexts that are made after the flag is set. */
function lentCollector(): ((options: object) => void) | null {
  setFlagsFromString('--expose-gc');
  const lent: unknown = runInNewContext('globalThis.gc');
  return typeof lent === 'function' ? (lent as (options: object) => void) : null;
}
