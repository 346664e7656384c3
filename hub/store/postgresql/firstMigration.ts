/** The schema as it began: log, records, devices, tokens. Published, and so never changed. */
import type { Migration } from '../migration.ts';

export const firstMigration: Migration = {
  number: 1,
  name: 'log, records, devices, tokens',
  sql: `
create table tenant (
  id integer generated always as identity primary key, name text not null unique, origin text not null unique,
  created_at bigint not null
);
create table head (
  tenant integer primary key references tenant, size bigint not null, frontier bytea not null, epoch bigint not null
);
create table tile (
  tenant integer not null, level smallint not null, idx bigint not null, hashes bytea not null,
  primary key (tenant, level, idx)
);
-- Hashes do not compress: trying costs time at every commit.
alter table tile alter column hashes set storage external;
create table entry (
  tenant integer not null, idx bigint not null, id uuid not null, leaf text not null, primary key (tenant, idx)
);
create unique index entry_id on entry (tenant, id);
create table checkpoint (
  tenant integer not null, size bigint not null, note text not null, at bigint not null, primary key (tenant, size)
);
create table record (
  tenant integer not null, id uuid not null, idx bigint not null, at bigint not null, received bigint not null,
  kind text not null, device text, gate text, origin text, effect text, passed smallint, repository text,
  body text not null, primary key (tenant, id)
) partition by range (id);
create table record_default partition of record default;
create index record_repository on record (tenant, repository, id) where repository is not null;
create index record_device on record (tenant, device, id) where device is not null;
create index record_refused on record (tenant, id) where effect <> 'allow';
create index record_other on record (tenant, kind, id) where kind <> 'decision';
create table record_policy (
  tenant integer not null, policy text not null, id uuid not null, primary key (tenant, policy, id)
);
create table gate_hour (
  tenant integer not null, hour bigint not null, gate text not null, effect text not null, repository text not null,
  decisions bigint not null, latency_ms double precision not null,
  primary key (tenant, hour, gate, effect, repository)
);
create table policy_hour (
  tenant integer not null, hour bigint not null, policy text not null, repository text not null,
  enforcement text not null, findings bigint not null, excepted bigint not null,
  primary key (tenant, hour, policy, repository, enforcement)
);
create table device (
  tenant integer not null references tenant, id text not null, name text not null, key_id text not null unique,
  public_key bytea not null, platform text not null, labels text not null, enrolled_at bigint not null,
  revoked_at bigint, seen_at bigint, seq bigint not null, head text not null, missing bigint not null,
  awaited bigint not null, forked smallint not null, status text, primary key (tenant, id)
);
create table token (
  tenant integer not null references tenant, id text not null primary key, hash text not null unique, name text not null,
  role text not null, created_at bigint not null, expires_at bigint not null, revoked_at bigint
);
create table enrolment (
  device_code text not null primary key, user_code text not null unique, key_id text not null, name text not null,
  platform text not null, asked_at bigint not null, expires_at bigint not null, polled_at bigint not null,
  tenant integer references tenant, state text not null
);
create table spent (tenant integer not null, what text not null, expires_at bigint not null, primary key (tenant, what));
create index spent_expiry on spent (expires_at);
create table retention (tenant integer primary key references tenant, before_id uuid not null);

create function refuse_change() returns trigger language plpgsql as $$
begin raise exception 'what is in the log stays as it is: %', tg_table_name; end $$;

create function keep_head_growing() returns trigger language plpgsql as $$
begin
  if new.size >= old.size and new.epoch >= old.epoch then return new; end if;
  raise exception 'a log only grows';
end $$;

create function keep_tile_growing() returns trigger language plpgsql as $$
begin
  if substr(new.hashes, 1, length(old.hashes)) = old.hashes and new.level = old.level and new.idx = old.idx then
    return new;
  end if;
  raise exception 'a tile only grows';
end $$;

create function keep_origin() returns trigger language plpgsql as $$
begin
  if new.origin = old.origin then return new; end if;
  raise exception 'a log keeps its origin';
end $$;

create function keep_until_its_time() returns trigger language plpgsql as $$
begin
  if exists (select from retention where tenant = old.tenant and before_id > old.id) then return old; end if;
  raise exception 'a record stays until its time has come';
end $$;

create function keep_retention() returns trigger language plpgsql as $$
begin
  if new.before_id >= old.before_id then return new; end if;
  raise exception 'what may be deleted stays so';
end $$;

create trigger tenant_origin before update on tenant for each row execute function keep_origin();
create trigger head_grows before update on head for each row execute function keep_head_growing();
create trigger head_stays before delete on head for each row execute function refuse_change();
create trigger head_whole before truncate on head for each statement execute function refuse_change();
create trigger tile_grows before update on tile for each row execute function keep_tile_growing();
create trigger tile_stays before delete on tile for each row execute function refuse_change();
create trigger tile_whole before truncate on tile for each statement execute function refuse_change();
create trigger entry_stays before update or delete on entry for each row execute function refuse_change();
create trigger entry_whole before truncate on entry for each statement execute function refuse_change();
create trigger checkpoint_stays before update or delete on checkpoint for each row execute function refuse_change();
create trigger checkpoint_whole before truncate on checkpoint for each statement execute function refuse_change();
create trigger record_fixed before update on record for each row execute function refuse_change();
create trigger record_retained before delete on record for each row execute function keep_until_its_time();
create trigger record_whole before truncate on record for each statement execute function refuse_change();
create trigger retention_grows before update on retention for each row execute function keep_retention();
`,
};
