/** Who waits for new policies: requests that are held, and sockets that are told. Nothing here is needed for the truth. */

export interface News {
  /** Resolves at the next news of a tenant, at `signal`, or when the hub ends. At once where too many wait. */
  next(tenant: number, signal: AbortSignal): Promise<void>;
  /** Calls on each news; returns what ends that. */
  subscribe(tenant: number, told: () => void): () => void;
  announce(tenant: number): void;
  isClosed(): boolean;
  close(): void;
}

const maxWaiting = 20_000;

export function createNews(): News {
  const listeners = new Map<number, Set<() => void>>();
  let waiting = 0;
  let isClosed = false;
  const subscribe = (tenant: number, told: () => void): (() => void) => {
    const own = listeners.get(tenant) ?? new Set();
    listeners.set(tenant, own.add(told));
    return () => own.delete(told);
  };
  const announce = (tenant: number): void => {
    for (const told of [...(listeners.get(tenant) ?? [])]) told();
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
        const unsubscribe = subscribe(tenant, end);
        signal.addEventListener('abort', end);
      });
    },
    close() {
      isClosed = true;
      for (const tenant of listeners.keys()) announce(tenant);
    },
  };
}
