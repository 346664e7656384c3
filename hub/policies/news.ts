/** Who waits for news: requests that are held, and sockets that are told. Nothing here is needed for the truth. */
import type { Hint } from '../protocol.ts';

export type Topic = Hint['about'];

export interface News {
  /** Resolves at the next news of what devices fetch, at `signal`, or when the hub ends. At once where too many wait. */
  next(tenant: number, signal: AbortSignal): Promise<void>;
  /** Calls on each news; returns what ends that. */
  subscribe(tenant: number, told: (about: Topic) => void): () => void;
  announce(tenant: number, about: Topic): void;
  isClosed(): boolean;
  close(): void;
}

const maxWaiting = 20_000;

export function createNews(): News {
  const listeners = new Map<number, Set<(about: Topic) => void>>();
  let waiting = 0;
  let isClosed = false;
  const subscribe: News['subscribe'] = (tenant, told) => {
    const own = listeners.get(tenant) ?? new Set();
    listeners.set(tenant, own.add(told));
    return () => own.delete(told);
  };
  const announce: News['announce'] = (tenant, about) => {
    for (const told of [...(listeners.get(tenant) ?? [])]) told(about);
  };
  return {
    subscribe,
    announce,
    isClosed: () => isClosed,
    next(tenant, signal) {
      if (isClosed || signal.aborted || waiting >= maxWaiting) return Promise.resolve();
      waiting++;
      return new Promise<void>((resolve) => {
        const end = (): void => {
          unsubscribe();
          signal.removeEventListener('abort', end);
          waiting--;
          resolve();
        };
        const unsubscribe = subscribe(tenant, (about) => {
          if (about !== 'journal' && about !== 'alerts') end();
        });
        signal.addEventListener('abort', end);
      });
    },
    close() {
      isClosed = true;
      for (const tenant of listeners.keys()) announce(tenant, 'policies');
    },
  };
}
