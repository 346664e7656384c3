/** Ends what nobody needs: no timer runs while somebody does, and one while nobody does. */

/** Calls a function after a time, and answers how to keep it from being called. */
export type Schedule = (callback: () => void, delayMs: number) => () => void;

export interface Idle {
  /** Somebody needs the daemon, until the answered function is called. */
  enter(): () => void;
  close(): void;
}

/** Calls `onIdle` once nobody has needed the daemon for so long. It begins to count at once. */
export function createIdle(options: { afterMs: number; schedule: Schedule; onIdle: () => void }): Idle {
  const { afterMs, schedule, onIdle } = options;
  let inside = 0;
  let isClosed = false;
  let cancel = schedule(onIdle, afterMs);
  return {
    enter() {
      inside++;
      cancel();
      let left = false;
      return () => {
        if (left) return;
        left = true;
        inside--;
        if (inside === 0 && !isClosed) cancel = schedule(onIdle, afterMs);
      };
    },
    close() {
      isClosed = true;
      cancel();
    },
  };
}

/** The real clock. Waiting keeps the process alive, so that whoever waits is also heard. */
export const scheduleByClock: Schedule = (callback, delayMs) => {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
};
