/** How rollouts go on, and what came of decisions by their bundles. */
import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

export interface RolloutState {
  readonly id: string;
  readonly state: Tables['rollout']['state'];
  readonly reason: string | null;
  /** When the stage began. */
  readonly begunAt: number;
}

export interface RevisionCount {
  readonly revision: string;
  readonly effect: string;
  /** A class of latency. */
  readonly latency: number;
  readonly decisions: number;
}

export interface Rollouts {
  rolloutState(tenant: number, id: string): Promise<RolloutState | null>;
  /** Decisions by these bundles from a minute on. */
  revisionCounts(tenant: number, revisions: readonly string[], since: number): Promise<readonly RevisionCount[]>;
}

export function rolloutQueries(db: Kysely<Tables>): Rollouts {
  return {
    async rolloutState(tenant, id) {
      const row = db.selectFrom('rollout').select(['id', 'state', 'reason', 'begun_at as begunAt']);
      return (await row.where('tenant', '=', tenant).where('id', '=', id).executeTakeFirst()) ?? null;
    },
    revisionCounts: (tenant, revisions, since) =>
      db
        .selectFrom('revision_minute')
        .select(['revision', 'effect', 'latency'])
        .select(({ fn, cast }) => cast<number>(fn.sum('decisions'), 'bigint').as('decisions'))
        .where('tenant', '=', tenant)
        .where('revision', 'in', revisions)
        .where('minute', '>=', since)
        .groupBy(['revision', 'effect', 'latency'])
        .execute(),
  };
}
