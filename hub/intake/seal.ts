/** A batch in the form in which it is stored, as one thread gives it to another: few values, and no object for each entry. */
import type { ChainLink, SealedChain } from '../log/plan.ts';
import { seal } from '../store/appendix.ts';
import type { SealedRun } from '../store/run.ts';
import type { SealedEntries } from '../store/store.ts';

export interface SealedBatch extends Pick<SealedChain, 'first' | 'last' | 'missing'> {
  readonly runs: readonly Omit<SealedRun, 'keys'>[];
  /** JSON of what is counted: many small objects are copied in a fraction of the time as a text. */
  readonly counted: string;
  /** One to a line. */
  readonly ids: string;
  /** One after the other. */
  readonly leafHashes: Uint8Array;
}

interface Counted {
  readonly counts: SealedEntries['counts'];
  /** Of each run. */
  readonly keys: readonly SealedRun['keys'][];
}

export function sealBatch(links: readonly ChainLink[]): SealedBatch {
  const [{ seq, previous }, last] = [links[0]!, links.at(-1)!];
  const { ids, leafHashes, runs, counts } = seal(links.map(({ entry }) => entry));
  const counted: Counted = { counts, keys: runs.map(({ keys }) => keys) };
  return {
    first: { seq, previous },
    last: { seq: last.seq, hash: last.hash },
    missing: links.reduce((sum, link) => sum + link.missing, 0),
    runs: runs.map(({ keys: _, ...run }) => run),
    counted: JSON.stringify(counted),
    ids: ids.join('\n'),
    leafHashes: Buffer.concat(leafHashes),
  };
}

export function chainOf({ ids, leafHashes, runs, counted, ...chain }: SealedBatch): SealedChain {
  const names = ids.split('\n');
  const bytes = leafHashes.length / names.length;
  const hashes = names.map((_, at) => leafHashes.subarray(at * bytes, (at + 1) * bytes));
  const { counts, keys } = JSON.parse(counted) as Counted;
  const keyed = runs.map((run, at) => ({ ...run, keys: keys[at]! }));
  return { ...chain, sealed: { runs: keyed, counts, ids: names, leafHashes: hashes } };
}

/** The memory that a batch has for itself. */
export function memoryOf({ runs }: SealedBatch): readonly ArrayBuffer[] {
  return runs
    .flatMap(({ bodies, columns, leaves }) => [bodies, columns, leaves])
    .filter(({ buffer, byteLength }) => buffer.byteLength === byteLength)
    .map(({ buffer }) => buffer as ArrayBuffer);
}
