/** Exceptions as they were asked for, and what came of each. What governs is the signed document, not this. */
import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

type Row = Tables['exception_request'];

export interface AskedException {
  readonly id: string;
  readonly device: string;
  /** The very text that the device signed. */
  readonly text: string;
  readonly policy: string;
  readonly severity: string;
  readonly repository: string;
  readonly requestedBy: string;
  readonly askedAt: number;
  /** As asked for; once granted, when the exception ends. */
  readonly expiresAt: number;
  readonly state: Row['state'];
  readonly decidedAt: number | null;
  readonly decidedBy: string | null;
  readonly note: string | null;
}

/** That one of several people has approved a request, by their key. */
export interface ExceptionApprovalRow {
  readonly request: string;
  readonly keyId: string;
  readonly who: string;
  readonly at: number;
  readonly expiresAt: number;
  readonly maxUses: number | null;
  /** Base64. */
  readonly signature: string;
}

/** How an exception stands at an instant: a granted one ends by itself. */
type ExceptionState = Row['state'] | 'expired';

interface ExceptionQuery {
  readonly state?: ExceptionState | undefined;
  readonly repository?: string | undefined;
  readonly policy?: string | undefined;
  /** Granted ones that end before this millisecond. */
  readonly endsBefore?: number | undefined;
  readonly now: number;
  readonly limit: number;
}

interface ExceptionCounts {
  readonly pending: number;
  /** In force. */
  readonly granted: number;
  /** In force, and no more at `soon`. */
  readonly ending: number;
}

export interface Exceptions {
  /** What waits or ends soonest comes first. */
  askedExceptions(tenant: number, query: ExceptionQuery): Promise<readonly Omit<AskedException, 'text'>[]>;
  askedException(tenant: number, id: string): Promise<AskedException | null>;
  /** Of all these requests, in the order in which they were given. */
  exceptionApprovals(tenant: number, requests: readonly string[]): Promise<readonly ExceptionApprovalRow[]>;
  /** How many of a device's requests wait. */
  exceptionsWaiting(tenant: number, device: string): Promise<number>;
  exceptionCounts(tenant: number, at: { readonly now: number; readonly soon: number }): Promise<ExceptionCounts>;
}

export function exceptionQueries(db: Kysely<Tables>): Exceptions {
  const all = db
    .selectFrom('exception_request')
    .select(['id', 'device', 'policy', 'severity', 'repository', 'state', 'note', 'requested_by as requestedBy'])
    .select(['asked_at as askedAt', 'expires_at as expiresAt', 'decided_at as decidedAt', 'decided_by as decidedBy']);
  const count = async (tenant: number, state: Row['state'], ends: { after: number; upTo: number }): Promise<number> => {
    const { found } = await db
      .selectFrom('exception_request')
      .select(({ fn, cast }) => cast<number>(fn.countAll(), 'bigint').as('found'))
      .where('tenant', '=', tenant)
      .where('state', '=', state)
      .where('expires_at', '>', ends.after)
      .where('expires_at', '<=', ends.upTo)
      .executeTakeFirstOrThrow();
    return found;
  };
  return {
    askedExceptions(tenant, { state, repository, policy, endsBefore, now, limit }) {
      let rows = all.where('tenant', '=', tenant);
      if (state !== undefined) rows = rows.where('state', '=', state === 'expired' ? 'granted' : state);
      if (state === 'granted') rows = rows.where('expires_at', '>', now);
      if (state === 'expired') rows = rows.where('expires_at', '<=', now);
      if (repository !== undefined) rows = rows.where('repository', '=', repository);
      if (policy !== undefined) rows = rows.where('policy', '=', policy);
      if (endsBefore !== undefined) rows = rows.where('expires_at', '<', endsBefore);
      const direction = state === 'pending' || state === 'granted' ? 'asc' : 'desc';
      return rows.orderBy('expires_at', direction).orderBy('id', direction).limit(limit).execute();
    },
    async askedException(tenant, id) {
      const row = all.select('text').where('tenant', '=', tenant).where('id', '=', id);
      return (await row.executeTakeFirst()) ?? null;
    },
    async exceptionApprovals(tenant, requests) {
      if (requests.length === 0) return [];
      return db
        .selectFrom('exception_approval')
        .select([
          'request',
          'key_id as keyId',
          'who',
          'at',
          'expires_at as expiresAt',
          'max_uses as maxUses',
          'signature',
        ])
        .where('tenant', '=', tenant)
        .where('request', 'in', [...requests])
        .orderBy('at')
        .orderBy('key_id')
        .execute();
    },
    async exceptionsWaiting(tenant, device) {
      const { waiting } = await db
        .selectFrom('exception_request')
        .select(({ fn, cast }) => cast<number>(fn.countAll(), 'bigint').as('waiting'))
        .where('tenant', '=', tenant)
        .where('device', '=', device)
        .where('state', '=', 'pending')
        .executeTakeFirstOrThrow();
      return waiting;
    },
    async exceptionCounts(tenant, { now, soon }) {
      const ever = Number.MAX_SAFE_INTEGER;
      const [pending, granted, ending] = await Promise.all([
        count(tenant, 'pending', { after: 0, upTo: ever }),
        count(tenant, 'granted', { after: now, upTo: ever }),
        count(tenant, 'granted', { after: now, upTo: soon }),
      ]);
      return { pending, granted, ending };
    },
  };
}
