/** Jobs of CI that have decided something: which are new. */
import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

/** A job of CI that has decided something. */
interface SeenJob {
  readonly issuer: string;
  readonly subject: string;
  /** Id of its first decision. */
  readonly record: string;
  readonly at: number;
}

export interface CiJobs {
  /** Jobs that decided for the first time. */
  jobsSince(tenant: number, about: { readonly since: number; readonly limit: number }): Promise<readonly SeenJob[]>;
  /** Remembers a job, unless it is known. So many are remembered, and no more. */
  noteJob(tenant: number, job: SeenJob): Promise<void>;
}

const maxJobs = 20_000;

export function ciJobQueries(db: Kysely<Tables>): CiJobs {
  return {
    jobsSince: (tenant, { since, limit }) =>
      db
        .selectFrom('ci_job')
        .select(['issuer', 'subject', 'record', 'at'])
        .where('tenant', '=', tenant)
        .where('at', '>=', since)
        .orderBy('at', 'desc')
        .limit(limit)
        .execute(),
    async noteJob(tenant, job) {
      const own = db.selectFrom('ci_job').where('tenant', '=', tenant);
      const { jobs } = await own
        .select(({ fn, cast }) => cast<number>(fn.countAll(), 'bigint').as('jobs'))
        .executeTakeFirstOrThrow();
      if (jobs >= maxJobs) return;
      await db
        .insertInto('ci_job')
        .values({ tenant, ...job })
        .onConflict((conflict) => conflict.columns(['tenant', 'issuer', 'subject']).doNothing())
        .execute();
    },
  };
}
