/** The hub as the source of a TUF repository. */
import { hubPaths } from '../../../hub/protocol.ts';
import type { Hub } from '../hub.ts';
import { HubFailure } from '../network.ts';
import { refuse } from './refusal.ts';
import { noMemory, type TrustMemory } from './roots.ts';
import { type Source, timestampName } from './source.ts';

/** What lasts from round to round, so that it need not be sent and verified again. */
export interface Freshness extends TrustMemory {
  /** As it last came; null where the hub has to send it again. */
  timestamp: { readonly etag: string; readonly bytes: Buffer } | null;
}

export const freshAtFirst = (): Freshness => ({ ...noMemory(), timestamp: null });

const roots = { metadata: hubPaths.metadata, targets: hubPaths.targets } as const;

/** Reads over HTTP. Throws `HubFailure` and `TrustRefusal`. */
export function hubSource(hub: Hub, freshness: Freshness): Source {
  return {
    async read(name, { maxBytes }) {
      const known = name === timestampName ? freshness.timestamp : null;
      const headers = known === null ? {} : { 'if-none-match': known.etag };
      const answer = await bounded(name, maxBytes, () =>
        hub.send({ method: 'GET', path: pathOf(name), headers, maxBytes }),
      );
      const { status, body } = answer;
      if (status === 304 && known !== null) return known.bytes;
      if (status === 404) return null;
      if (status !== 200) throw new HubFailure('refused', `${name}: the hub answers ${status}`, { status });
      const etag = answer.headers.get('etag');
      if (name === timestampName) freshness.timestamp = etag === null ? null : { etag, bytes: body };
      return body;
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
