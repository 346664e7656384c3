// Exceptions begin and end while nobody types: at that moment the open documents are judged again.
import { nextBoundary } from '../engine/index.ts';
import type { Root, Roots } from './roots.ts';

/** Watches the clock for the exceptions of the roots. */
export interface Expiry {
  /** Looks when something changes next. To be called after each load. */
  follow(root: Root): void;
  forget(root: Root): void;
  close(): void;
}

/** Timers stand still while a machine sleeps: after it woke, what ended meanwhile is noticed within this time. */
const longestWaitMs = 60_000;

/** Makes it. Where there are no exceptions, no timer runs. */
export function createExpiry(roots: () => Roots): Expiry {
  const timers = new Map<Root, NodeJS.Timeout>();
  const wait = (root: Root, boundaryMs: number): void => {
    const timer = setTimeout(
      () => {
        if (Date.now() >= boundaryMs) roots().renew(root);
        else wait(root, boundaryMs);
      },
      Math.max(0, Math.min(boundaryMs - Date.now(), longestWaitMs)),
    );
    timers.set(root, timer.unref());
  };
  const forget = (root: Root): void => {
    clearTimeout(timers.get(root));
    timers.delete(root);
  };
  return {
    forget,
    follow(root) {
      forget(root);
      const register = root.rules?.exceptions ?? null;
      const boundaryMs = register === null ? null : nextBoundary(register, Date.now());
      if (boundaryMs !== null) wait(root, boundaryMs);
    },
    close() {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}
