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
  /** Whom a provider signed in by it; null where somebody made it. */
  readonly person: Person | null;
}

/** Somebody as their OpenID provider knows them, for good. */
export interface Person {
  readonly issuer: string;
  readonly subject: string;
}

export interface Access {
  tokens(tenant: number): Promise<readonly Token[]>;
  /** Expired and revoked ones too. */
  token(tenant: number, id: string): Promise<Token | null>;
  /** In whichever tenant; expired and revoked ones too: that is for the caller to judge. */
  tokenByHash(hash: string): Promise<Token | null>;
  /** Forgets sign-ins that were over before this millisecond. */
  forgetSignIns(before: number): Promise<void>;
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
    .select(['revoked_at as revokedAt', 'issuer', 'subject']);
  return {
    tokens: async (tenant) => (await all.where('tenant', '=', tenant).orderBy('id').execute()).map(tokenOf),
    async token(tenant, id) {
      const row = await all.where('tenant', '=', tenant).where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : tokenOf(row);
    },
    async tokenByHash(hash) {
      const row = await all.where('hash', '=', hash).executeTakeFirst();
      return row === undefined ? null : tokenOf(row);
    },
    async forgetSignIns(before) {
      await db.deleteFrom('token').where('issuer', 'is not', null).where('expires_at', '<', before).execute();
    },
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

function tokenOf({
  issuer,
  subject,
  ...token
}: Omit<Token, 'person'> & { readonly issuer: string | null; readonly subject: string | null }): Token {
  return { ...token, person: issuer === null || subject === null ? null : { issuer, subject } };
}
