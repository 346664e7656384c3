/** Tokens of people and robots, by their hash, and what may be used once only. */
import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

export interface Token {
  readonly tenant: number;
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
}

export interface Access {
  tokens(tenant: number): Promise<readonly Token[]>;
  /** Expired and revoked ones too. */
  token(tenant: number, id: string): Promise<Token | null>;
  /** In whichever tenant; expired and revoked ones too: that is for the caller to judge. */
  tokenByHash(hash: string): Promise<Token | null>;
  /** Whether this is the first time. What has expired at `now` is forgotten along the way. */
  spend(
    tenant: number,
    use: { readonly what: string; readonly expiresAt: number; readonly now: number },
  ): Promise<boolean>;
  /** Whether it was used; asking uses nothing. */
  isSpent(tenant: number, what: string): Promise<boolean>;
}

export function accessQueries(db: Kysely<Tables>): Access {
  const all = db
    .selectFrom('token')
    .select(['tenant', 'id', 'name', 'role', 'created_at as createdAt', 'expires_at as expiresAt'])
    .select('revoked_at as revokedAt');
  return {
    tokens: (tenant) => all.where('tenant', '=', tenant).orderBy('id').execute(),
    token: async (tenant, id) =>
      (await all.where('tenant', '=', tenant).where('id', '=', id).executeTakeFirst()) ?? null,
    tokenByHash: async (hash) => (await all.where('hash', '=', hash).executeTakeFirst()) ?? null,
    async spend(tenant, { what, expiresAt, now }) {
      await db.deleteFrom('spent').where('expires_at', '<', now).execute();
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('spent')
        .values({ tenant, what, expires_at: expiresAt })
        .onConflict((conflict) => conflict.columns(['tenant', 'what']).doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    async isSpent(tenant, what) {
      const found = db.selectFrom('spent').select('what').where('tenant', '=', tenant).where('what', '=', what);
      return (await found.executeTakeFirst()) !== undefined;
    },
  };
}
