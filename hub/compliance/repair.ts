/** How long it takes until what was refused passes: by the newest refusals, each followed on its way. */
import type { Spread } from '../protocol/compliance.ts';
import type { ListedRow } from '../store/query/search.ts';
import type { Store } from '../store/store.ts';

/** Of a device at a gate of a repository: each is one more question to the database. */
const maxWays = 20;
const maxOfWay = 200;

export interface Repairs extends Spread {
  readonly open: number;
}

/** `refusals` are the newest first. */
export async function timeToFix(
  store: Pick<Store, 'search'>,
  tenant: number,
  refusals: readonly ListedRow[],
): Promise<Repairs> {
  const ways = await Promise.all(
    oldestOfWays(refusals).map(({ device, repository, gate, at }) =>
      store.search(tenant, { ...{ device: device!, repository: repository!, gate: gate! }, from: at, limit: maxOfWay }),
    ),
  );
  // What passed no gate, or by a person's word, is not mended by that.
  const all = ways.map((rows) => repairsIn(rows.filter(({ origin }) => origin === 'gate').toReversed()));
  const took = all.flatMap(({ tookMs }) => tookMs);
  return { ...spreadOf(took), open: all.reduce((sum, { open }) => sum + open, 0) };
}

/** Each refusal until the next pass, and how many have none. `rows` are the oldest first. Pure. */
export function repairsIn(rows: readonly Pick<ListedRow, 'effect' | 'at'>[]): {
  readonly tookMs: readonly number[];
  readonly open: number;
} {
  const tookMs: number[] = [];
  let refused: number[] = [];
  for (const { effect, at } of rows) {
    if (effect === 'deny') refused.push(at);
    if (effect !== 'allow') continue;
    tookMs.push(...refused.map((since) => at - since));
    refused = [];
  }
  return { tookMs, open: refused.length };
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const quantile = (share: number): number | null => sorted[Math.ceil(sorted.length * share) - 1] ?? null;
  return { of: sorted.length, medianMs: quantile(0.5), p90Ms: quantile(0.9) };
}

function oldestOfWays(refusals: readonly ListedRow[]): readonly ListedRow[] {
  const ways = new Map<string, ListedRow>();
  for (const row of refusals) {
    if (row.device === null || row.repository === null || row.gate === null) continue;
    const key = JSON.stringify([row.device, row.repository, row.gate]);
    if (ways.has(key) || ways.size < maxWays) ways.set(key, row);
  }
  return [...ways.values()];
}
