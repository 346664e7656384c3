/** The hub as the source of a TUF repository. */
import { hubPaths } from '../../../hub/protocol.ts';
import type { Hub } from '../hub.ts';
import { HubFailure } from '../network.ts';
import { refuse } from './refusal.ts';
import type { Source } from './source.ts';

/** What is remembered of the timestamp between rounds. */
export interface Freshness {
  etag: string | null;
}

const roots = { metadata: hubPaths.metadata, targets: hubPaths.targets } as const;

/** Reads over HTTP. `copy` gives the timestamp where the hub says that it has not changed. Throws `HubFailure` and `TrustRefusal`. */
export function hubSource(
  hub: Hub,
  { freshness, copy }: { readonly freshness: Freshness; readonly copy: Source },
): Source {
  return {
    async read(name, want) {
      const isTimestamp = name === 'metadata/timestamp.json';
      const conditional = isTimestamp && freshness.etag !== null ? { 'if-none-match': freshness.etag } : {};
      const answer = await bounded(name, want.maxBytes, () =>
        hub.send({ method: 'GET', path: pathOf(name), headers: conditional, maxBytes: want.maxBytes }),
      );
      if (answer.status === 304) return copy.read(name, want);
      if (answer.status === 404) return null;
      if (answer.status !== 200)
        throw new HubFailure('refused', `${name}: the hub answers ${answer.status}`, { status: answer.status });
      if (isTimestamp) freshness.etag = answer.headers.get('etag');
      return answer.body;
    },
  };
}

/** An answer without end, or one that drips, is an attack of its own in TUF's list. */
async function bounded<T>(name: string, maxBytes: number, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof HubFailure && error.code === 'oversized') throw refuse.oversized(name, maxBytes);
    throw error;
  }
}

function pathOf(name: string): string {
  const [kind, ...rest] = name.split('/');
  const root = kind === 'targets' ? roots.targets : roots.metadata;
  // A role's name is encoded already; what is left of a target's path is not.
  return `${root}/${kind === 'targets' ? rest.map(encodeURIComponent).join('/') : rest.join('/')}`;
}
