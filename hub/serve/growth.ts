/** Over one database several hubs take decisions in: each looks whether a log that its pages listen to has grown. */
import type { Hub } from '../hub.ts';

const lookEveryMs = 500;

export interface Growth {
  /** Somebody listens to a tenant's log, until the answer is called. */
  listen(tenant: number): () => void;
  close(): Promise<void>;
}

/** With SQLite there is one process, which knows by itself. */
export function watchGrowth({ store, news, say }: Pick<Hub, 'store' | 'news' | 'say'>): Growth {
  const listeners = new Map<number, number>();
  const sizes = new Map<number, number>();
  let looking: Promise<void> | null = null;
  const look = async (): Promise<void> => {
    for (const tenant of [...listeners.keys()]) {
      const { size } = await store.frontier(tenant);
      // What came between the listener and the first look is not known: then it is told of it too.
      const isNews = size !== sizes.get(tenant);
      sizes.set(tenant, size);
      if (isNews) news.announce(tenant, 'journal');
    }
  };
  const timer = setInterval(() => {
    looking ??= look()
      .catch((error: unknown) => say(`the logs could not be looked at: ${String(error)}`))
      .finally(() => {
        looking = null;
      });
  }, lookEveryMs);
  if (store.database === 'sqlite') clearInterval(timer);
  return {
    listen(tenant) {
      listeners.set(tenant, (listeners.get(tenant) ?? 0) + 1);
      return () => {
        const left = (listeners.get(tenant) ?? 1) - 1;
        if (left > 0) return void listeners.set(tenant, left);
        listeners.delete(tenant);
        sizes.delete(tenant);
      };
    },
    async close() {
      clearInterval(timer);
      await looking;
    },
  };
}
