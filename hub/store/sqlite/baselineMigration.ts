/** The step that began to count by actor. Published, and so never changed. */
import type { Migration } from '../migration.ts';

export const baselineMigration: Migration = {
  number: 15,
  name: 'what each actor does by the hour, and what is seen for the first time',
  sql: `
create table actor_hour (
  tenant integer not null, hour integer not null, actor text not null, gate text not null, effect text not null,
  decisions integer not null, last text not null, primary key (tenant, hour, actor, gate, effect)
) strict, without rowid;
create table first_seen (
  tenant integer not null, name text not null, subject text not null, value text not null, record text not null,
  at integer not null, seen_at integer not null, primary key (tenant, name, subject, value)
) strict, without rowid;
create index first_seen_at on first_seen (tenant, name, at);
alter table alert add column figures text;
`,
};
