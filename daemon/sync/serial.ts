/** Work that never runs twice at the same time. A call while one run waits already is that run. */
export function serial<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> = Promise.resolve();
  let waiting: Promise<T> | null = null;
  return () => {
    waiting ??= running.then(() => {
      waiting = null;
      const now = work();
      running = now.catch(() => undefined);
      return now;
    });
    return waiting;
  };
}
