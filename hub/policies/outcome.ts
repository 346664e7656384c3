/** What becomes of a policy's findings, as decisions tell it: fixed before the next pass, let pass, or still in the way. */
import * as z from 'zod';
import type { Outcome } from '../protocol/catalogue.ts';
import type { ListedRow, Search } from '../store/query/search.ts';

const maxDecisions = 500;
/** Of a device at a gate of a repository: each is one more question to the database. */
const maxWays = 100;

const body = z.object({
  record: z.object({
    findings: z.array(
      z.object({ policy: z.string(), outcome: z.string(), fingerprint: z.string(), exception: z.unknown() }),
    ),
  }),
});

/** Where work goes on: what was found there is looked for in what passes there later. */
interface Way {
  readonly device: string;
  readonly repository: string;
  readonly gate: string;
  /** By fingerprint: where it was found last. */
  readonly last: Map<string, Pick<ListedRow, 'id' | 'effect'>>;
}

/** Over the newest decisions of devices in which it had findings that no exception covers. */
export async function outcomeOf(
  store: Pick<Search, 'search'>,
  tenant: number,
  { policy, from }: { readonly policy: string; readonly from: number },
): Promise<Outcome> {
  const rows = await store.search(tenant, { policy, kind: 'decision', from, limit: maxDecisions });
  const ways = waysOf(rows, policy);
  const standings = await Promise.all(
    ways.map(async ({ device, repository, gate, last }) => {
      const [pass] = await store.search(tenant, { device, repository, gate, effect: 'allow', limit: 1 });
      return [...last.values()].map(({ id, effect }) => {
        if (effect === 'allow') return 'passed';
        return pass !== undefined && pass.id > id ? 'fixed' : 'open';
      });
    }),
  );
  const all = standings.flat();
  const count = (standing: (typeof all)[number]) => all.filter((each) => each === standing).length;
  return { decisions: rows.length, fixed: count('fixed'), passed: count('passed'), open: count('open') };
}

/** `rows` are the newest first. */
function waysOf(rows: readonly ListedRow[], policy: string): readonly Way[] {
  const ways = new Map<string, Way>();
  for (const { id, effect, device, repository, gate, body: text } of rows) {
    if (device === null || repository === null || gate === null || text === null) continue;
    const key = JSON.stringify([device, repository, gate]);
    const way = ways.get(key) ?? { device, repository, gate, last: new Map() };
    if (!ways.has(key) && ways.size >= maxWays) continue;
    ways.set(key, way);
    for (const fingerprint of foundIn(text, policy)) {
      if (!way.last.has(fingerprint)) way.last.set(fingerprint, { id, effect });
    }
  }
  return [...ways.values()];
}

function foundIn(text: string, policy: string): readonly string[] {
  const { success, data } = body.safeParse(JSON.parse(text));
  if (!success) return [];
  return data.record.findings
    .filter((each) => each.policy === policy && each.outcome === 'fail' && each.exception === null)
    .map(({ fingerprint }) => fingerprint);
}
