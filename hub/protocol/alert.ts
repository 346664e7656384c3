/** Alerts as the hub shows them, and who is told. */
import * as z from 'zod';
import { name, words } from './scalar.ts';

export const alertKinds = [
  ...(['repeatedRefusals', 'newCiIdentity', 'bypass', 'missingDecisions'] as const),
  ...(['logInconsistent', 'staleDevice', 'expiringException', 'haltedRollout'] as const),
  ...(['unusualCount', 'fallenCount', 'newRepository'] as const),
] as const;
const kind = z.enum(alertKinds);
const labels = z.record(z.string().min(1).max(100), z.string().max(2_000));

/** Holds back whatever is of this kind, and has these labels among its own. */
export const silence = z.strictObject({
  kind: kind.nullable(),
  labels: labels.refine((value) => Object.keys(value).length <= 10, 'at most 10 labels'),
  reason: words.min(1),
  expiresAt: z.iso.datetime(),
});

export const receiverForms = ['webhook', 'slack', 'alertmanager'] as const;
export const receiver = z.strictObject({
  name,
  form: z.enum(receiverForms),
  /** It may hold a secret, and is never shown again. */
  url: z.url().max(2_000),
  /** Empty: all. */
  kinds: z.array(kind).max(alertKinds.length).default([]),
});

/** By what an anomaly is told: the same hour of the days before, or those days, and what follows from them. */
const figures = z.object({
  measure: z.enum([
    ...(['actorDecisions', 'actorRefusals', 'policyFindings', 'gateRefusals'] as const),
    ...(['deviceDecisions', 'repositoryDecisions'] as const),
  ]),
  /** The hour, or where the day began that fell. */
  hour: z.iso.datetime(),
  observed: z.int(),
  /** The day before first; 0 where nothing was counted. */
  samples: z.array(z.int()),
  median: z.number(),
  /** Median of the samples' distances from their median. */
  mad: z.number(),
  /** median + 6 × the largest of 1.4826 × mad, √median and 1; of a day that fell, median − 4 × that. */
  threshold: z.number(),
});

const shownAlert = z.object({
  id: z.string(),
  kind,
  labels,
  summary: z.string(),
  records: z.array(z.string()),
  figures: figures.nullable(),
  since: z.iso.datetime(),
  /** Null while it holds. */
  resolvedAt: z.iso.datetime().nullable(),
  /** The silence that holds it back. */
  silencedBy: z.string().nullable(),
});
export type AlertShown = z.infer<typeof shownAlert>;
export const alertList = z.object({ alerts: z.array(shownAlert) });
export const silenceList = z.object({
  silences: z.array(silence.extend({ id: z.uuid(), by: z.string() })),
});
export const receiverList = z.object({
  receivers: z.array(
    receiver.omit({ url: true }).extend({ id: z.uuid(), host: z.string(), failing: z.string().nullable() }),
  ),
});
