/** Figures over many decisions, from what was counted as they came in. */
import type { Kysely } from 'kysely';
import { idsOf, recordsIn, spanOf } from '../run.ts';
import type { Tables } from '../tables.ts';
import { firstIdOf } from './search.ts';

export interface HourCount {
  readonly hour: number;
  readonly gate: string;
  readonly effect: string;
  readonly decisions: number;
  readonly latencyMs: number;
}

export interface PolicyTotal {
  readonly policy: string;
  readonly findings: number;
  readonly excepted: number;
}

interface RepositoryTotal {
  readonly repository: string;
  readonly effect: string;
  readonly decisions: number;
}

export interface Overview {
  hours(tenant: number, since: number): Promise<readonly HourCount[]>;
  topPolicies(tenant: number, since: number, limit: number): Promise<readonly PolicyTotal[]>;
  topRepositories(tenant: number, since: number, limit: number): Promise<readonly RepositoryTotal[]>;
  /** Decisions by class of latency, see `latency.ts`. */
  latencyClasses(
    tenant: number,
    since: number,
  ): Promise<readonly { readonly latency: number; readonly decisions: number }[]>;
  /** In how many decisions a policy had findings. */
  decisionsWith(tenant: number, policy: string, since: number): Promise<number>;
  /** The one number: decisions that devices made and that are not here. */
  missingDecisions(tenant: number): Promise<number>;
}

export function overviewQueries(db: Kysely<Tables>): Overview {
  return {
    hours: (tenant, since) =>
      db
        .selectFrom('gate_hour')
        .select(['hour', 'gate', 'effect'])
        .select(({ fn, cast }) => [
          cast<number>(fn.sum('decisions'), 'bigint').as('decisions'),
          cast<number>(fn.sum('latency_ms'), 'double precision').as('latencyMs'),
        ])
        .where('tenant', '=', tenant)
        .where('hour', '>=', since)
        .groupBy(['hour', 'gate', 'effect'])
        .orderBy('hour')
        .orderBy('gate')
        .orderBy('effect')
        .execute(),
    topPolicies: (tenant, since, limit) =>
      db
        .selectFrom('policy_hour')
        .select('policy')
        .select(({ fn, cast }) => [
          cast<number>(fn.sum('findings'), 'bigint').as('findings'),
          cast<number>(fn.sum('excepted'), 'bigint').as('excepted'),
        ])
        .where('tenant', '=', tenant)
        .where('hour', '>=', since)
        .groupBy('policy')
        .orderBy('findings', 'desc')
        .orderBy('policy')
        .limit(limit)
        .execute(),
    topRepositories: (tenant, since, limit) =>
      db
        .selectFrom('gate_hour')
        .select(['repository', 'effect'])
        .select(({ fn, cast }) => cast<number>(fn.sum('decisions'), 'bigint').as('decisions'))
        .where('tenant', '=', tenant)
        .where('hour', '>=', since)
        .where('effect', '<>', 'allow')
        .groupBy(['repository', 'effect'])
        .orderBy('decisions', 'desc')
        .orderBy('repository')
        .limit(limit)
        .execute(),
    latencyClasses: (tenant, since) => latencyClasses(db, tenant, since),
    async decisionsWith(tenant, policy, since) {
      const first = firstIdOf(since);
      const { found } = await db
        .selectFrom('record_key')
        .where('tenant', '=', tenant)
        .where('name', '=', 'policy')
        .where('value', '=', policy)
        .where('span', '>', spanOf(first))
        .select(({ fn, cast, val }) =>
          cast<number>(fn.coalesce(fn.sum<number>('records'), val(0)), 'bigint').as('found'),
        )
        .executeTakeFirstOrThrow();
      return found + (await decisionsInSpan(db, tenant, { policy, first }));
    },
    async missingDecisions(tenant) {
      const row = await db
        .selectFrom('device')
        .select(({ fn, cast, val }) =>
          cast<number>(fn.coalesce(fn.sum<number>('missing'), val(0)), 'bigint').as('missing'),
        )
        .select(({ fn, cast, val }) =>
          cast<number>(fn.coalesce(fn.sum<number>('awaited'), val(0)), 'bigint').as('awaited'),
        )
        .where('tenant', '=', tenant)
        .executeTakeFirstOrThrow();
      return row.missing + row.awaited;
    },
  };
}

function latencyClasses(db: Kysely<Tables>, tenant: number, since: number) {
  return db
    .selectFrom('revision_minute')
    .select('latency')
    .select(({ fn, cast }) => cast<number>(fn.sum('decisions'), 'bigint').as('decisions'))
    .where('tenant', '=', tenant)
    .where('minute', '>=', since)
    .groupBy('latency')
    .execute();
}

/** From an id on, to the end of its span. */
async function decisionsInSpan(
  db: Kysely<Tables>,
  tenant: number,
  { policy, first }: { readonly policy: string; readonly first: string },
): Promise<number> {
  const runs = await db
    .selectFrom('record_run')
    .select(['begin', 'size', 'columns'])
    .where('tenant', '=', tenant)
    .where('newest', '>=', first)
    .where('newest', '<=', idsOf(spanOf(first)).last)
    .execute();
  return runs.flatMap(recordsIn).filter(({ id, policies }) => id >= first && policies.includes(policy)).length;
}
