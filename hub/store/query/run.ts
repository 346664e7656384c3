/** Runs of records: those that may hold what somebody looks for, and what they hold. */
import { type Kysely, sql } from 'kysely';
import { unpacked } from '../packed.ts';
import {
  idsOf,
  isRare,
  type KeptRecord,
  type Key,
  linesLike,
  maxRun,
  placesIn,
  recordsIn,
  spanBefore,
  spanOf,
} from '../run.ts';
import type { Tables } from '../tables.ts';
import { firstIdOf } from './search.ts';

/** What records are asked for by. */
export interface RecordFilter {
  readonly repository?: string | undefined;
  readonly policy?: string | undefined;
  readonly effect?: string | undefined;
  readonly gate?: string | undefined;
  readonly device?: string | undefined;
  readonly kind?: string | undefined;
  readonly origin?: string | undefined;
  /** From this millisecond on, as the id says it. */
  readonly from?: number | undefined;
  /** Up to and without this millisecond. */
  readonly to?: number | undefined;
  /** The id that the page before ended with. */
  readonly after?: string | undefined;
}

/** Which run, as it was when it was read: it has fewer records once some of them were deleted. */
export interface RunAt {
  readonly begin: number;
  readonly newest: string;
  readonly size: number;
}

export interface Match {
  readonly record: KeptRecord;
  /** Where its body is in those of its run, in bytes. */
  readonly place: Slice;
}

interface Slice {
  readonly from: number;
  readonly to: number;
}

/** What matches, run by run, the run with the newest record first. A run may turn out to hold nothing. */
export async function* matchesByRun(
  db: Kysely<Tables>,
  tenant: number,
  { filter, page }: { readonly filter: RecordFilter; readonly page: number },
): AsyncGenerator<{ readonly run: RunAt; readonly matches: readonly Match[] }> {
  for await (const range of rangesOf(db, tenant, filter)) {
    for (let last: RunAt | null = null; ; ) {
      const runs: readonly FoundRun[] = await readRuns(db, tenant, { ...range, last, limit: page });
      for (const { columns, ...run } of runs) {
        const records = recordsIn({ ...run, columns });
        const places = placesIn(records);
        const matches = records
          .map((record, at) => ({ record, place: places[at]! }))
          .filter(({ record }) => isMatch(record, filter));
        yield { run, matches };
      }
      if (runs.length < page) break;
      last = runs.at(-1)!;
    }
  }
}

/** The runs that may hold entries of a range. */
export function runsAround(
  db: Kysely<Tables>,
  tenant: number,
  { begin, end }: { readonly begin: number; readonly end: number },
) {
  const own = db.selectFrom('record_run').where('tenant', '=', tenant);
  return own.where('begin', '>', begin - maxRun).where('begin', '<', end);
}

/** A run's bodies; null where some of its records were deleted meanwhile. */
export async function bodiesOf(db: Kysely<Tables>, tenant: number, run: RunAt): Promise<Buffer | null> {
  const row = await db
    .selectFrom('record_run')
    .select('bodies')
    .where('tenant', '=', tenant)
    .where('newest', '=', run.newest)
    .where('begin', '=', run.begin)
    .where('size', '=', run.size)
    .executeTakeFirst();
  return row === undefined ? null : unpacked(row.bodies);
}

/** Where runs are looked for: between two ids of their newest, with a record below one, with keys that are like all patterns. */
interface Range {
  readonly from: string;
  readonly to: string;
  readonly below: string | null;
  readonly like: readonly string[];
}

/** The newest first: everything at once where no key says in which hours there is something. */
async function* rangesOf(db: Kysely<Tables>, tenant: number, filter: RecordFilter): AsyncGenerator<Range> {
  const keys = keysFor(filter);
  const [key] = keys;
  const { from, below } = boundsOf(filter);
  const least = from ?? idsOf('000000').first;
  const most = idsOf(below === null ? 'ffffff' : spanOf(below)).last;
  if (key === undefined) return yield { from: least, to: most, below, like: [] };
  const like = keys.map((each) => linesLike(each, filter.effect));
  for (let next: string | null = spanOf(most); next !== null; ) {
    const span: string | null = await lastSpan(db, tenant, {
      key,
      effect: filter.effect,
      from: spanOf(least),
      to: next,
    });
    if (span === null) return;
    const { first, last } = idsOf(span);
    yield { from: span === spanOf(least) ? least : first, to: last, below, like };
    next = spanBefore(span);
  }
}

/** The last span of some in which there are records with a key. */
async function lastSpan(
  db: Kysely<Tables>,
  tenant: number,
  about: { readonly key: Key; readonly effect: string | undefined; readonly from: string; readonly to: string },
): Promise<string | null> {
  const [name, value] = about.key;
  let rows = db
    .selectFrom('record_key')
    .select('span')
    .where('tenant', '=', tenant)
    .where('name', '=', name)
    .where('value', '=', value)
    .where('span', '>=', about.from)
    .where('span', '<=', about.to);
  if (about.effect !== undefined) rows = rows.where('effect', '=', about.effect);
  return (await rows.orderBy('span', 'desc').limit(1).executeTakeFirst())?.span ?? null;
}

/** The keys that a run must have; the one with the fewest records comes first. */
function keysFor({ origin, policy, repository, device, kind, effect }: RecordFilter): readonly Key[] {
  const keys: Key[] = [];
  if (origin !== undefined && isRare.origin(origin)) keys.push(['origin', origin]);
  if (policy !== undefined) keys.push(['policy', policy]);
  if (repository !== undefined) keys.push(['repository', repository]);
  if (kind !== undefined && isRare.kind(kind)) keys.push(['kind', kind]);
  if (device !== undefined) keys.push(['device', device]);
  if (effect !== undefined && isRare.effect(effect)) keys.push(['effect', effect]);
  return keys;
}

type FoundRun = RunAt & Pick<Tables['record_run'], 'columns'>;

async function readRuns(
  db: Kysely<Tables>,
  tenant: number,
  { from, to, below, like, last, limit }: Range & { readonly last: RunAt | null; readonly limit: number },
): Promise<readonly FoundRun[]> {
  let rows = db
    .selectFrom('record_run')
    .select(['begin', 'newest', 'size', 'columns'])
    .where('tenant', '=', tenant)
    .where('newest', '>=', from)
    .where('newest', '<=', last?.newest ?? to);
  if (below !== null) rows = rows.where('oldest', '<', below);
  for (const each of like) rows = rows.where(sql<boolean>`keys like ${each} escape '\\'`);
  if (last !== null)
    rows = rows.where(({ eb, or }) => or([eb('newest', '<', last.newest), eb('begin', '<', last.begin)]));
  return rows.orderBy('newest', 'desc').orderBy('begin', 'desc').limit(limit).execute();
}

/** Ids from the first one on, and below the second one. */
function boundsOf({ from, to, after }: RecordFilter): { readonly from: string | null; readonly below: string | null } {
  const until = to === undefined ? null : firstIdOf(to);
  const below = after === undefined || (until !== null && until < after) ? until : after;
  return { from: from === undefined ? null : firstIdOf(from), below };
}

function isMatch(record: KeptRecord, filter: RecordFilter): boolean {
  for (const column of ['repository', 'effect', 'gate', 'device', 'kind', 'origin'] as const) {
    if (filter[column] !== undefined && filter[column] !== record[column]) return false;
  }
  if (filter.policy !== undefined && !record.policies.includes(filter.policy)) return false;
  const { from, below } = boundsOf(filter);
  return (from === null || record.id >= from) && (below === null || record.id < below);
}
