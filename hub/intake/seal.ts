/** A batch in the form in which it is stored, as one thread gives it to another: few values, and no object for each entry. */
import type { ChainLink, SealedChain } from '../log/plan.ts';
import { seal } from '../store/appendix.ts';
import type { SealedEntries } from '../store/store.ts';

export interface SealedBatch extends Pick<SealedChain, 'first' | 'last' | 'missing'> {
  readonly entries: Pick<SealedEntries, 'runs' | 'counts'>;
  /** One to a line. */
  readonly ids: string;
  /** One after the other. */
  readonly leafHashes: Uint8Array;
}

export function sealBatch(links: readonly ChainLink[]): SealedBatch {
  const [{ seq, previous }, last] = [links[0]!, links.at(-1)!];
  const { ids, leafHashes, ...entries } = seal(links.map(({ entry }) => entry));
  return {
    first: { seq, previous },
    last: { seq: last.seq, hash: last.hash },
    missing: links.reduce((sum, link) => sum + link.missing, 0),
    entries,
    ids: ids.join('\n'),
    leafHashes: Buffer.concat(leafHashes),
  };
}

export function chainOf({ ids, leafHashes, entries, ...chain }: SealedBatch): SealedChain {
  const names = ids.split('\n');
  const bytes = leafHashes.length / names.length;
  const hashes = names.map((_, at) => leafHashes.subarray(at * bytes, (at + 1) * bytes));
  return { ...chain, sealed: { ...entries, ids: names, leafHashes: hashes } };
}
