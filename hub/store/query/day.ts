/** How much is decided in a day, and who is still heard of. */
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../tables.ts';

/** Decisions of a device, and in a repository by whomever. */
export const dailyMeasures = ['deviceDecisions', 'repositoryDecisions'] as const;
export type DailyMeasure = (typeof dailyMeasures)[number];

export interface Days {
  /** From an hour up to another, by device (as `actorText` writes it) or repository; where there is nothing, nothing was counted. */
  dailyCounts(
    tenant: number,
    about: { readonly measure: DailyMeasure; readonly from: number; readonly to: number },
  ): Promise<ReadonlyMap<string, number>>;
  /** By repository, the actors that decided there, as `actorText` writes them, if they were seen there since. */
  actorsIn(
    tenant: number,
    about: { readonly repositories: readonly string[]; readonly since: number },
  ): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Ids of the devices that are not revoked and were heard of since. */
  heardDevices(tenant: number, since: number): Promise<ReadonlySet<string>>;
}

const sources = {
  deviceDecisions: { table: 'actor_hour', subject: 'actor', which: sql<boolean>`actor like '{"device":%'` },
  repositoryDecisions: { table: 'gate_hour', subject: 'repository', which: sql<boolean>`1 = 1` },
} as const satisfies Readonly<Record<DailyMeasure, object>>;

export function dayQueries(db: Kysely<Tables>): Days {
  return {
    async dailyCounts(tenant, { measure, from, to }) {
      const { table, subject, which } = sources[measure];
      const { rows } = await sql<{ readonly subject: string; readonly count: number }>`
        select ${sql.ref(subject)} as subject, cast(sum(decisions) as bigint) as count from ${sql.table(table)}
        where tenant = ${tenant} and hour >= ${from} and hour < ${to} and ${which} group by 1`.execute(db);
      return new Map(rows.map((row) => [row.subject, row.count]));
    },
    async actorsIn(tenant, { repositories, since }) {
      if (repositories.length === 0) return new Map();
      const rows = await db
        .selectFrom('first_seen')
        .select(['subject', 'value'])
        .where('tenant', '=', tenant)
        .where('name', '=', 'repository')
        .where('value', 'in', [...repositories])
        .where('seen_at', '>=', since)
        .execute();
      const actors = new Map<string, string[]>();
      for (const { subject, value } of rows) actors.set(value, [...(actors.get(value) ?? []), subject]);
      return actors;
    },
    async heardDevices(tenant, since) {
      const rows = await db
        .selectFrom('device')
        .select('id')
        .where('tenant', '=', tenant)
        .where('revoked_at', 'is', null)
        .where('seen_at', '>=', since)
        .execute();
      return new Set(rows.map(({ id }) => id));
    },
  };
}
