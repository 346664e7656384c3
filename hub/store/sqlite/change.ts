/** The small changes that acts stand for. */
import type Database from 'better-sqlite3';
import { ConflictError } from '../conflict.ts';
import type { Change } from '../store.ts';

type Changer<Kind extends Change['kind']> = (tenant: number, change: Extract<Change, { kind: Kind }>) => void;

export function sqliteChanger(database: Database.Database): (tenant: number, change: Change) => void {
  const [identity, publication] = [identityChanger(database), publicationChanger(database)];
  const [alert, finding] = [alertChanger(database), findingChanger(database)];
  return (tenant, change) => {
    switch (change.kind) {
      case 'addDevice':
      case 'addToken':
      case 'revokeDevice':
      case 'revokeToken':
      case 'endSignIns':
      case 'retain':
      case 'addCiRule':
      case 'removeCiRule':
      case 'rekeyDevice':
      case 'labelDevice':
        return identity(tenant, change);
      case 'addSilence':
      case 'removeSilence':
      case 'addReceiver':
      case 'removeReceiver':
        return alert(tenant, change);
      case 'askException':
      case 'approveException':
      case 'decideException':
      case 'keepFeedback':
        return finding(tenant, change);
      default:
        return publication(tenant, change);
    }
  };
}

type IdentityKind =
  | 'addDevice'
  | 'addToken'
  | 'revokeDevice'
  | 'revokeToken'
  | 'endSignIns'
  | 'retain'
  | 'addCiRule'
  | 'removeCiRule'
  | 'rekeyDevice'
  | 'labelDevice';

