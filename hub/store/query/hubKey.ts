/** With which keys hubs were started over this database: each hub has its own files, and they have to be the same. */
import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

export interface HubKey {
  /** Of its file. */
  readonly name: string;
  /** By which it is known, and that tells nothing else of it. */
  readonly digest: string;
}

export interface HubKeys {
  /** Those of the hub that was started last. */
  hubKeys(): Promise<readonly HubKey[]>;
  /** In the place of what was noted under these names. */
  noteHubKeys(keys: readonly HubKey[]): Promise<void>;
}

export function hubKeyQueries(db: Kysely<Tables>): HubKeys {
  return {
    hubKeys: () => db.selectFrom('hub_key').select(['name', 'digest']).orderBy('name').execute(),
    async noteHubKeys(keys) {
      await db
        .insertInto('hub_key')
        .values([...keys])
        .onConflict((conflict) =>
          conflict.column('name').doUpdateSet(({ ref }) => ({ digest: ref('excluded.digest') })),
        )
        .execute();
    },
  };
}
