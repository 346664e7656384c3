/** The small changes that acts stand for. */
import type pg from 'pg';
import { ConflictError } from '../conflict.ts';
import type { PublishedFile } from '../query/publication.ts';
import type { Change } from '../store.ts';

export async function changeRow(client: pg.PoolClient, tenant: number, change: Change): Promise<void> {
  if (change.kind === 'publish') {
    for (const file of change.files) await publish(client, tenant, file);
    return;
  }
  const { text, values } = statementFor(change);
  const { rowCount } = await client.query(text, [tenant, ...values]);
  if (rowCount === 1) return;
  if (change.kind === 'closeRequest') throw new ConflictError(`the change ${change.id} is not open any more`);
  if (change.kind === 'decideException')
    throw new ConflictError(`the exception ${change.id} is not ${change.from} any more`);
  if (change.kind === 'approve' || change.kind === 'approveException')
    throw new ConflictError(`somebody else has approved ${change.approval.request} meanwhile`);
  if (change.kind === 'answerReplay') throw new ConflictError(`${change.answer.device} has answered already`);
}

async function publish(client: pg.PoolClient, tenant: number, file: PublishedFile): Promise<void> {
  const { rowCount } = await client.query(
    `INSERT INTO tuf_file (tenant, name, role, version, bytes) VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (tenant, name) DO UPDATE SET version = excluded.version, bytes = excluded.bytes
      WHERE tuf_file.role = 'timestamp' AND excluded.version > tuf_file.version`,
    [tenant, file.name, file.role, file.version, file.bytes],
  );
  if (rowCount !== 1) throw new ConflictError(`${file.name} is published already`);
}

interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

function statementFor(change: Exclude<Change, { kind: 'publish' }>): Statement {
  if (isSide(change)) return sideStatement(change);
  switch (change.kind) {
    case 'addDevice': {
      const { id, name, keyId, publicKey, platform, labels, at } = change.device;
      return {
        text: `INSERT INTO device (tenant, id, name, key_id, public_key, platform, labels, enrolled_at, seq, head, missing, awaited, forked)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, 0, 0, 0)`,
        values: [id, name, keyId, publicKey, platform, JSON.stringify(labels), at, '0'.repeat(64)],
      };
    }
    case 'addToken':
    case 'revokeToken':
    case 'endSignIns':
      return tokenStatement(change);
    case 'revokeDevice':
      return {
        text: 'UPDATE device SET revoked_at = $2 WHERE tenant = $1 AND id = $3',
        values: [change.at, change.id],
      };
    case 'retain':
      return {
        text: 'INSERT INTO retention (tenant, before_id) VALUES ($1, $2) ON CONFLICT (tenant) DO UPDATE SET before_id = excluded.before_id',
        values: [change.beforeId],
      };
    case 'rekeyDevice': {
      const { id, name, keyId, publicKey, platform } = change.device;
      return {
        text: 'UPDATE device SET name = $3, key_id = $4, public_key = $5, platform = $6, revoked_at = NULL WHERE tenant = $1 AND id = $2',
        values: [id, name, keyId, publicKey, platform],
      };
    }
    case 'openRequest': {
      const { id, author, title, number, version, bundle, rollout, draft, replaces, openedAt } = change.request;
      return {
        text: `INSERT INTO change_request (tenant, id, state, author, title, number, version, bundle, rollout, draft, replaces, opened_at)
          VALUES ($1, $2, 'open', $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
        values: [id, author, title, number, version, bundle, rollout, draft, replaces, openedAt],
      };
    }
    case 'approve': {
      const { request, keyId, signature, at } = change.approval;
      return {
        text: `INSERT INTO approval (tenant, request, key_id, signature, at)
          SELECT $1::integer, $2::text, $3, $4, $5::bigint
          WHERE (SELECT count(*) FROM approval WHERE tenant = $1 AND request = $2) = $6`,
        values: [request, keyId, signature, at, change.seen],
      };
    }
    case 'closeRequest':
      return {
        text: "UPDATE change_request SET state = $2, closed_at = $3 WHERE tenant = $1 AND id = $4 AND state = 'open'",
        values: [change.state, change.at, change.id],
      };
    case 'setRollout': {
      const { id, state, reason, begunAt } = change.rollout;
      return {
        text: `INSERT INTO rollout (tenant, id, state, reason, begun_at) VALUES ($1, $2, $3, $4, $5)
          ON CONFLICT (tenant, id) DO UPDATE SET state = excluded.state, reason = excluded.reason, begun_at = excluded.begun_at`,
        values: [id, state, reason, begunAt],
      };
    }
    case 'labelDevice':
      return {
        text: 'UPDATE device SET labels = $2 WHERE tenant = $1 AND id = $3',
        values: [JSON.stringify(change.labels), change.id],
      };
    case 'askException': {
      const { id, device, text, policy, severity, repository, requestedBy, ...more } = change.request;
      const { askedAt, expiresAt, state, decidedAt, decidedBy, note } = more;
      return {
        text: `INSERT INTO exception_request (tenant, id, device, text, policy, severity, repository, requested_by, asked_at, expires_at, state, decided_at, decided_by, note)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
        values: [
          ...[id, device, text, policy, severity, repository, requestedBy],
          ...[askedAt, expiresAt, state, decidedAt, decidedBy, note],
        ],
      };
    }
    case 'approveException': {
      const { request, keyId, who, at, expiresAt, maxUses, signature } = change.approval;
      return {
        text: `INSERT INTO exception_approval (tenant, request, key_id, who, at, expires_at, max_uses, signature)
          SELECT $1::integer, $2::text, $3, $4, $5::bigint, $6::bigint, $7::integer, $8
          WHERE (SELECT count(*) FROM exception_approval WHERE tenant = $1 AND request = $2) = $9`,
        values: [request, keyId, who, at, expiresAt, maxUses, signature, change.seen],
      };
    }
    case 'decideException': {
      const { id, from, to, at, by, note, expiresAt } = change;
      return {
        text: `UPDATE exception_request SET state = $2, decided_at = $3, decided_by = $4, note = $5, expires_at = $6
          WHERE tenant = $1 AND id = $7 AND state = $8`,
        values: [to, at, by, note, expiresAt, id, from],
      };
    }
  }
}