/** Devices, tokens, jobs of CI, and how long records stay. */
function identityChanger(database: Database.Database): Changer<IdentityKind> {
  const addDevice = database.prepare(
    'insert into device (tenant, id, name, key_id, public_key, platform, labels, enrolled_at, seq, head, missing, awaited, forked) values (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 0, 0, 0)',
  );
  const addToken = database.prepare(
    'insert into token (tenant, id, hash, name, role, created_at, expires_at, issuer, subject) values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const revokeDevice = database.prepare('update device set revoked_at = ? where tenant = ? and id = ?');
  const revokeToken = database.prepare('update token set revoked_at = ? where tenant = ? and id = ?');
  const endSignIns = database.prepare(
    'update token set revoked_at = ? where tenant = ? and issuer = ? and subject = ? and revoked_at is null and role is not ?',
  );
  const retain = database.prepare(
    'insert into retention (tenant, before_id) values (?, ?) on conflict do update set before_id = excluded.before_id',
  );
  const rekeyDevice = database.prepare(
    'update device set name = ?, key_id = ?, public_key = ?, platform = ?, revoked_at = null where tenant = ? and id = ?',
  );
  const addCiRule = database.prepare(
    'insert into ci_rule (tenant, id, name, issuer, claims, created_at) values (?, ?, ?, ?, ?, ?)',
  );
  const removeCiRule = database.prepare('delete from ci_rule where tenant = ? and id = ?');
  const labelDevice = database.prepare('update device set labels = ? where tenant = ? and id = ?');
  return (tenant, change) => {
    switch (change.kind) {
      case 'addDevice': {
        const { id, name, keyId, publicKey, platform, labels, at } = change.device;
        const text = JSON.stringify(labels);
        return void addDevice.run(tenant, id, name, keyId, publicKey, platform, text, at, '0'.repeat(64));
      }
      case 'addToken': {
        const { id, hash, name, role, createdAt, expiresAt, person } = change.token;
        const [issuer, subject] = [person?.issuer ?? null, person?.subject ?? null];
        return void addToken.run(tenant, id, hash, name, role, createdAt, expiresAt, issuer, subject);
      }
      case 'revokeDevice':
        return void revokeDevice.run(change.at, tenant, change.id);
      case 'revokeToken':
        return void revokeToken.run(change.at, tenant, change.id);
      case 'endSignIns':
        return void endSignIns.run(change.at, tenant, change.person.issuer, change.person.subject, change.role);
      case 'retain':
        return void retain.run(tenant, change.beforeId);
      case 'rekeyDevice': {
        const { id, name, keyId, publicKey, platform } = change.device;
        return void rekeyDevice.run(name, keyId, publicKey, platform, tenant, id);
      }
      case 'addCiRule': {
        const { id, name, issuer, claims, createdAt } = change.rule;
        return void addCiRule.run(tenant, id, name, issuer, JSON.stringify(claims), createdAt);
      }
      case 'removeCiRule':
        return void removeCiRule.run(tenant, change.id);
      case 'labelDevice':
        return void labelDevice.run(JSON.stringify(change.labels), tenant, change.id);
    }
  };
}

type AlertKind = 'addSilence' | 'removeSilence' | 'addReceiver' | 'removeReceiver';

/** What holds alerts back, and who is told of them. */
function alertChanger(database: Database.Database): Changer<AlertKind> {
  const addSilence = database.prepare(
    'insert into alert_silence (tenant, id, kind, labels, reason, by_name, expires_at) values (?, ?, ?, ?, ?, ?, ?)',
  );
  const removeSilence = database.prepare('delete from alert_silence where tenant = ? and id = ?');
  const addReceiver = database.prepare(
    'insert into alert_receiver (tenant, id, name, form, url, kinds) values (?, ?, ?, ?, ?, ?)',
  );
  const removeReceiver = database.prepare('delete from alert_receiver where tenant = ? and id = ?');
  return (tenant, change) => {
    switch (change.kind) {
      case 'addSilence': {
        const { id, kind, labels, reason, by, expiresAt } = change.silence;
        return void addSilence.run(tenant, id, kind, JSON.stringify(labels), reason, by, expiresAt);
      }
      case 'removeSilence':
        return void removeSilence.run(tenant, change.id);
      case 'addReceiver': {
        const { id, name, form, url, kinds } = change.receiver;
        return void addReceiver.run(tenant, id, name, form, url, JSON.stringify(kinds));
      }
      case 'removeReceiver':
        return void removeReceiver.run(tenant, change.id);
    }
  };
}

/** Policies, their replays and rollouts. */
function publicationChanger(
  database: Database.Database,
): Changer<Exclude<Change['kind'], IdentityKind | AlertKind | FindingKind>> {
  const publish = database.prepare(
    "insert into tuf_file (tenant, name, role, version, bytes) values (@tenant, @name, @role, @version, @bytes) on conflict do update set version = excluded.version, bytes = excluded.bytes where tuf_file.role = 'timestamp' and excluded.version > tuf_file.version",
  );
  const openRequest = database.prepare(
    "insert into change_request (tenant, id, state, author, title, number, version, bundle, rollout, draft, replaces, opened_at) values (@tenant, @id, 'open', @author, @title, @number, @version, @bundle, @rollout, @draft, @replaces, @openedAt)",
  );
  const approve = database.prepare(
    'insert into approval (tenant, request, key_id, signature, at) select @tenant, @request, @keyId, @signature, @at where (select count(*) from approval where tenant = @tenant and request = @request) = @seen',
  );
  const closeRequest = database.prepare(
    "update change_request set state = ?, closed_at = ? where tenant = ? and id = ? and state = 'open'",
  );
  const addComment = database.prepare(
    'insert into change_comment (tenant, id, request, file, line, quote, text, by_name, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const setRollout = database.prepare(
    'insert into rollout (tenant, id, state, reason, begun_at) values (@tenant, @id, @state, @reason, @begunAt) on conflict do update set state = excluded.state, reason = excluded.reason, begun_at = excluded.begun_at',
  );
  const askReplay = database.prepare(
    'insert into replay (tenant, request, question, owner, asked_at, expires_at) values (@tenant, @request, @question, @owner, @askedAt, @expiresAt)',
  );
  const answerReplay = database.prepare(
    'insert into replay_device (tenant, request, device, taken_at, answer, answered_at) values (@tenant, @request, @device, @at, @answer, @at) on conflict do update set answer = excluded.answer, answered_at = excluded.answered_at where replay_device.answer is null',
  );
  return (tenant, change) => {
    switch (change.kind) {
      case 'publish':
        for (const file of change.files) {
          if (publish.run({ tenant, ...file }).changes !== 1)
            throw new ConflictError(`${file.name} is published already`);
        }
        return;
      case 'openRequest': {
        const { state: _, closedAt: __, ...request } = change.request;
        return void openRequest.run({ tenant, ...request });
      }
      case 'approve':
        if (approve.run({ tenant, ...change.approval, seen: change.seen }).changes === 1) return;
        throw new ConflictError(`somebody else has approved ${change.approval.request} meanwhile`);
      case 'closeRequest':
        if (closeRequest.run(change.state, change.at, tenant, change.id).changes === 1) return;
        throw new ConflictError(`the change ${change.id} is not open any more`);
      case 'addComment': {
        const { id, request, place, text, by, at } = change.comment;
        const { file = null, line = null, quote = null } = place ?? {};
        return void addComment.run(tenant, id, request, file, line, quote, text, by, at);
      }
      case 'setRollout':
        return void setRollout.run({ tenant, ...change.rollout });
      case 'askReplay':
        return void askReplay.run({ tenant, ...change.replay });
      case 'answerReplay':
        if (answerReplay.run({ tenant, ...change.answer }).changes === 1) return;
        throw new ConflictError(`${change.answer.device} has answered already`);
    }
  };
}

type FindingKind = 'askException' | 'approveException' | 'decideException' | 'keepFeedback';

/** What people ask for and say about findings. */
function findingChanger(database: Database.Database): Changer<FindingKind> {
  const askException = database.prepare(
    'insert into exception_request (tenant, id, device, text, policy, severity, repository, requested_by, asked_at, expires_at, state, decided_at, decided_by, note) values (@tenant, @id, @device, @text, @policy, @severity, @repository, @requestedBy, @askedAt, @expiresAt, @state, @decidedAt, @decidedBy, @note)',
  );
  const approveException = database.prepare(
    'insert into exception_approval (tenant, request, key_id, who, at, expires_at, max_uses, signature) select @tenant, @request, @keyId, @who, @at, @expiresAt, @maxUses, @signature where (select count(*) from exception_approval where tenant = @tenant and request = @request) = @seen',
  );
  const decideException = database.prepare(
    'update exception_request set state = @to, decided_at = @at, decided_by = @by, note = @note, expires_at = @expiresAt where tenant = @tenant and id = @id and state = @from',
  );
  const keepFeedback = database.prepare(
    `insert into feedback (tenant, device, policy, fingerprint, id, policy_sha256, repository, complaint, comment, by_name, at, received) values (@tenant, @device, @policy, @fingerprint, @id, @policySha256, @repository, @complaint, @comment, @by, @at, @received)
      on conflict (tenant, device, policy, fingerprint) do update set id = excluded.id, policy_sha256 = excluded.policy_sha256, repository = excluded.repository, complaint = excluded.complaint, comment = excluded.comment, by_name = excluded.by_name, at = excluded.at, received = excluded.received where excluded.at >= feedback.at`,
  );
  return (tenant, change) => {
    switch (change.kind) {
      case 'askException':
        return void askException.run({ tenant, ...change.request });
      case 'approveException':
        if (approveException.run({ tenant, ...change.approval, seen: change.seen }).changes === 1) return;
        throw new ConflictError(`somebody else has approved ${change.approval.request} meanwhile`);
      case 'decideException': {
        const { kind: _, ...decision } = change;
        if (decideException.run({ tenant, ...decision }).changes === 1) return;
        throw new ConflictError(`the exception ${change.id} is not ${change.from} any more`);
      }
      case 'keepFeedback':
        return void keepFeedback.run({ tenant, ...change.feedback });
    }
  };
}
