/** The step that began to count by actor. Published, and so never changed. */
import type { Migration } from '../migration.ts';

export const baselineMigration: Migration = {
  number: 15,
  name: 'what each actor does by the hour, and what is seen for the first time',
  sql: `
create table actor_hour (
  tenant integer not null, hour bigint not null, actor text not null, gate text not null, effect text not null,
  decisions bigint not null, last uuid not null, primary key (tenant, hour, actor, gate, effect)
);
create table first_seen (
  tenant integer not null, name text not null, subject text not null, value text not null, record uuid not null,
  at bigint not null, seen_at bigint not null, primary key (tenant, name, subject, value)
);
create index first_seen_at on first_seen (tenant, name, at);
alter table alert add column figures text;
`,
};
