/**
 * A decision as spans of OpenTelemetry, in the JSON form of OTLP. The id of the trace is the decision's own, without its
 * hyphens: a UUID has as many bits. Pure.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';

/** What of a record's body a span tells. No person, no file, no text. */
const traced = z.object({
  record: z.object({
    ...{ kind: z.literal('decision'), id: z.uuid(), at: z.iso.datetime(), gate: z.string(), effect: z.string() },
    ...{ origin: z.string(), passed: z.boolean(), repository: z.string(), latencyMs: z.number() },
    ...{ findingCount: z.int(), policies: z.object({ revision: z.string() }) },
  }),
});
export type TracedRecord = z.infer<typeof traced>['record'];

/** Where and when the hub took it in; milliseconds since 1970. */
export interface Intake {
  readonly tenant: string;
  /** The device, or the job of CI. */
  readonly by: string;
  readonly began: number;
  readonly ended: number;
}

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: 1 | 2;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly status: { readonly code?: 2 };
}

type Attribute = {
  readonly key: string;
  readonly value: { readonly stringValue: string } | { readonly boolValue: boolean } | { readonly intValue: string };
};

/** OTLP's numbers for the kind of a span, and for the status of what could not be done. */
const [internal, server, failed] = [1, 2, 2] as const;

/** Null for what is no decision. */
export function tracedRecord(body: string): TracedRecord | null {
  return traced.safeParse(JSON.parse(body)).data?.record ?? null;
}

/** The decision as its gate made it, and within it the hub's taking it in. */
export function spansOf(record: TracedRecord, { tenant, by, began, ended }: Intake): readonly [Span, Span] {
  const traceId = record.id.replaceAll('-', '');
  const decided = traceId.slice(16);
  const at = Date.parse(record.at);
  const attributes = [
    ...[text('kerb.decision.id', record.id), text('kerb.tenant', tenant), text('kerb.actor', by)],
    ...[text('kerb.gate', record.gate), text('kerb.origin', record.origin), text('kerb.effect', record.effect)],
    ...[text('kerb.repository', record.repository), text('kerb.policies.revision', record.policies.revision)],
    { key: 'kerb.passed', value: { boolValue: record.passed } },
    { key: 'kerb.findings', value: { intValue: String(record.findingCount) } },
  ];
  const status = record.effect === 'indeterminate' ? ({ code: failed } as const) : {};
  return [
    {
      ...{ traceId, spanId: decided, name: `gate ${record.gate}`, kind: internal, attributes, status },
      ...{ startTimeUnixNano: nanoseconds(at), endTimeUnixNano: nanoseconds(at + record.latencyMs) },
    },
    {
      ...{ traceId, spanId: takenIn(record.id), parentSpanId: decided, name: 'hub intake', kind: server },
      ...{ startTimeUnixNano: nanoseconds(began), endTimeUnixNano: nanoseconds(ended) },
      ...{ attributes: [text('kerb.decision.id', record.id)], status: {} },
    },
  ];
}

/** Taken in twice it is the same span. */
function takenIn(id: string): string {
  return createHash('sha256').update(`intake ${id}`).digest('hex').slice(0, 16);
}

function text(key: string, value: string): Attribute {
  return { key, value: { stringValue: value } };
}

function nanoseconds(ms: number): string {
  return String(BigInt(Math.round(ms * 1_000)) * 1_000n);
}