/** Tokens of people and robots. */
function tokenStatement(change: Extract<Change, { kind: 'addToken' | 'revokeToken' | 'endSignIns' }>): Statement {
  switch (change.kind) {
    case 'addToken': {
      const { id, hash, name, role, createdAt, expiresAt, person } = change.token;
      return {
        text: `INSERT INTO token (tenant, id, hash, name, role, created_at, expires_at, issuer, subject)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        values: [id, hash, name, role, createdAt, expiresAt, person?.issuer ?? null, person?.subject ?? null],
      };
    }
    case 'revokeToken':
      return { text: 'UPDATE token SET revoked_at = $2 WHERE tenant = $1 AND id = $3', values: [change.at, change.id] };
    case 'endSignIns':
      return {
        text: `UPDATE token SET revoked_at = $2
          WHERE tenant = $1 AND issuer = $3 AND subject = $4 AND revoked_at IS NULL AND role IS DISTINCT FROM $5`,
        values: [change.at, change.person.issuer, change.person.subject, change.role],
      };
  }
}

function feedbackStatement({ feedback }: Extract<Change, { kind: 'keepFeedback' }>): Statement {
  const { device, policy, fingerprint, id, policySha256, repository, complaint, comment, by, at, received } = feedback;
  return {
    text: `INSERT INTO feedback (tenant, device, policy, fingerprint, id, policy_sha256, repository, complaint, comment, by_name, at, received)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
      ON CONFLICT (tenant, device, policy, fingerprint) DO UPDATE SET id = excluded.id, policy_sha256 = excluded.policy_sha256,
        repository = excluded.repository, complaint = excluded.complaint, comment = excluded.comment,
        by_name = excluded.by_name, at = excluded.at, received = excluded.received
      WHERE excluded.at >= feedback.at`,
    values: [device, policy, fingerprint, id, policySha256, repository, complaint, comment, by, at, received],
  };
}

const sideKinds = [
  ...(['addCiRule', 'removeCiRule', 'addSilence', 'removeSilence', 'addReceiver', 'removeReceiver'] as const),
  ...(['keepFeedback', 'askReplay', 'answerReplay', 'addComment'] as const),
] as const;
type SideChange = Extract<Change, { kind: (typeof sideKinds)[number] }>;

function isSide(change: Change): change is SideChange {
  return (sideKinds as readonly string[]).includes(change.kind);
}

/** Jobs of CI, alerts, replays, and comments. */
function sideStatement(change: SideChange): Statement {
  switch (change.kind) {
    case 'addCiRule': {
      const { id, name, issuer, claims, createdAt } = change.rule;
      return {
        text: 'INSERT INTO ci_rule (tenant, id, name, issuer, claims, created_at) VALUES ($1, $2, $3, $4, $5, $6)',
        values: [id, name, issuer, JSON.stringify(claims), createdAt],
      };
    }
    case 'removeCiRule':
      return { text: 'DELETE FROM ci_rule WHERE tenant = $1 AND id = $2', values: [change.id] };
    case 'addSilence': {
      const { id, kind, labels, reason, by, expiresAt } = change.silence;
      return {
        text: 'INSERT INTO alert_silence (tenant, id, kind, labels, reason, by_name, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)',
        values: [id, kind, JSON.stringify(labels), reason, by, expiresAt],
      };
    }
    case 'removeSilence':
      return { text: 'DELETE FROM alert_silence WHERE tenant = $1 AND id = $2', values: [change.id] };
    case 'addReceiver': {
      const { id, name, form, url, kinds } = change.receiver;
      return {
        text: 'INSERT INTO alert_receiver (tenant, id, name, form, url, kinds) VALUES ($1, $2, $3, $4, $5, $6)',
        values: [id, name, form, url, JSON.stringify(kinds)],
      };
    }
    case 'keepFeedback':
      return feedbackStatement(change);
    case 'askReplay': {
      const { request, question, owner, askedAt, expiresAt } = change.replay;
      return {
        text: 'INSERT INTO replay (tenant, request, question, owner, asked_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)',
        values: [request, question, owner, askedAt, expiresAt],
      };
    }
    case 'answerReplay': {
      const { request, device, answer, at } = change.answer;
      return {
        text: `INSERT INTO replay_device (tenant, request, device, taken_at, answer, answered_at)
          VALUES ($1, $2, $3, $5, $4, $5)
          ON CONFLICT (tenant, request, device) DO UPDATE SET answer = excluded.answer, answered_at = excluded.answered_at
          WHERE replay_device.answer IS NULL`,
        values: [request, device, answer, at],
      };
    }
    case 'addComment': {
      const { id, request, place, text, by, at } = change.comment;
      return {
        text: 'INSERT INTO change_comment (tenant, id, request, file, line, quote, text, by_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)',
        values: [id, request, place?.file ?? null, place?.line ?? null, place?.quote ?? null, text, by, at],
      };
    }
    case 'removeReceiver':
      return { text: 'DELETE FROM alert_receiver WHERE tenant = $1 AND id = $2', values: [change.id] };
  }
}
