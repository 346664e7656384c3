/** Finding decisions: by what they are about, the newest first, a page at a time. */
import type { Kysely } from 'kysely';
import { bodiesIn, idsOf, type KeptRecord, spanOf } from '../run.ts';
import type { Tables } from '../tables.ts';
import { bodiesOf, type Match, matchesByRun, type RecordFilter, type RunAt, runsAround } from './run.ts';

export interface DecisionQuery extends RecordFilter {
  readonly limit: number;
}

export interface FoundRecord {
  readonly id: string;
  readonly index: number;
  readonly at: number;
  readonly received: number;
  readonly kind: string;
  readonly device: string | null;
  readonly gate: string | null;
  readonly origin: string | null;
  readonly effect: string | null;
  readonly passed: boolean | null;
  readonly repository: string | null;
}

/** With its body, unless that is longer than a list has use for. */
export type ListedRow = FoundRecord & { readonly body: string | null };

export interface Search {
  search(tenant: number, query: DecisionQuery): Promise<readonly ListedRow[]>;
  /** With the text that the leaf names by hash; null where there is none, or none any more. */
  record(tenant: number, id: string): Promise<(FoundRecord & { readonly body: string }) | null>;
  /** Id of the oldest record that is still there. */
  oldestRecord(tenant: number): Promise<string | null>;
  /** Records below this id may be deleted; null where none may. */
  retainedFrom(tenant: number): Promise<string | null>;
}

/** In bytes. */
const maxListedBody = 65_536;
/** So many runs are looked through at a time. */
const [fewestRuns, mostRuns] = [4, 32];

export function searchQueries(db: Kysely<Tables>): Search {
  return {
    async search(tenant, { limit, ...filter }) {
      const found: Hit[] = [];
      const page = Math.min(mostRuns, Math.max(fewestRuns, limit));
      for await (const { run, matches } of matchesByRun(db, tenant, { filter, page })) {
        // Whatever follows is no newer than this run's newest.
        if (found.length === limit && found[limit - 1]!.record.id > run.newest) break;
        found.push(...matches.map((match) => ({ ...match, run })));
        found.sort((a, b) => (a.record.id < b.record.id ? 1 : -1));
        found.splice(limit);
      }
      return withBodies(db, tenant, found);
    },
    async record(tenant, id) {
      const place = db.selectFrom('place').select('idx').where('tenant', '=', tenant).where('id', '=', id);
      const index = (await place.executeTakeFirst())?.idx;
      if (index === undefined) return null;
      const runs = await runsAround(db, tenant, { begin: index, end: index + 1 })
        .select(['begin', 'size', 'columns', 'bodies'])
        .where('oldest', '<=', id)
        .where('newest', '>=', id)
        .execute();
      const [found] = runs.flatMap(bodiesIn).filter(({ record }) => record.index === index);
      return found === undefined ? null : { ...shownOf(found.record), body: found.body };
    },
    async oldestRecord(tenant) {
      const own = db.selectFrom('record_run').where('tenant', '=', tenant);
      const first = await own.select('newest').orderBy('newest').limit(1).executeTakeFirst();
      if (first === undefined) return null;
      const { last } = idsOf(spanOf(first.newest));
      return (await own.select('oldest').where('newest', '<=', last).orderBy('oldest').limit(1).executeTakeFirst())!
        .oldest;
    },
    async retainedFrom(tenant) {
      const own = db.selectFrom('retention').select('before_id').where('tenant', '=', tenant);
      return (await own.executeTakeFirst())?.before_id ?? null;
    },
  };
}

type Hit = Match & { readonly run: RunAt };

async function withBodies(db: Kysely<Tables>, tenant: number, hits: readonly Hit[]): Promise<readonly ListedRow[]> {
  const runs = new Set(hits.filter(({ record }) => record.bytes <= maxListedBody).map(({ run }) => run));
  const read = await Promise.all([...runs].map(async (run) => [run, await bodiesOf(db, tenant, run)] as const));
  const bodies = new Map(read);
  return hits.map(({ run, record, place: { from, to } }) => {
    const body = record.bytes <= maxListedBody ? bodies.get(run)?.toString('utf8', from, to) : undefined;
    return { ...shownOf(record), body: body ?? null };
  });
}

function shownOf({ policies: _, bytes: __, ...record }: KeptRecord): FoundRecord {
  return record;
}

/** The first id of a millisecond: UUIDs of version 7 begin with their time. */
export function firstIdOf(ms: number): string {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** The millisecond that an id of version 7 begins with. */
export function timeOfId(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
}
