// When to judge: at once, but not while further messages wait.

/** Runs a job once the input is drained. */
export interface Schedule {
  /** Asks for a run; asking again before it happens moves it behind the messages that came meanwhile. */
  request(): void;
  close(): void;
}

/** What a schedule needs of the outside: the event loop and a monotonic clock in milliseconds. */
export interface Loop {
  setImmediate(job: () => void): void;
  now(): number;
}

/** A stream of messages without any gap must not put judging off for longer than this. */
const longestWaitMs = 50;

/** The process's own event loop. */
const eventLoop: Loop = { setImmediate: (job) => void setImmediate(job), now: () => performance.now() };

/**
 * The connection handles one message in each turn of the event loop. A request is therefore run two turns later, unless
 * another came in between: edits that queue up are skipped to the newest text, and a lone edit waits for nothing.
 */
export function createSchedule(run: () => void, loop: Loop = eventLoop): Schedule {
  let newest = 0;
  let since: number | null = null;
  const settle = (mine: number): void => {
    if (since === null) return;
    if (mine !== newest && loop.now() - since < longestWaitMs) return;
    since = null;
    run();
  };
  return {
    request() {
      const mine = ++newest;
      since ??= loop.now();
      loop.setImmediate(() => loop.setImmediate(() => settle(mine)));
    },
    close() {
      since = null;
      newest++;
    },
  };
}
