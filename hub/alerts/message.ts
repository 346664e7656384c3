/** What a receiver is sent, in the form that it takes: a webhook's and Alertmanager's as Alertmanager documents them, Slack's. */
import type { Alert, Receiver } from '../store/query/alert.ts';
import { type Group, groupMs } from './notice.ts';

export interface Message {
  readonly url: string;
  readonly body: unknown;
}

/** Where the alerts come from. */
export interface Origin {
  readonly tenant: string;
  readonly url: string;
  readonly now: number;
}

const mostNamed = 20;

export function messageFor({ form, url }: Receiver, group: Group, origin: Origin): Message {
  switch (form) {
    case 'webhook':
      return { url, body: webhook(group, origin) };
    case 'slack':
      return { url, body: { text: slackText(group, origin) } };
    case 'alertmanager':
      return { url: `${url.replace(/\/+$/, '')}/api/v2/alerts`, body: forAlertmanager(group, origin) };
  }
}

/** Version 4 of what Alertmanager sends to a webhook. */
function webhook({ kind, firing, resolved }: Group, origin: Origin): unknown {
  const groupLabels = { alertname: kind };
  const all = [...firing, ...resolved];
  return {
    version: '4',
    groupKey: `{}:{alertname="${kind}"}`,
    truncatedAlerts: 0,
    status: firing.length > 0 ? 'firing' : 'resolved',
    receiver: 'kerb',
    groupLabels,
    commonLabels: { ...groupLabels, tenant: origin.tenant },
    commonAnnotations: {},
    externalURL: origin.url,
    alerts: all.map((alert) => ({
      status: alert.resolvedAt === null ? 'firing' : 'resolved',
      labels: labelsOf(alert, origin),
      annotations: annotationsOf(alert),
      startsAt: iso(alert.since),
      // Alertmanager writes no end as the year 1.
      endsAt: alert.resolvedAt === null ? '0001-01-01T00:00:00Z' : iso(alert.resolvedAt),
      generatorURL: origin.url,
      fingerprint: alert.id.slice(0, 16),
    })),
  };
}

/** `POST /api/v2/alerts`. An alert ends by itself there unless it is sent again. */
function forAlertmanager({ firing, resolved }: Group, origin: Origin): unknown {
  return [...firing, ...resolved].map((alert) => ({
    labels: labelsOf(alert, origin),
    annotations: annotationsOf(alert),
    startsAt: iso(alert.since),
    endsAt: iso(alert.resolvedAt ?? origin.now + 2 * groupMs),
    generatorURL: origin.url,
  }));
}

function slackText({ kind, firing, resolved }: Group, { tenant, url }: Origin): string {
  const line = (alert: Alert): string => `• ${escaped(alert.summary)}`;
  const more = (all: readonly Alert[]): readonly string[] =>
    all.length > mostNamed ? [`and ${all.length - mostNamed} more`] : [];
  return [
    `*${kind}* at ${escaped(tenant)}: ${firing.length} firing, ${resolved.length} resolved`,
    ...firing.slice(0, mostNamed).map(line),
    ...more(firing),
    ...resolved.slice(0, mostNamed).map((alert) => `${line(alert)} (resolved)`),
    ...more(resolved),
    `<${url}>`,
  ].join('\n');
}

/** Names come from devices: none of them is to become a link or a mention. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function labelsOf({ kind, labels }: Alert, { tenant }: Origin): Readonly<Record<string, string>> {
  return { ...labels, alertname: kind, tenant, source: 'kerb' };
}

function annotationsOf({ summary, records }: Alert): Readonly<Record<string, string>> {
  return { summary, ...(records.length === 0 ? {} : { records: records.join(' ') }) };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
