/** Jobs of CI that are believed: who vouches for them, and what has to be said of them. */
import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

export interface CiRule {
  readonly tenant: number;
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  /** Claim → the values that it may have. */
  readonly claims: Readonly<Record<string, readonly string[]>>;
  readonly createdAt: number;
}

export interface CiRules {
  ciRules(tenant: number): Promise<readonly CiRule[]>;
  /** Of every tenant, the oldest first. */
  ciRulesOf(issuer: string): Promise<readonly CiRule[]>;
}

export function ciRuleQueries(db: Kysely<Tables>): CiRules {
  const all = db
    .selectFrom('ci_rule')
    .select(['tenant', 'id', 'name', 'issuer', 'claims', 'created_at as createdAt'])
    .orderBy('tenant')
    .orderBy('id');
  return {
    ciRules: async (tenant) => (await all.where('tenant', '=', tenant).execute()).map(read),
    ciRulesOf: async (issuer) => (await all.where('issuer', '=', issuer).execute()).map(read),
  };
}

function read<Row extends { readonly claims: string }>({ claims, ...row }: Row) {
  return { ...row, claims: JSON.parse(claims) as CiRule['claims'] };
}
