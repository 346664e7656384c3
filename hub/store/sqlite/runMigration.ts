/** The step that put consecutive entries in one row. Published, and so never changed. */
import type { Migration } from '../migration.ts';

export const runMigration: Migration = {
  number: 13,
  name: 'consecutive entries in one row',
  sql: `
create table leaf_run (
  tenant integer not null, begin integer not null, size integer not null, leaves blob not null,
  primary key (tenant, begin)
) strict;
create table place (
  tenant integer not null, id text not null, idx integer not null, primary key (tenant, id)
) strict, without rowid;
create table record_run (
  tenant integer not null, begin integer not null, size integer not null, oldest text not null, newest text not null,
  keys text not null, columns blob not null, bodies blob not null, primary key (tenant, newest, begin)
) strict;
create index record_run_begin on record_run (tenant, begin);
create table record_key (
  tenant integer not null, span text not null, name text not null, value text not null, effect text not null,
  records integer not null, primary key (tenant, span, name, value, effect)
) strict, without rowid;
create index record_key_span on record_key (tenant, name, value, span);

insert into leaf_run
  select tenant, min(idx), count(*), cast(group_concat(leaf, char(10) order by idx) as blob)
  from entry group by tenant, idx / 256;
insert into place select tenant, id, idx from entry order by tenant, id;
create index record_policy_id on record_policy (tenant, id);
create table moving (
  tenant integer not null, id text not null, begin integer not null, oldest text not null, newest text not null,
  policies text, primary key (tenant, id)
) strict, without rowid;
insert into moving
  select tenant, id, min(idx) over run, min(id) over run, max(id) over run,
    (select group_concat(policy, char(10)) from record_policy as own where own.tenant = record.tenant and own.id = record.id)
  from record window run as (partition by tenant, idx / 256, substr(id, 1, 6));
create table spoken (
  tenant integer not null, id text not null, name text not null, value text not null, newest text not null,
  begin integer not null, effect text not null
) strict;
insert into spoken
  select tenant, id, 'repository', repository, newest, begin, coalesce(effect, '')
    from moving join record using (tenant, id) where repository is not null
  union all select tenant, id, 'device', device, newest, begin, coalesce(effect, '')
    from moving join record using (tenant, id) where device is not null
  union all select tenant, id, 'kind', kind, newest, begin, coalesce(effect, '')
    from moving join record using (tenant, id) where kind <> 'decision'
  union all select tenant, id, 'effect', effect, newest, begin, effect
    from moving join record using (tenant, id) where effect <> 'allow'
  union all select tenant, id, 'origin', origin, newest, begin, coalesce(effect, '')
    from moving join record using (tenant, id) where origin in ('bypass', 'breakGlass')
  union all select tenant, id, 'policy', policy, newest, begin, coalesce(effect, '')
    from moving join record using (tenant, id) join record_policy using (tenant, id);
insert into record_key
  select tenant, substr(newest, 1, 6), name, value, effect, count(*) from spoken group by 1, 2, 3, 4, 5;
create table lines (
  tenant integer not null, newest text not null, begin integer not null, keys text not null,
  primary key (tenant, newest, begin)
) strict, without rowid;
insert into lines
  select tenant, newest, begin, char(10) || group_concat(line, '')
  from (select distinct tenant, newest, begin, name || ' ' || value || char(9) || effect || char(10) as line from spoken)
  group by 1, 2, 3;
insert into record_run
  select moving.tenant, begin, count(*), oldest, newest,
    coalesce((select keys from lines where lines.tenant = moving.tenant and lines.newest = moving.newest and lines.begin = moving.begin), char(10)),
    cast(json_object(
    'offset', json_group_array(idx - begin order by idx), 'id', json_group_array(id order by idx),
    'at', json_group_array(at order by idx), 'received', json_group_array(received order by idx),
    'kind', json_group_array(kind order by idx), 'device', json_group_array(device order by idx),
    'gate', json_group_array(gate order by idx), 'origin', json_group_array(origin order by idx),
    'effect', json_group_array(effect order by idx), 'passed', json_group_array(passed order by idx),
    'repository', json_group_array(repository order by idx), 'policies', json_group_array(policies order by idx),
    'bytes', json_group_array(octet_length(body) order by idx)
  ) as blob), cast(group_concat(body, '' order by idx) as blob)
  from moving join record using (tenant, id) group by moving.tenant, begin, newest;
drop table lines;
drop table spoken;
drop table moving;
drop table record_policy;
drop table record;
drop table entry;

create trigger leaf_run_fixed before update on leaf_run begin select raise(abort, 'a log only grows'); end;
create trigger leaf_run_stays before delete on leaf_run begin select raise(abort, 'a log only grows'); end;
create trigger place_fixed before update on place begin select raise(abort, 'a log only grows'); end;
create trigger place_stays before delete on place begin select raise(abort, 'a log only grows'); end;
create trigger record_run_fixed before update on record_run begin select raise(abort, 'a record stays as it came'); end;
create trigger record_run_retained before delete on record_run
  when old.oldest >= coalesce((select before_id from retention where tenant = old.tenant), '')
  begin select raise(abort, 'a record stays until its time has come'); end;
`,
};
