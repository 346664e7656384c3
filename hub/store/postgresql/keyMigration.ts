/** The step that began to note with which keys hubs are started. Published, and so never changed. */
import type { Migration } from '../migration.ts';

export const keyMigration: Migration = {
  number: 17,
  name: 'the keys with which a hub was started last',
  sql: 'create table hub_key (name text primary key, digest text not null);',
};
