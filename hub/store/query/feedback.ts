/** What people say of findings: of one device and one finding, what was said last. */
import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

export interface KeptFeedback {
  readonly device: string;
  readonly policy: string;
  readonly fingerprint: string;
  readonly id: string;
  readonly policySha256: string;
  readonly repository: string;
  readonly complaint: 'wrong' | 'unclear';
  readonly comment: string | null;
  readonly by: string;
  /** When it was said, and when it came. */
  readonly at: number;
  readonly received: number;
}

export interface ComplaintTotal {
  readonly policy: string;
  readonly complaint: 'wrong' | 'unclear';
  readonly findings: number;
}

export interface Feedback {
  /** The newest first. */
  feedback(tenant: number, policy: string, limit: number): Promise<readonly KeptFeedback[]>;
  feedbackById(tenant: number, id: string): Promise<KeptFeedback | null>;
  /** How many findings a device has spoken of. */
  feedbackOf(tenant: number, device: string): Promise<number>;
  complaintTotals(tenant: number, since: number): Promise<readonly ComplaintTotal[]>;
  deleteFeedbackBefore(tenant: number, received: number): Promise<void>;
}

export function feedbackQueries(db: Kysely<Tables>): Feedback {
  const all = db
    .selectFrom('feedback')
    .select(['device', 'policy', 'fingerprint', 'id', 'policy_sha256 as policySha256', 'repository', 'complaint'])
    .select(['comment', 'by_name as by', 'at', 'received']);
  return {
    feedback: (tenant, policy, limit) =>
      all
        .where('tenant', '=', tenant)
        .where('policy', '=', policy)
        .orderBy('received', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute(),
    feedbackById: async (tenant, id) =>
      (await all.where('tenant', '=', tenant).where('id', '=', id).executeTakeFirst()) ?? null,
    async feedbackOf(tenant, device) {
      const { kept } = await db
        .selectFrom('feedback')
        .select(({ fn, cast }) => cast<number>(fn.countAll(), 'bigint').as('kept'))
        .where('tenant', '=', tenant)
        .where('device', '=', device)
        .executeTakeFirstOrThrow();
      return kept;
    },
    complaintTotals: (tenant, since) =>
      db
        .selectFrom('feedback')
        .select(['policy', 'complaint'])
        .select(({ fn, cast }) => cast<number>(fn.countAll(), 'bigint').as('findings'))
        .where('tenant', '=', tenant)
        .where('received', '>=', since)
        .groupBy(['policy', 'complaint'])
        .execute(),
    async deleteFeedbackBefore(tenant, received) {
      await db.deleteFrom('feedback').where('tenant', '=', tenant).where('received', '<', received).execute();
    },
  };
}
