/**
 * The schema, step by step. A step that has been published is never changed: the next one changes what it made. What may
 * only grow refuses anything else by itself, whoever asks.
 */
import { unknownLatencyClass } from '../latency.ts';
import type { Migration } from '../migration.ts';
import { approvalMigration } from './approvalMigration.ts';
import { baselineMigration } from './baselineMigration.ts';
import { keyMigration } from './keyMigration.ts';
import { runMigration } from './runMigration.ts';

export const sqliteMigrations: readonly Migration[] = [
  {
    number: 1,
    name: 'log, records, devices, tokens',
    sql: `
create table tenant (
  id integer primary key, name text not null unique, origin text not null unique, created_at integer not null
) strict;
create table head (
  tenant integer primary key references tenant, size integer not null, frontier blob not null, epoch integer not null
) strict;
create table tile (
  tenant integer not null, level integer not null, idx integer not null, hashes blob not null,
  primary key (tenant, level, idx)
) strict;
create table entry (
  tenant integer not null, idx integer not null, id text not null, leaf text not null, primary key (tenant, idx)
) strict, without rowid;
create unique index entry_id on entry (tenant, id);
create table checkpoint (
  tenant integer not null, size integer not null, note text not null, at integer not null, primary key (tenant, size)
) strict, without rowid;
create table record (
  tenant integer not null, id text not null, idx integer not null, at integer not null, received integer not null,
  kind text not null, device text, gate text, origin text, effect text, passed integer, repository text,
  body text not null, primary key (tenant, id)
) strict, without rowid;
create index record_repository on record (tenant, repository, id) where repository is not null;
create index record_device on record (tenant, device, id) where device is not null;
create index record_refused on record (tenant, id) where effect <> 'allow';
create index record_other on record (tenant, kind, id) where kind <> 'decision';
create table record_policy (
  tenant integer not null, policy text not null, id text not null, primary key (tenant, policy, id)
) strict, without rowid;
create table gate_hour (
  tenant integer not null, hour integer not null, gate text not null, effect text not null, repository text not null,
  decisions integer not null, latency_ms real not null, primary key (tenant, hour, gate, effect, repository)
) strict, without rowid;
create table policy_hour (
  tenant integer not null, hour integer not null, policy text not null, repository text not null,
  enforcement text not null, findings integer not null, excepted integer not null,
  primary key (tenant, hour, policy, repository, enforcement)
) strict, without rowid;
create table device (
  tenant integer not null references tenant, id text not null, name text not null, key_id text not null unique,
  public_key blob not null, platform text not null, labels text not null, enrolled_at integer not null,
  revoked_at integer, seen_at integer, seq integer not null, head text not null, missing integer not null,
  awaited integer not null, forked integer not null, status text, primary key (tenant, id)
) strict, without rowid;
create table token (
  tenant integer not null references tenant, id text not null primary key, hash text not null unique, name text not null,
  role text not null, created_at integer not null, expires_at integer not null, revoked_at integer
) strict, without rowid;
create table enrolment (
  device_code text not null primary key, user_code text not null unique, key_id text not null, name text not null,
  platform text not null, asked_at integer not null, expires_at integer not null, polled_at integer not null,
  tenant integer references tenant, state text not null
) strict, without rowid;
create table spent (
  tenant integer not null, what text not null, expires_at integer not null, primary key (tenant, what)
) strict, without rowid;
create index spent_expiry on spent (expires_at);
create table retention (tenant integer primary key references tenant, before_id text not null) strict;

create trigger tenant_origin before update of origin on tenant when new.origin <> old.origin
  begin select raise(abort, 'a log keeps its origin'); end;
create trigger head_grows before update on head when new.size < old.size or new.epoch < old.epoch
  begin select raise(abort, 'a log only grows'); end;
create trigger head_stays before delete on head begin select raise(abort, 'a log only grows'); end;
create trigger tile_grows before update on tile
  when substr(new.hashes, 1, length(old.hashes)) <> old.hashes or new.level <> old.level or new.idx <> old.idx
  begin select raise(abort, 'a tile only grows'); end;
create trigger tile_stays before delete on tile begin select raise(abort, 'a tile only grows'); end;
create trigger entry_fixed before update on entry begin select raise(abort, 'a log only grows'); end;
create trigger entry_stays before delete on entry begin select raise(abort, 'a log only grows'); end;
create trigger checkpoint_fixed before update on checkpoint begin select raise(abort, 'a checkpoint was signed'); end;
create trigger checkpoint_stays before delete on checkpoint begin select raise(abort, 'a checkpoint was signed'); end;
create trigger record_fixed before update on record begin select raise(abort, 'a record stays as it came'); end;
create trigger record_retained before delete on record
  when old.id >= coalesce((select before_id from retention where tenant = old.tenant), '')
  begin select raise(abort, 'a record stays until its time has come'); end;
create trigger retention_grows before update on retention when new.before_id < old.before_id
  begin select raise(abort, 'what may be deleted stays so'); end;
`,
  },
  {
    number: 2,
    name: 'policies: their repository, and changes of them under review',
    sql: `
alter table enrolment add column device text not null default '';
create table tuf_file (
  tenant integer not null references tenant, name text not null, role text not null, version integer not null,
  bytes blob not null, primary key (tenant, name)
) strict;
create index tuf_newest on tuf_file (tenant, role, version);
create table change_request (
  tenant integer not null references tenant, id text not null, state text not null, author text not null,
  title text not null, number integer not null, version integer not null, bundle text not null, draft text not null,
  opened_at integer not null, closed_at integer, primary key (tenant, id)
) strict;
create table approval (
  tenant integer not null, request text not null, key_id text not null, signature text not null, at integer not null,
  primary key (tenant, request, key_id), foreign key (tenant, request) references change_request
) strict;

create trigger tuf_grows before update on tuf_file
  when old.role <> 'timestamp' or new.version <= old.version or new.name <> old.name or new.role <> old.role
  begin select raise(abort, 'what was published stays as it is'); end;
create trigger tuf_stays before delete on tuf_file begin select raise(abort, 'what was published stays'); end;
create trigger request_fixed before update on change_request
  when old.state <> 'open' or new.author <> old.author or new.bundle <> old.bundle or new.draft <> old.draft
  begin select raise(abort, 'a change under review stays as it was proposed'); end;
create trigger request_stays before delete on change_request begin select raise(abort, 'a change stays'); end;
create trigger approval_fixed before update on approval begin select raise(abort, 'an approval was signed'); end;
create trigger approval_stays before delete on approval begin select raise(abort, 'an approval was signed'); end;
`,
  },
  {
    number: 3,
    name: 'exceptions: what was asked for, and what came of it',
    sql: `
create table exception_request (
  tenant integer not null references tenant, id text not null, device text not null, text text not null,
  policy text not null, severity text not null, repository text not null, requested_by text not null,
  asked_at integer not null, expires_at integer not null, state text not null, decided_at integer, decided_by text,
  note text, primary key (tenant, id)
) strict;
create index exception_state on exception_request (tenant, state, expires_at);
create index exception_device on exception_request (tenant, device, state);

create trigger exception_fixed before update on exception_request
  when new.text <> old.text or new.id <> old.id or new.device <> old.device or new.tenant <> old.tenant
    or not (old.state = 'pending' and new.state in ('granted', 'refused') or old.state = 'granted' and new.state = 'revoked')
  begin select raise(abort, 'what was asked for stays, and is decided once'); end;
create trigger exception_stays before delete on exception_request begin select raise(abort, 'what was asked for stays'); end;
`,
  },
  {
    number: 4,
    name: 'rollouts: in which stages a change goes out, how it goes on, and what guards it',
    sql: `
alter table change_request add column rollout text;
create table rollout (
  tenant integer not null references tenant, id text not null, state text not null, reason text,
  begun_at integer not null, primary key (tenant, id)
) strict;
create table revision_hour (
  tenant integer not null, hour integer not null, revision text not null, effect text not null,
  decisions integer not null, primary key (tenant, hour, revision, effect)
) strict, without rowid;

create trigger request_rollout before update on change_request when new.rollout is not old.rollout
  begin select raise(abort, 'a change under review stays as it was proposed'); end;
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
  seen_at integer not null, primary key (tenant, token, id)
) strict, without rowid;
`,
  },
  {
    number: 7,
    name: 'which jobs of CI are believed',
    sql: `
create table ci_rule (
  tenant integer not null references tenant, id text not null, name text not null, issuer text not null,
  claims text not null, created_at integer not null, primary key (tenant, id)
) strict;
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
  at integer not null, primary key (tenant, issuer, subject)
) strict, without rowid;
create table alert (
  tenant integer not null references tenant, id text not null, kind text not null, labels text not null,
  summary text not null, records text not null, since integer not null, resolved_at integer, primary key (tenant, id)
) strict, without rowid;
create table alert_silence (
  tenant integer not null references tenant, id text not null, kind text, labels text not null, reason text not null,
  by_name text not null, expires_at integer not null, primary key (tenant, id)
) strict, without rowid;
create table alert_receiver (
  tenant integer not null references tenant, id text not null, name text not null, form text not null,
  url text not null, kinds text not null, primary key (tenant, id)
) strict, without rowid;
create table alert_notice (
  tenant integer not null references tenant, receiver text not null, kind text not null, sent_at integer not null,
  digest text not null, told text not null, failure text, primary key (tenant, receiver, kind)
) strict, without rowid;
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
  by_name text not null, at integer not null, received integer not null, primary key (tenant, device, policy, fingerprint)
) strict, without rowid;
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
  asked_at integer not null, expires_at integer not null, primary key (tenant, request),
  foreign key (tenant, request) references change_request
) strict;
create table replay_device (
  tenant integer not null, request text not null, device text not null, taken_at integer not null, answer text,
  answered_at integer, primary key (tenant, request, device), foreign key (tenant, request) references replay
) strict;
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
  text text not null, by_name text not null, at integer not null, primary key (tenant, id),
  foreign key (tenant, request) references change_request
) strict;
create index change_comment_request on change_comment (tenant, request);
create trigger request_version before update on change_request when new.replaces is not old.replaces
  begin select raise(abort, 'a change under review stays as it was proposed'); end;
create trigger comment_fixed before update on change_comment begin select raise(abort, 'what was said stays'); end;
create trigger comment_retained before delete on change_comment
  when old.id >= coalesce((select before_id from retention where tenant = old.tenant), '')
  begin select raise(abort, 'what was said stays until its time has come'); end;

create table revision_class (
  tenant integer not null, minute integer not null, revision text not null, effect text not null,
  latency integer not null, decisions integer not null, primary key (tenant, minute, revision, effect, latency)
) strict, without rowid;
insert into revision_class select tenant, minute, revision, effect, ${unknownLatencyClass}, decisions from revision_minute;
drop table revision_minute;
alter table revision_class rename to revision_minute;
`,
  },
  baselineMigration,
  approvalMigration,
  keyMigration,
];
