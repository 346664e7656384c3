/** Agents of OPA: how each was when it was last heard of. */
import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

interface OpaAgent {
  /** Id of the token that it reports with. */
  readonly token: string;
  /** Unique among those with the same token. */
  readonly id: string;
  /** JSON. */
  readonly standing: string;
  readonly seenAt: number;
}

export interface OpaAgents {
  /** Those heard of last come first; at most 1,000. */
  opaAgents(tenant: number): Promise<readonly OpaAgent[]>;
  /** Whether it was noted: there is room for so many. Who was not heard of for 30 days makes room. */
  noteOpaAgent(tenant: number, agent: OpaAgent): Promise<boolean>;
}

const maxAgents = 10_000;
const maxListed = 1_000;
const forgetMs = 30 * 86_400_000;

export function opaAgentQueries(db: Kysely<Tables>): OpaAgents {
  return {
    opaAgents: (tenant) =>
      db
        .selectFrom('opa_agent')
        .select(['token', 'id', 'standing', 'seen_at as seenAt'])
        .where('tenant', '=', tenant)
        .orderBy('seen_at', 'desc')
        .orderBy('id')
        .limit(maxListed)
        .execute(),
    async noteOpaAgent(tenant, { token, id, standing, seenAt }) {
      const own = db.selectFrom('opa_agent').where('tenant', '=', tenant);
      const known = await own.select('id').where('token', '=', token).where('id', '=', id).executeTakeFirst();
      if (known === undefined) {
        await db
          .deleteFrom('opa_agent')
          .where('tenant', '=', tenant)
          .where('seen_at', '<', seenAt - forgetMs)
          .execute();
        const { agents } = await own
          .select(({ fn, cast }) => cast<number>(fn.countAll(), 'bigint').as('agents'))
          .executeTakeFirstOrThrow();
        if (agents >= maxAgents) return false;
      }
      await db
        .insertInto('opa_agent')
        .values({ tenant, token, id, standing, seen_at: seenAt })
        .onConflict((conflict) =>
          conflict.columns(['tenant', 'token', 'id']).doUpdateSet({ standing, seen_at: seenAt }),
        )
        .execute();
      return true;
    },
  };
}
