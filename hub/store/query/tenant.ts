/** Tenants: organisations that share a hub and nothing else. Each has a log of its own. */
import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

export interface Tenant {
  readonly id: number;
  readonly name: string;
  readonly origin: string;
}

export interface Tenants {
  tenants(): Promise<readonly Tenant[]>;
  /** Makes a tenant with an empty log. Throws where name or origin are taken. */
  addTenant(tenant: Omit<Tenant, 'id'> & { readonly createdAt: number }): Promise<Tenant>;
}

export function tenantQueries(db: Kysely<Tables>): Tenants {
  return {
    tenants: () => db.selectFrom('tenant').select(['id', 'name', 'origin']).orderBy('id').execute(),
    addTenant: ({ name, origin, createdAt }) =>
      db.transaction().execute(async (own) => {
        const tenant = await own
          .insertInto('tenant')
          .values({ name, origin, created_at: createdAt })
          .returning(['id', 'name', 'origin'])
          .executeTakeFirstOrThrow();
        await own
          .insertInto('head')
          .values({ tenant: tenant.id, size: 0, frontier: Buffer.alloc(0), epoch: 0 })
          .execute();
        return tenant;
      }),
  };
}
