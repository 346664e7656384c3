/** One line on a terminal that says how far the work is. Nothing is written where nobody watches, or when it is quick. */
import type { WriteStream } from 'node:tty';

export interface Progress {
  update(done: number): void;
  /** Takes the line away. */
  end(): void;
}

const quietMs = 500;
const intervalMs = 100;

/** Watches work of `total` steps. */
export function createProgress(stream: Pick<WriteStream, 'isTTY' | 'write'>, total: number): Progress {
  let last = performance.now() + quietMs - intervalMs;
  let isShown = false;
  return {
    update(done) {
      const now = performance.now();
      if (!stream.isTTY || now - last < intervalMs) return;
      last = now;
      isShown = true;
      stream.write(`\r\u001b[Kkerb: ${done} of ${total} files judged`);
    },
    end() {
      if (isShown) stream.write('\r\u001b[K');
    },
  };
}
