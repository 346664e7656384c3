/** The tables of alerts as queries see them: what stands, what holds it back, and who is told. */
import type { alertKinds, receiverForms } from '../protocol/alert.ts';

export interface AlertTables {
  readonly ci_job: CiJobTable;
  readonly alert: AlertTable;
  readonly alert_silence: AlertSilenceTable;
  readonly alert_receiver: AlertReceiverTable;
  readonly alert_notice: AlertNoticeTable;
}

/** A job of CI that has decided, and its first decision. */
interface CiJobTable {
  readonly tenant: number;
  readonly issuer: string;
  readonly subject: string;
  readonly record: string;
  readonly at: number;
}

interface AlertTable {
  readonly tenant: number;
  /** Of its kind and labels. */
  readonly id: string;
  readonly kind: (typeof alertKinds)[number];
  /** JSON. */
  readonly labels: string;
  readonly summary: string;
  /** JSON. */
  readonly records: string;
  /** JSON: what an anomaly was told by. */
  readonly figures: string | null;
  readonly since: number;
  readonly resolved_at: number | null;
}

interface AlertSilenceTable {
  readonly tenant: number;
  readonly id: string;
  readonly kind: AlertTable['kind'] | null;
  /** JSON. */
  readonly labels: string;
  readonly reason: string;
  readonly by_name: string;
  readonly expires_at: number;
}

interface AlertReceiverTable {
  readonly tenant: number;
  readonly id: string;
  readonly name: string;
  readonly form: (typeof receiverForms)[number];
  /** It may hold a secret. */
  readonly url: string;
  /** JSON. */
  readonly kinds: string;
}

interface AlertNoticeTable {
  readonly tenant: number;
  readonly receiver: string;
  readonly kind: AlertTable['kind'];
  readonly sent_at: number;
  readonly digest: string;
  /** JSON. */
  readonly told: string;
  readonly failure: string | null;
}
