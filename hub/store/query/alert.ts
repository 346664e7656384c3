/** Alerts as they stand, what holds them back, and who was told of which. */
import type { Kysely } from 'kysely';
import type { AnomalyFigures } from '../../alerts/anomaly.ts';
import type { Tables } from '../tables.ts';

type AlertRow = Tables['alert'];
type ReceiverRow = Tables['alert_receiver'];

export interface Alert {
  readonly id: string;
  readonly kind: AlertRow['kind'];
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  /** Ids of records in the log. */
  readonly records: readonly string[];
  /** What an anomaly is told by; null otherwise. */
  readonly figures: AnomalyFigures | null;
  readonly since: number;
  /** Null while it holds. */
  readonly resolvedAt: number | null;
}

export interface Silence {
  readonly id: string;
  /** Null: any. */
  readonly kind: AlertRow['kind'] | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly reason: string;
  readonly by: string;
  readonly expiresAt: number;
}

export interface Receiver {
  readonly id: string;
  readonly name: string;
  readonly form: ReceiverRow['form'];
  readonly url: string;
  /** Empty: all. */
  readonly kinds: readonly AlertRow['kind'][];
}

/** What a receiver was told last of one kind. */
export interface Notice {
  readonly receiver: string;
  readonly kind: AlertRow['kind'];
  readonly sentAt: number;
  /** Of the ids that were firing. */
  readonly digest: string;
  readonly told: readonly string[];
  /** Why it did not get there; null where it did. */
  readonly failure: string | null;
}

export interface Alerts {
  /** Those that hold, and those that did until a while ago; the newest first. At most 5,000. */
  alerts(tenant: number): Promise<readonly Alert[]>;
  /** Keeps new ones and changed ones. */
  keepAlerts(tenant: number, alerts: readonly Alert[]): Promise<void>;
  /** Forgets what has been resolved before. */
  forgetAlerts(tenant: number, before: number): Promise<void>;
  silences(tenant: number, now: number): Promise<readonly Silence[]>;
  receivers(tenant: number): Promise<readonly Receiver[]>;
  notices(tenant: number): Promise<readonly Notice[]>;
  /** Takes a notice over from how it was: whether nobody else did in between. */
  takeNotice(tenant: number, notice: Notice, before: number | null): Promise<boolean>;
}

const maxAlerts = 5_000;

export function alertQueries(db: Kysely<Tables>): Alerts {
  return {
    async alerts(tenant) {
      const rows = await db
        .selectFrom('alert')
        .select(['id', 'kind', 'labels', 'summary', 'records', 'figures', 'since', 'resolved_at as resolvedAt'])
        .where('tenant', '=', tenant)
        .orderBy('since', 'desc')
        .orderBy('id')
        .limit(maxAlerts)
        .execute();
      return rows.map(({ labels, records, figures, ...row }) => ({
        ...row,
        labels: JSON.parse(labels) as Alert['labels'],
        records: JSON.parse(records) as Alert['records'],
        figures: figures === null ? null : (JSON.parse(figures) as AnomalyFigures),
      }));
    },
    async keepAlerts(tenant, alerts) {
      for (const { id, kind, labels, summary, records, figures, since, resolvedAt } of alerts) {
        const told = { records: JSON.stringify(records), figures: figures === null ? null : JSON.stringify(figures) };
        const said = { summary, ...told, since, resolved_at: resolvedAt };
        await db
          .insertInto('alert')
          .values({ tenant, id, kind, labels: JSON.stringify(labels), ...said })
          .onConflict((conflict) => conflict.columns(['tenant', 'id']).doUpdateSet(said))
          .execute();
      }
    },
    async forgetAlerts(tenant, before) {
      await db.deleteFrom('alert').where('tenant', '=', tenant).where('resolved_at', '<', before).execute();
    },
    async silences(tenant, now) {
      const rows = await db
        .selectFrom('alert_silence')
        .select(['id', 'kind', 'labels', 'reason', 'by_name as by', 'expires_at as expiresAt'])
        .where('tenant', '=', tenant)
        .where('expires_at', '>', now)
        .orderBy('id')
        .execute();
      return rows.map(({ labels, ...row }) => ({ ...row, labels: JSON.parse(labels) as Silence['labels'] }));
    },
    async receivers(tenant) {
      const own = db.selectFrom('alert_receiver').select(['id', 'name', 'form', 'url', 'kinds']);
      const rows = await own.where('tenant', '=', tenant).orderBy('id').execute();
      return rows.map(({ kinds, ...row }) => ({ ...row, kinds: JSON.parse(kinds) as Receiver['kinds'] }));
    },
    async notices(tenant) {
      const rows = await db
        .selectFrom('alert_notice')
        .select(['receiver', 'kind', 'sent_at as sentAt', 'digest', 'told', 'failure'])
        .where('tenant', '=', tenant)
        .execute();
      return rows.map(({ told, ...row }) => ({ ...row, told: JSON.parse(told) as Notice['told'] }));
    },
    async takeNotice(tenant, { receiver, kind, sentAt, digest, told, failure }, before) {
      const said = { sent_at: sentAt, digest, told: JSON.stringify(told), failure };
      if (before === null) {
        const { numInsertedOrUpdatedRows } = await db
          .insertInto('alert_notice')
          .values({ tenant, receiver, kind, ...said })
          .onConflict((conflict) => conflict.columns(['tenant', 'receiver', 'kind']).doNothing())
          .executeTakeFirstOrThrow();
        return numInsertedOrUpdatedRows === 1n;
      }
      const { numUpdatedRows } = await db
        .updateTable('alert_notice')
        .set(said)
        .where('tenant', '=', tenant)
        .where('receiver', '=', receiver)
        .where('kind', '=', kind)
        .where('sent_at', '=', before)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },
  };
}
