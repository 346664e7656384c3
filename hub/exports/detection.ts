/** Alerts as events of OCSF: class Detection Finding (2004). Pure. */
import type { AlertKind } from '../alerts/condition.ts';
import type { ExportAbout } from '../exceptions/export.ts';
import type { Alert } from '../store/query/alert.ts';
import { captions, schemaVersion, severities } from './ocsf.ts';

const classUid = 2_004;
/** It begins, or it has ended. */
const activities = {
  create: { activity_id: 1, activity_name: 'Create', type_uid: classUid * 100 + 1 },
  close: { activity_id: 3, activity_name: 'Close', type_uid: classUid * 100 + 3 },
} as const;
const statuses = {
  new: { status_id: 1, status: 'New' },
  suppressed: { status_id: 3, status: 'Suppressed' },
  resolved: { status_id: 4, status: 'Resolved' },
} as const;
const rule = { type_id: 1, type: 'Rule' } as const;
const statistical = { type_id: 3, type: 'Statistical' } as const;

type Severity = keyof typeof severities;

/** What each kind says, for whoever does not know Kerb; how grave it is; and how it is found. */
const kinds: Readonly<
  Record<AlertKind, { readonly title: string; readonly severity: Severity; readonly by?: object }>
> = {
  repeatedRefusals: { title: 'Refused again and again', severity: 'medium' },
  newCiIdentity: { title: 'A job of CI decides for the first time', severity: 'medium' },
  bypass: { title: 'Commits or pushes passed no gate', severity: 'high' },
  missingDecisions: { title: 'Decisions of a device are missing', severity: 'high' },
  logInconsistent: { title: 'The audit log does not hold', severity: 'critical' },
  staleDevice: { title: 'A device is not heard of', severity: 'low' },
  expiringException: { title: 'An exception ends', severity: 'info' },
  haltedRollout: { title: 'A rollout was halted', severity: 'medium' },
  unusualCount: { title: 'Far more than usual', severity: 'medium', by: statistical },
  fallenCount: { title: 'Far fewer than usual', severity: 'medium', by: statistical },
  newRepository: { title: 'An actor decides in a repository for the first time', severity: 'low', by: statistical },
};

/** `silencedBy`: the silence that holds it back now. */
export function detectionEvent(alert: Alert, about: ExportAbout & { readonly silencedBy: string | null }): object {
  const { id, kind, labels, summary, records, figures, since, resolvedAt } = alert;
  const { title, severity, by = rule } = kinds[kind];
  const standing = about.silencedBy === null ? 'new' : 'suppressed';
  return {
    ...activities[resolvedAt === null ? 'create' : 'close'],
    ...{ category_uid: 2, category_name: 'Findings', class_uid: classUid, class_name: 'Detection Finding' },
    ...{ severity_id: severities[severity], severity: captions[severity], time: resolvedAt ?? since },
    ...statuses[resolvedAt === null ? standing : 'resolved'],
    ...{ is_alert: resolvedAt === null, message: summary, start_time: since },
    ...(resolvedAt === null ? {} : { end_time: resolvedAt }),
    metadata: {
      version: schemaVersion,
      product: { name: 'Kerb', vendor_name: 'Kerb', version: about.version },
      ...{ uid: `${id}/${since}`, correlation_uid: id, tenant_uid: about.tenant },
    },
    finding_info: {
      ...{ uid: id, title, desc: summary, created_time: since },
      analytic: { uid: kind, name: kind, ...by },
      src_url: `${about.url}/#/alerts`,
    },
    ...resourcesIn(labels),
    ...evidencesIn(records, about),
    unmapped: { labels, figures, silencedBy: about.silencedBy },
  };
}

/** Records of the log, each by where it is shown. */
function evidencesIn(records: readonly string[], { url }: ExportAbout): object {
  const evidences = records.map((id) => ({ uid: id, name: 'record', url: { url_string: `${url}/#/decisions/${id}` } }));
  return evidences.length === 0 ? {} : { evidences };
}

/** Left out where an alert is about none: an empty list says that there is nothing. */
function resourcesIn({ device, repository }: Alert['labels']): object {
  const resources = [
    ...(device === undefined ? [] : [{ type: 'device', uid: device, name: device }]),
    ...(repository === undefined ? [] : [{ type: 'repository', uid: repository, name: repository }]),
  ];
  return resources.length === 0 ? {} : { resources };
}
