/** Runs of records: those that may hold what somebody looks for, and what they hold. */
import { type Kysely, sql } from 'kysely';
import { unpacked } from '../packed.ts';
import { isRare, type KeptRecord, type Key, maxRun, newestBeside, placesIn, recordsIn } from '../run.ts';
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

export interface Slice {
  readonly from: number;
  readonly to: number;
}

/** What matches, run by run, the run with the newest record first. A run may turn out to hold nothing. */
export async function* matchesByRun(
  db: Kysely<Tables>,
  tenant: number,
  { filter, page }: { readonly filter: RecordFilter; readonly page: number },
): AsyncGenerator<{ readonly run: RunAt; readonly matches: readonly Match[] }> {
  let last: Candidate | null = null;
  for (;;) {
    const found: readonly Candidate[] = await candidates(db, tenant, { filter, last, limit: page });
    for (const { columns, ...run } of await readRuns(db, tenant, found, boundsOf(filter).below)) {
      const records = recordsIn({ ...run, columns });
      const places = placesIn(records);
      const matches = records
        .map((record, at) => ({ record, place: places[at]! }))
        .filter(({ record }) => isMatch(record, filter));
      yield { run, matches };
    }
    if (found.length < page) return;
    last = found.at(-1)!;
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

interface Candidate {
  readonly begin: number;
  readonly newest: string;
}

async function candidates(
  db: Kysely<Tables>,
  tenant: number,
  { filter, last, limit }: { readonly filter: RecordFilter; readonly last: Candidate | null; readonly limit: number },
): Promise<readonly Candidate[]> {
  const key = keyOf(filter);
  const { from, below } = boundsOf(filter);
  const table = key === null ? 'record_run' : 'record_key';
  let rows = db.selectFrom(table).select(['newest', 'begin']).distinct().where('tenant', '=', tenant);
  if (key !== null) rows = rows.where(sql.ref('name'), '=', key[0]).where(sql.ref('value'), '=', key[1]);
  if (key !== null && filter.effect !== undefined) rows = rows.where(sql.ref('effect'), '=', filter.effect);
  if (from !== null) rows = rows.where('newest', '>=', from);
  if (below !== null) rows = rows.where('newest', '<=', newestBeside(below));
  if (last !== null)
    rows = rows.where(({ eb, or, and }) =>
      or([eb('newest', '<', last.newest), and([eb('newest', '=', last.newest), eb('begin', '<', last.begin)])]),
    );
  return rows.orderBy('newest', 'desc').orderBy('begin', 'desc').limit(limit).execute();
}

/** The keys with the fewest runs come first. */
function keyOf({ origin, policy, repository, device, kind, effect }: RecordFilter): Key | null {
  if (origin !== undefined && isRare.origin(origin)) return ['origin', origin];
  if (policy !== undefined) return ['policy', policy];
  if (repository !== undefined) return ['repository', repository];
  if (kind !== undefined && isRare.kind(kind)) return ['kind', kind];
  if (device !== undefined) return ['device', device];
  return effect !== undefined && isRare.effect(effect) ? ['effect', effect] : null;
}

async function readRuns(db: Kysely<Tables>, tenant: number, found: readonly Candidate[], below: string | null) {
  if (found.length === 0) return [];
  let rows = db
    .selectFrom('record_run')
    .select(['begin', 'newest', 'size', 'columns'])
    .where('tenant', '=', tenant)
    .where('newest', 'in', [...new Set(found.map(({ newest }) => newest))])
    .where(
      'begin',
      'in',
      found.map(({ begin }) => begin),
    );
  if (below !== null) rows = rows.where('oldest', '<', below);
  return rows.orderBy('newest', 'desc').orderBy('begin', 'desc').execute();
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
