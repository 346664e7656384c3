/**
 * The schema, step by step, for PostgreSQL 15 or newer. A step that has been published is never changed. Records are
 * partitioned by their id, whose first 48 bits are its time; what stands in no week's partition stands in the default one.
 */
import { unknownLatencyClass } from '../latency.ts';
import type { Migration } from '../migration.ts';
import { approvalMigration } from './approvalMigration.ts';
import { baselineMigration } from './baselineMigration.ts';
import { firstMigration } from './firstMigration.ts';
import { keyMigration } from './keyMigration.ts';
import { runMigration } from './runMigration.ts';

export const postgresqlMigrations: readonly Migration[] = [
  firstMigration,
  {
    number: 2,
    name: 'policies: their repository, and changes of them under review',
    sql: `
alter table enrolment add column device text not null default '';
create table tuf_file (
  tenant integer not null references tenant, name text not null, role text not null, version bigint not null,
  bytes bytea not null, primary key (tenant, name)
);
create index tuf_newest on tuf_file (tenant, role, version);
create table change_request (
  tenant integer not null references tenant, id text not null, state text not null, author text not null,
  title text not null, number bigint not null, version bigint not null, bundle text not null, draft text not null,
  opened_at bigint not null, closed_at bigint, primary key (tenant, id)
);
create table approval (
  tenant integer not null, request text not null, key_id text not null, signature text not null, at bigint not null,
  primary key (tenant, request, key_id), foreign key (tenant, request) references change_request
);

create function keep_published() returns trigger language plpgsql as $$
begin
  if old.role = 'timestamp' and new.version > old.version and new.name = old.name and new.role = old.role then
    return new;
  end if;
  raise exception 'what was published stays as it is';
end $$;

create function keep_proposed() returns trigger language plpgsql as $$
begin
  if old.state = 'open' and new.author = old.author and new.bundle = old.bundle and new.draft = old.draft then
    return new;
  end if;
  raise exception 'a change under review stays as it was proposed';
end $$;

create trigger tuf_grows before update on tuf_file for each row execute function keep_published();
create trigger tuf_stays before delete on tuf_file for each row execute function refuse_change();
create trigger request_fixed before update on change_request for each row execute function keep_proposed();
create trigger request_stays before delete on change_request for each row execute function refuse_change();
create trigger approval_stays before update or delete on approval for each row execute function refuse_change();
`,
  },
  {
    number: 3,
    name: 'exceptions: what was asked for, and what came of it',
    sql: `
create table exception_request (
  tenant integer not null references tenant, id text not null, device text not null, text text not null,
  policy text not null, severity text not null, repository text not null, requested_by text not null,
  asked_at bigint not null, expires_at bigint not null, state text not null, decided_at bigint, decided_by text,
  note text, primary key (tenant, id)
);
create index exception_state on exception_request (tenant, state, expires_at);
create index exception_device on exception_request (tenant, device, state);

create function keep_asked() returns trigger language plpgsql as $$
begin
  if new.text = old.text and new.id = old.id and new.device = old.device and new.tenant = old.tenant and (
    old.state = 'pending' and new.state in ('granted', 'refused') or old.state = 'granted' and new.state = 'revoked'
  ) then return new; end if;
  raise exception 'what was asked for stays, and is decided once';
end $$;

create trigger exception_fixed before update on exception_request for each row execute function keep_asked();
create trigger exception_stays before delete on exception_request for each row execute function refuse_change();
`,
  },
  {
    number: 4,
    name: 'rollouts: in which stages a change goes out, how it goes on, and what guards it',
    sql: `
alter table change_request add column rollout text;
create table rollout (
  tenant integer not null references tenant, id text not null, state text not null, reason text,
  begun_at bigint not null, primary key (tenant, id)
);
create table revision_hour (
  tenant integer not null, hour bigint not null, revision text not null, effect text not null,
  decisions bigint not null, primary key (tenant, hour, revision, effect)
);

create or replace function keep_proposed() returns trigger language plpgsql as $$
begin
  if old.state = 'open' and new.author = old.author and new.bundle = old.bundle and new.draft = old.draft
    and new.rollout is not distinct from old.rollout then
    return new;
  end if;
  raise exception 'a change under review stays as it was proposed';
end $$;
`,
  },
  {
    number: 5,
    name: 'what came of decisions by which bundle, by the minute',
    sql: `
alter table revision_hour rename to revision_minute;
alter table revision_minute rename column hour to minute;
`,
  },
  {
    number: 6,
    name: 'agents of OPA, as each says that it is',
    sql: `
create table opa_agent (
  tenant integer not null references tenant, token text not null, id text not null, standing text not null,
  seen_at bigint not null, primary key (tenant, token, id)
);
`,
  },
  {
    number: 7,
    name: 'which jobs of CI are believed',
    sql: `
create table ci_rule (
  tenant integer not null references tenant, id text not null, name text not null, issuer text not null,
  claims text not null, created_at bigint not null, primary key (tenant, id)
);
create index ci_issuer on ci_rule (issuer);
`,
  },
  {
    number: 8,
    name: 'alerts: what stands, what holds it back, who is told',
    sql: `
create index record_bypass on record (tenant, id) where origin in ('bypass', 'breakGlass');
create table ci_job (
  tenant integer not null references tenant, issuer text not null, subject text not null, record text not null,
  at bigint not null, primary key (tenant, issuer, subject)
);
create table alert (
  tenant integer not null references tenant, id text not null, kind text not null, labels text not null,
  summary text not null, records text not null, since bigint not null, resolved_at bigint, primary key (tenant, id)
);
create table alert_silence (
  tenant integer not null references tenant, id text not null, kind text, labels text not null, reason text not null,
  by_name text not null, expires_at bigint not null, primary key (tenant, id)
);
create table alert_receiver (
  tenant integer not null references tenant, id text not null, name text not null, form text not null,
  url text not null, kinds text not null, primary key (tenant, id)
);
create table alert_notice (
  tenant integer not null references tenant, receiver text not null, kind text not null, sent_at bigint not null,
  digest text not null, told text not null, failure text, primary key (tenant, receiver, kind)
);
`,
  },
  {
    number: 9,
    name: 'who passed by the gates is found without looking through a whole day',
    sql: `
drop index record_bypass;
create index record_bypass on record (tenant, origin, id) where origin in ('bypass', 'breakGlass');
`,
  },
  {
    number: 10,
    name: 'people whom a provider signs in',
    sql: `
alter table token add column issuer text;
alter table token add column subject text;
create index token_person on token (tenant, issuer, subject) where issuer is not null;
`,
  },
  {
    number: 11,
    name: 'what people say of findings',
    sql: `
create table feedback (
  tenant integer not null references tenant, device text not null, policy text not null, fingerprint text not null,
  id text not null, policy_sha256 text not null, repository text not null, complaint text not null, comment text,
  by_name text not null, at bigint not null, received bigint not null, primary key (tenant, device, policy, fingerprint)
);
create unique index feedback_id on feedback (tenant, id);
create index feedback_policy on feedback (tenant, policy, received);
`,
  },
  {
    number: 12,
    name: 'replays of changes by the fleet',
    sql: `
create table replay (
  tenant integer not null references tenant, request text not null, question text not null, owner text not null,
  asked_at bigint not null, expires_at bigint not null, primary key (tenant, request),
  foreign key (tenant, request) references change_request
);
create table replay_device (
  tenant integer not null, request text not null, device text not null, taken_at bigint not null, answer text,
  answered_at bigint, primary key (tenant, request, device), foreign key (tenant, request) references replay
);
`,
  },
  runMigration,
  {
    number: 14,
    name: 'what is said of changes under review, and how long decisions took by which bundle',
    sql: `
alter table change_request add column replaces text;
create table change_comment (
  tenant integer not null, id text not null, request text not null, file text, line integer, quote text,
  text text not null, by_name text not null, at bigint not null, primary key (tenant, id),
  foreign key (tenant, request) references change_request
);
create index change_comment_request on change_comment (tenant, request);
create function keep_version() returns trigger language plpgsql as $$
begin
  if new.replaces is not distinct from old.replaces then return new; end if;
  raise exception 'a change under review stays as it was proposed';
end $$;
create function keep_said() returns trigger language plpgsql as $$
begin
  if exists (select from retention where tenant = old.tenant and before_id > old.id::uuid) then return old; end if;
  raise exception 'what was said stays until its time has come';
end $$;
create trigger request_version before update on change_request for each row execute function keep_version();
create trigger comment_fixed before update on change_comment for each row execute function refuse_change();
create trigger comment_retained before delete on change_comment for each row execute function keep_said();
create trigger comment_whole before truncate on change_comment for each statement execute function refuse_change();

alter table revision_minute add column latency integer not null default ${unknownLatencyClass};
alter table revision_minute alter column latency drop default;
alter table revision_minute drop constraint revision_hour_pkey;
alter table revision_minute add primary key (tenant, minute, revision, effect, latency);
`,
  },
  baselineMigration,
  approvalMigration,
  keyMigration,
];
