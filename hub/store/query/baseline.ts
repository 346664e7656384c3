/** What is usual: how often something was counted in an hour, and since when it is known. */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Tables } from '../tables.ts';

/** What is counted: decisions and refusals of an actor at a gate, findings of a policy, refusals at a gate by whomever. */
export const measures = ['actorDecisions', 'actorRefusals', 'policyFindings', 'gateRefusals'] as const;
export type Measure = (typeof measures)[number];

export interface HourlyCount {
  /** The first millisecond of the hour. */
  readonly hour: number;
  /** The actor as `actorText` writes it, the policy, or the gate. */
  readonly subject: string;
  /** Of an actor; empty otherwise. */
  readonly gate: string;
  readonly count: number;
}

/** A repository in which somebody decided for the first time. */
interface NewRepository {
  readonly actor: string;
  readonly repository: string;
  readonly record: string;
}

export interface Baselines {
  /** Hours from `since` on in which something was counted so often; the most often come first. */
  busyHours(
    tenant: number,
    about: { readonly measure: Measure; readonly since: number; readonly least: number; readonly limit: number },
  ): Promise<readonly HourlyCount[]>;
  /** Of some hours and subjects; where there is nothing, nothing was counted. */
  hourlyCounts(
    tenant: number,
    about: { readonly measure: Measure; readonly hours: readonly number[]; readonly subjects: readonly string[] },
  ): Promise<readonly HourlyCount[]>;
  /** Since when subjects are known, by the hub's clock. */
  knownSince(tenant: number, measure: Measure, subjects: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Id of the newest decision of an actor within an hour. */
  newestOfHour(tenant: number, about: { readonly hour: number; readonly actor: string }): Promise<string | null>;
  /** Of actors that were known before `knownBefore`; the newest first. */
  newRepositories(
    tenant: number,
    about: { readonly since: number; readonly knownBefore: number; readonly limit: number },
  ): Promise<readonly NewRepository[]>;
  /** Forgets hours, and what was not seen, before these instants: of all tenants. */
  forgetBaselines(before: { readonly hour: number; readonly seen: number }): Promise<void>;
}

interface Source {
  readonly table: 'actor_hour' | 'policy_hour' | 'gate_hour';
  readonly subject: string;
  readonly gate: RawBuilder<string>;
  readonly count: string;
  readonly which: RawBuilder<boolean>;
  readonly sight: Tables['first_seen']['name'];
}

const refused = sql<boolean>`effect = 'deny'`;
const all = sql<boolean>`1 = 1`;
const actors = { table: 'actor_hour', subject: 'actor', gate: sql<string>`gate`, count: 'decisions' } as const;

const sources: Readonly<Record<Measure, Source>> = {
  actorDecisions: { ...actors, which: all, sight: 'repository' },
  actorRefusals: { ...actors, which: refused, sight: 'repository' },
  policyFindings: {
    ...{ table: 'policy_hour', subject: 'policy', gate: sql<string>`''`, count: 'findings', which: all },
    sight: 'policy',
  },
  gateRefusals: {
    ...{ table: 'gate_hour', subject: 'gate', gate: sql<string>`''`, count: 'decisions', which: refused },
    sight: 'gate',
  },
};

export function baselineQueries(db: Kysely<Tables>): Baselines {
  return {
    async busyHours(tenant, { measure, since, least, limit }) {
      const { count } = sources[measure];
      const rows = await counted(measure, tenant, sql<boolean>`hour >= ${since}`, {
        having: sql`having sum(${sql.ref(count)}) >= ${least} order by count desc, hour desc, subject limit ${limit}`,
      }).execute(db);
      return rows.rows;
    },
    async hourlyCounts(tenant, { measure, hours, subjects }) {
      if (hours.length === 0 || subjects.length === 0) return [];
      const { subject } = sources[measure];
      const which = sql<boolean>`hour in (${sql.join(hours)}) and ${sql.ref(subject)} in (${sql.join(subjects)})`;
      return (await counted(measure, tenant, which, { having: sql`` }).execute(db)).rows;
    },
    async knownSince(tenant, measure, subjects) {
      if (subjects.length === 0) return new Map();
      const rows = await db
        .selectFrom('first_seen')
        .select('subject')
        .select(({ fn, cast }) => cast<number>(fn.min('at'), 'bigint').as('since'))
        .where('tenant', '=', tenant)
        .where('name', '=', sources[measure].sight)
        .where('subject', 'in', subjects)
        .groupBy('subject')
        .execute();
      return new Map(rows.map(({ subject, since }) => [subject, since]));
    },
    async newestOfHour(tenant, { hour, actor }) {
      const row = await db
        .selectFrom('actor_hour')
        .select('last')
        .where('tenant', '=', tenant)
        .where('hour', '=', hour)
        .where('actor', '=', actor)
        .orderBy('last', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row?.last ?? null;
    },
    newRepositories: (tenant, { since, knownBefore, limit }) =>
      db
        .selectFrom('first_seen as new')
        .select(['new.subject as actor', 'new.value as repository', 'new.record'])
        .where('new.tenant', '=', tenant)
        .where('new.name', '=', 'repository')
        .where('new.at', '>=', since)
        .where(({ exists, selectFrom }) =>
          exists(
            selectFrom('first_seen as old')
              .select('old.at')
              .where('old.tenant', '=', tenant)
              .where('old.name', '=', 'repository')
              .whereRef('old.subject', '=', 'new.subject')
              .where('old.at', '<', knownBefore),
          ),
        )
        .orderBy('new.at', 'desc')
        .orderBy('new.subject')
        .orderBy('new.value')
        .limit(limit)
        .execute(),
    async forgetBaselines({ hour, seen }) {
      await db.deleteFrom('actor_hour').where('hour', '<', hour).execute();
      await db.deleteFrom('first_seen').where('seen_at', '<', seen).execute();
    },
  };
}

function counted(
  measure: Measure,
  tenant: number,
  narrowed: RawBuilder<boolean>,
  { having }: { readonly having: RawBuilder<unknown> },
): RawBuilder<HourlyCount> {
  const { table, subject, gate, count, which } = sources[measure];
  return sql<HourlyCount>`select hour, ${sql.ref(subject)} as subject, ${gate} as gate,
    cast(sum(${sql.ref(count)}) as bigint) as count
    from ${sql.table(table)} where tenant = ${tenant} and ${which} and ${narrowed} group by 1, 2, 3 ${having}`;
}
