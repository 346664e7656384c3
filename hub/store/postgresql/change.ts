/** The small changes that acts stand for. */
import type pg from 'pg';
import type { Change } from '../store.ts';

export async function changeRow(client: pg.PoolClient, tenant: number, change: Change): Promise<void> {
  const { text, values } = statementFor(change);
  await client.query(text, [tenant, ...values]);
}

function statementFor(change: Change): { readonly text: string; readonly values: readonly unknown[] } {
  switch (change.kind) {
    case 'addDevice': {
      const { id, name, keyId, publicKey, platform, labels, at } = change.device;
      return {
        text: `INSERT INTO device (tenant, id, name, key_id, public_key, platform, labels, enrolled_at, seq, head, missing, awaited, forked)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, 0, 0, 0)`,
        values: [id, name, keyId, publicKey, platform, JSON.stringify(labels), at, '0'.repeat(64)],
      };
    }
    case 'addToken': {
      const { id, hash, name, role, createdAt, expiresAt } = change.token;
      return {
        text: 'INSERT INTO token (tenant, id, hash, name, role, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)',
        values: [id, hash, name, role, createdAt, expiresAt],
      };
    }
    case 'revokeDevice':
      return {
        text: 'UPDATE device SET revoked_at = $2 WHERE tenant = $1 AND id = $3',
        values: [change.at, change.id],
      };
    case 'revokeToken':
      return { text: 'UPDATE token SET revoked_at = $2 WHERE tenant = $1 AND id = $3', values: [change.at, change.id] };
    case 'retain':
      return {
        text: 'INSERT INTO retention (tenant, before_id) VALUES ($1, $2) ON CONFLICT (tenant) DO UPDATE SET before_id = excluded.before_id',
        values: [change.beforeId],
      };
  }
}
