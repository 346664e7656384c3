/** The step that put consecutive entries in one row. Published, and so never changed. */
import type { Migration } from '../migration.ts';

export const runMigration: Migration = {
  number: 13,
  name: 'consecutive entries in one row',
  sql: `
create table leaf_run (
  tenant integer not null, begin bigint not null, size integer not null, leaves bytea not null,
  primary key (tenant, begin)
);
create table place (tenant integer not null, id uuid not null, idx bigint not null, primary key (tenant, id));
create table record_run (
  tenant integer not null, begin bigint not null, size integer not null, oldest uuid not null, newest uuid not null,
  keys text not null, columns bytea not null, bodies bytea not null, primary key (tenant, newest, begin)
) partition by range (newest);
-- They are compressed already.
alter table leaf_run alter column leaves set storage external;
alter table record_run alter column columns set storage external, alter column bodies set storage external;
create table record_run_default partition of record_run default;
create index record_run_begin on record_run (tenant, begin);
create table record_key (
  tenant integer not null, span text not null, name text not null, value text not null, effect text not null,
  records bigint not null, primary key (tenant, span, name, value, effect)
);
create index record_key_span on record_key (tenant, name, value, span);

insert into leaf_run
  select tenant, min(idx), count(*), convert_to(string_agg(leaf, E'\\n' order by idx), 'UTF8')
  from entry group by tenant, idx / 256;
insert into place select tenant, id, idx from entry;
create temp table moving on commit drop as
  select tenant, id, min(idx) over run as begin, (min(id::text) over run)::uuid as oldest,
    (max(id::text) over run)::uuid as newest
  from record window run as (partition by tenant, idx / 256, left(id::text, 6));
create temp table named on commit drop as
  select tenant, id, string_agg(policy, E'\\n') as policies from record_policy group by tenant, id;
analyze moving, named;
create temp table spoken on commit drop as
  select tenant, id, newest, begin, coalesce(effect, '') as effect, kind, device, origin, repository
  from moving join record using (tenant, id);
analyze spoken;
create temp table lines on commit drop as
  select tenant, 'repository' as name, repository as value, newest, begin, effect
    from spoken where repository is not null
  union all select tenant, 'device', device, newest, begin, effect
    from spoken where device is not null
  union all select tenant, 'kind', kind, newest, begin, effect
    from spoken where kind <> 'decision'
  union all select tenant, 'effect', effect, newest, begin, effect
    from spoken where effect not in ('', 'allow')
  union all select tenant, 'origin', origin, newest, begin, effect
    from spoken where origin in ('bypass', 'breakGlass')
  union all select tenant, 'policy', policy, newest, begin, effect
    from spoken join record_policy using (tenant, id);
insert into record_key
  select tenant, left(newest::text, 6), name, value, effect, count(*) from lines group by 1, 2, 3, 4, 5;
create temp table keyed on commit drop as
  select tenant, newest, begin, E'\\n' || string_agg(line, '') as keys
  from (select distinct tenant, newest, begin, name || ' ' || value || E'\\t' || effect || E'\\n' as line from lines) as own
  group by 1, 2, 3;
analyze keyed;
insert into record_run
  select tenant, begin, count(*), oldest, newest, coalesce(min(keys), E'\\n'), convert_to(json_build_object(
    'offset', json_agg(idx - begin order by idx), 'id', json_agg(id order by idx),
    'at', json_agg(at order by idx), 'received', json_agg(received order by idx),
    'kind', json_agg(kind order by idx), 'device', json_agg(device order by idx),
    'gate', json_agg(gate order by idx), 'origin', json_agg(origin order by idx),
    'effect', json_agg(effect order by idx), 'passed', json_agg(passed order by idx),
    'repository', json_agg(repository order by idx), 'policies', json_agg(policies order by idx),
    'bytes', json_agg(octet_length(body) order by idx)
  )::text, 'UTF8'), string_agg(convert_to(body, 'UTF8'), '' order by idx)
  from moving join record using (tenant, id) left join named using (tenant, id)
    left join keyed using (tenant, newest, begin) group by tenant, begin, oldest, newest;
drop table record_policy;
drop table record;
drop table entry;

create or replace function keep_until_its_time() returns trigger language plpgsql as $$
begin
  if exists (select from retention where tenant = old.tenant and before_id > old.oldest) then return old; end if;
  raise exception 'a record stays until its time has come';
end $$;

create trigger leaf_run_stays before update or delete on leaf_run for each row execute function refuse_change();
create trigger leaf_run_whole before truncate on leaf_run for each statement execute function refuse_change();
create trigger place_stays before update or delete on place for each row execute function refuse_change();
create trigger place_whole before truncate on place for each statement execute function refuse_change();
create trigger record_run_fixed before update on record_run for each row execute function refuse_change();
create trigger record_run_retained before delete on record_run for each row execute function keep_until_its_time();
create trigger record_run_whole before truncate on record_run for each statement execute function refuse_change();
`,
};
