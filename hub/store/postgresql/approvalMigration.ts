/** The step that lets several people approve an exception. Published, and so never changed. */
import type { Migration } from '../migration.ts';

export const approvalMigration: Migration = {
  number: 16,
  name: 'exceptions that several people approve',
  sql: `
create table exception_approval (
  tenant integer not null, request text not null, key_id text not null, who text not null, at bigint not null,
  expires_at bigint not null, max_uses integer, signature text not null, primary key (tenant, request, key_id),
  foreign key (tenant, request) references exception_request
);
create trigger exception_approval_stays before update or delete on exception_approval
  for each row execute function refuse_change();
`,
};
