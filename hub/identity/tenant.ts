/** A tenant by its id. Tenants stay as they were made, so that each is asked for once. */
import type { Tenant } from '../store/query/tenant.ts';
import type { Store } from '../store/store.ts';

export type TenantOf = (id: number) => Promise<Tenant | null>;

export function createTenantOf(store: Pick<Store, 'tenants'>): TenantOf {
  const known = new Map<number, Tenant>();
  return async (id) => {
    if (!known.has(id)) for (const tenant of await store.tenants()) known.set(tenant.id, tenant);
    return known.get(id) ?? null;
  };
}
