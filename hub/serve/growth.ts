/** Over one database several hubs work: each looks whether what its listeners wait for has changed by another's hand. */
import type { Hub } from '../hub.ts';
import { timestampName } from '../policies/published.ts';

const lookEveryMs = 500;

/** `policies`: what is published alone. `journal`: the log as well. */
type Watched = 'policies' | 'journal';

export interface Growth {
  /** Somebody listens to a tenant, until the answer is called. */
  listen(tenant: number, to: Watched): () => void;
  close(): Promise<void>;
}

/** With SQLite there is one process, which knows by itself. */
export function watchGrowth({ store, fetchPublished, news, say }: Watchers): Growth {
  const listeners = { policies: new Map<number, number>(), journal: new Map<number, number>() };
  const states = { policies: new Map<number, unknown>(), journal: new Map<number, unknown>() };
  const stateOf: Readonly<Record<Watched, (tenant: number) => Promise<unknown>>> = {
    policies: async (tenant) => (await fetchPublished(tenant, timestampName))?.etag,
    journal: async (tenant) => (await store.frontier(tenant)).size,
  };
  let looking: Promise<void> | null = null;
  const look = async (about: Watched): Promise<void> => {
    for (const tenant of [...listeners[about].keys()]) {
      const state = await stateOf[about](tenant);
      // What came between the listener and the first look is not known: then it is told of it too.
      const isNews = state !== states[about].get(tenant);
      states[about].set(tenant, state);
      if (isNews) news.announce(tenant, about);
    }
  };
  const timer = setInterval(() => {
    looking ??= look('policies')
      .then(() => look('journal'))
      .catch((error: unknown) => say(`what other hubs did could not be looked at: ${String(error)}`))
      .finally(() => {
        looking = null;
      });
  }, lookEveryMs);
  if (store.database === 'sqlite') clearInterval(timer);
  const count = (about: Watched, tenant: number, by: 1 | -1): void => {
    const left = (listeners[about].get(tenant) ?? 0) + by;
    if (left > 0) return void listeners[about].set(tenant, left);
    listeners[about].delete(tenant);
    states[about].delete(tenant);
  };
  return {
    listen(tenant, to) {
      const about: readonly Watched[] = to === 'journal' ? ['policies', 'journal'] : ['policies'];
      for (const each of about) count(each, tenant, 1);
      return () => {
        for (const each of about) count(each, tenant, -1);
      };
    },
    async close() {
      clearInterval(timer);
      await looking;
    },
  };
}

type Watchers = Pick<Hub, 'store' | 'fetchPublished' | 'news' | 'say'>;
