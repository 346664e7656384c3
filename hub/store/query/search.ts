/** Finding decisions: by what they are about, the newest first, a page at a time. */
import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

export interface DecisionQuery {
  readonly repository?: string | undefined;
  readonly policy?: string | undefined;
  readonly effect?: string | undefined;
  readonly gate?: string | undefined;
  readonly device?: string | undefined;
  readonly kind?: string | undefined;
  /** From this millisecond on, as the id says it. */
  readonly from?: number | undefined;
  /** Up to and without this millisecond. */
  readonly to?: number | undefined;
  /** The id that the page before ended with. */
  readonly after?: string | undefined;
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

/** In characters. */
const maxListedBody = 65_536;

const columns = [
  'id',
  'idx as index',
  'at',
  'received',
  'kind',
  'device',
  'gate',
  'origin',
  'effect',
  'passed',
  'repository',
] as const;

export function searchQueries(db: Kysely<Tables>): Search {
  return {
    async search(tenant, query) {
      const rows = await select(db, tenant, query)
        .select(columns)
        .select(({ eb, fn }) =>
          eb
            .case()
            .when(fn<number>('length', ['body']), '<=', maxListedBody)
            .then(eb.ref('body'))
            .else(null)
            .end()
            .as('body'),
        )
        .orderBy('record.id', 'desc')
        .limit(query.limit)
        .execute();
      return rows.map(found);
    },
    async record(tenant, id) {
      const row = await db
        .selectFrom('record')
        .select([...columns, 'body'])
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? null : { ...found(row), body: row.body };
    },
    async oldestRecord(tenant) {
      const own = db.selectFrom('record').select('id').where('tenant', '=', tenant);
      return (await own.orderBy('id').limit(1).executeTakeFirst())?.id ?? null;
    },
    async retainedFrom(tenant) {
      const own = db.selectFrom('retention').select('before_id').where('tenant', '=', tenant);
      return (await own.executeTakeFirst())?.before_id ?? null;
    },
  };
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

function select(db: Kysely<Tables>, tenant: number, query: DecisionQuery) {
  let rows = db.selectFrom('record').where('record.tenant', '=', tenant);
  for (const column of ['repository', 'effect', 'gate', 'device', 'kind'] as const) {
    const value = query[column];
    if (value !== undefined) rows = rows.where(`record.${column}`, '=', value);
  }
  // Said aloud, so that the index of what was refused answers.
  if (query.effect !== undefined && query.effect !== 'allow') rows = rows.where('record.effect', '<>', 'allow');
  if (query.from !== undefined) rows = rows.where('record.id', '>=', firstIdOf(query.from));
  if (query.to !== undefined) rows = rows.where('record.id', '<', firstIdOf(query.to));
  if (query.after !== undefined) rows = rows.where('record.id', '<', query.after);
  const { policy } = query;
  if (policy === undefined) return rows;
  return rows.where('record.id', 'in', (sub) =>
    sub.selectFrom('record_policy').select('id').where('tenant', '=', tenant).where('policy', '=', policy),
  );
}

function found<Row extends { readonly passed: number | null }>(
  row: Row,
): Omit<Row, 'passed'> & { readonly passed: boolean | null } {
  return { ...row, passed: row.passed === null ? null : row.passed === 1 };
}
