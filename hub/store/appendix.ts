/** What an appendix comes to in rows, the same for both databases. */
import { hashBytes, type TreeNode, tileOf, tileWidth } from '../../engine/index.ts';
import { type Count, type Counts, countsOf, sumOf } from './counts.ts';
import { type SealedRun, sealRuns, spanOf } from './run.ts';
import type { Appendix, NewEntry, SealedEntries, TilePiece } from './store.ts';

/** The same nodes as runs of hashes, each within one tile. */
export function tilePieces(nodes: readonly TreeNode[]): readonly (TilePiece & { readonly offset: number })[] {
  const runs = new Map<number, { level: number; index: number; offset: number; hashes: Uint8Array[] }[]>();
  for (const node of nodes) {
    const { level, index } = tileOf(node);
    const ofLevel = runs.get(level) ?? [];
    runs.set(level, ofLevel);
    const run = ofLevel.at(-1);
    // The nodes of a level come in order, so that a tile's are one after the other.
    if (run?.index === index) run.hashes.push(node.hash);
    else ofLevel.push({ level, index, offset: (node.index % tileWidth) * hashBytes, hashes: [node.hash] });
  }
  return [...runs.values()].flat().map((run) => ({ ...run, hashes: Buffer.concat(run.hashes) }));
}

type Counted<Row> = { -readonly [Key in keyof Row]: Row[Key] };

/** Entries as they are stored. */
export function seal(entries: readonly NewEntry[]): SealedEntries {
  return {
    ids: entries.map(({ id }) => id),
    leafHashes: entries.map(({ leafHash }) => leafHash),
    runs: sealRuns(entries),
    counts: countsOf(entries),
  };
}

/** All that an appendix adds, its runs at their places. */
export function rowsOf({ parts, frontier }: Pick<Appendix<unknown>, 'parts' | 'frontier'>): AppendixRows {
  const sealed = parts.map((part) => (part.kind === 'sealed' ? part.sealed : seal(part.entries)));
  const ids = sealed.flatMap((each) => each.ids);
  const first = frontier.size - ids.length;
  let next = first;
  const runs = sealed
    .flatMap((each) => each.runs)
    .map((run) => {
      const begin = next;
      next += run.size;
      return { begin, ...run };
    });
  return { first, ids, runs, counts: sumOf(sealed.map(({ counts }) => counts)), keys: spanKeys(runs) };
}

/** How many records of each span have a key. */
export function spanKeys(runs: readonly Pick<SealedRun, 'newest' | 'keys'>[]): AppendixRows['keys'] {
  const all = new Map<string, Counted<Count<'record_key'>>>();
  for (const { newest, keys } of runs) {
    const span = spanOf(newest);
    for (const { records, ...key } of keys) {
      const sum = rowOf(all, `${span}\0${key.name}\0${key.value}\0${key.effect}`, () => ({ span, ...key, records: 0 }));
      sum.records += records;
    }
  }
  return sorted(all);
}

export interface AppendixRows {
  /** Index of the first entry. */
  readonly first: number;
  readonly ids: readonly string[];
  readonly runs: readonly (SealedRun & { readonly begin: number })[];
  readonly counts: Counts;
  readonly keys: readonly Count<'record_key'>[];
}

function rowOf<Row>(rows: Map<string, Row>, key: string, empty: () => Row): Row {
  const row = rows.get(key) ?? empty();
  rows.set(key, row);
  return row;
}

function sorted<Row>(rows: ReadonlyMap<string, Row>): readonly Row[] {
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
