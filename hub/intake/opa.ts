/** What an OPA sends: events of its decision log, and how it is. Wire forms as OPA documents them. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { canonicalize } from '../../engine/index.ts';
import { newEntry } from '../log/entry.ts';
import { actorText } from '../store/actor.ts';
import { plainText } from '../store/plainText.ts';
import type { DecisionColumns, NewEntry } from '../store/store.ts';
import { type Mask, maskedValue } from './mask.ts';

const short = z.string().max(500);
const long = z.string().max(10_000);
/**
 * How long these are decides whoever asks the OPA. An OPA sends a batch that was refused again and again, and nothing after
 * it: so they are bounded by the request alone, and what is nested too deeply is cut out.
 */
const asked = z.string();
const labels = z.record(z.string().max(200), z.string().max(2_000));

/** An event. What OPA adds to it some day is kept as well. */
const opaEvent = z.looseObject({
  decision_id: z.string().min(1).max(500),
  labels,
  timestamp: z.iso.datetime({ offset: true }),
  path: asked.optional(),
  query: asked.optional(),
  bundles: z.record(z.string().max(500), z.looseObject({ revision: short.optional() })).optional(),
  /** Any JSON; absent where the policy came to nothing. */
  result: z.unknown().optional(),
  error: z.unknown().optional(),
  requested_by: short.optional(),
  /** JSON pointers to what OPA took out, and to what it replaced. */
  erased: z.array(asked).optional(),
  masked: z.array(asked).optional(),
  nd_builtin_cache: z.record(z.string().max(500), z.unknown()).optional(),
  metrics: z.record(z.string().max(500), z.unknown()).optional(),
});
export type OpaEvent = z.infer<typeof opaEvent>;

export const opaEvents = z.array(opaEvent).max(10_000);

/** Who brought it: the token by which it was let in. */
export interface Receiver {
  readonly id: string;
  readonly name: string;
}

/** An entry for each event, the first of those with one id. */
export function opaEntries(
  events: readonly OpaEvent[],
  about: { readonly by: Receiver; readonly received: number; readonly mask: Mask },
): readonly NewEntry[] {
  const entries = new Map<string, NewEntry>();
  for (const event of events) {
    const entry = entryOf(event, about);
    if (!entries.has(entry.id)) entries.set(entry.id, entry);
  }
  return [...entries.values()];
}

function entryOf(
  event: OpaEvent,
  { by, received, mask }: { readonly by: Receiver; readonly received: number; readonly mask: Mask },
): NewEntry {
  const [id, at] = [idOf(event), Date.parse(event.timestamp)];
  const receiver = { id: by.id, name: by.name };
  const text = canonicalize({
    at: new Date(at).toISOString(),
    event: maskedValue(event, mask),
    id,
    kind: 'opa',
    receiver,
  });
  const body = { id, at, received, kind: 'opa' as const, device: null, seq: null, text };
  return newEntry({ ...body, decision: columnsOf(event, { by, mask }) });
}

/**
 * The id in the log: a UUID of version 7 made of the event's instant and of what OPA identifies it by, so that what is sent
 * again is known again.
 */
function idOf({ decision_id, labels: { id = '' }, timestamp }: OpaEvent): string {
  const bytes = createHash('sha256')
    .update(JSON.stringify([id, decision_id]))
    .digest()
    .subarray(0, 16);
  bytes.writeUIntBE(Math.max(0, Date.parse(timestamp)), 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Null for an answer that is no verdict: an OPA answers whatever it is asked. */
function columnsOf(
  event: OpaEvent,
  { by, mask }: { readonly by: Receiver; readonly mask: Mask },
): DecisionColumns | null {
  const effect = effectOf(event);
  if (effect === null) return null;
  const revision = Object.entries(event.bundles ?? {}).map(([name, { revision: of = '' }]) => `${name}@${of}`);
  const nanoseconds = event.metrics?.timer_server_handler_ns;
  return {
    ...{ gate: 'opa', origin: 'opa', effect, passed: effect === 'allow', policies: [] },
    repository: `opa/${plainText(mask(event.path ?? 'query')).replace(/^\/+/, '')}`.slice(0, 500),
    latencyMs: typeof nanoseconds === 'number' && nanoseconds > 0 ? nanoseconds / 1e6 : 0,
    revision: `opa ${plainText(revision.sort().join(' '))}`.slice(0, 500),
    actor: actorText({ agent: plainText(event.labels.id ?? '').slice(0, 500), receiver: by.name }),
  };
}

function effectOf(event: OpaEvent): DecisionColumns['effect'] | null {
  const { result } = event;
  if (event.error !== undefined || result === undefined) return 'indeterminate';
  const verdict = typeof result === 'object' && result !== null && 'allow' in result ? result.allow : result;
  return typeof verdict === 'boolean' ? (verdict ? 'allow' : 'deny') : null;
}

const component = z.looseObject({
  active_revision: short.optional(),
  last_successful_activation: z.iso.datetime({ offset: true }).optional(),
  code: short.optional(),
  message: long.optional(),
});

/** What an OPA says of itself; more than this is not kept. */
export const opaStatus = z.object({
  labels: labels.refine(({ id = '' }) => id.length > 0, 'the label `id` names the instance'),
  bundles: z.record(z.string().max(500), component).optional(),
  discovery: component.optional(),
  decision_logs: z.object({ code: short.optional(), message: long.optional() }).optional(),
  plugins: z.record(z.string().max(200), z.looseObject({ state: short.optional() }).nullable()).optional(),
  metrics: z.looseObject({ prometheus: z.record(z.string().max(500), z.unknown()).optional() }).optional(),
});
export type OpaStatus = z.infer<typeof opaStatus>;

/** What of it is kept. */
export function opaStanding({
  labels: named,
  bundles = {},
  discovery,
  decision_logs,
  plugins = {},
  metrics,
}: OpaStatus) {
  const parts = discovery === undefined ? bundles : { ...bundles, discovery };
  return {
    labels: named,
    bundles: Object.entries(parts).map(([name, { active_revision, last_successful_activation, code, message }]) => ({
      name,
      revision: active_revision ?? null,
      activatedAt: last_successful_activation ?? null,
      problem: problemOf({ code, message }),
    })),
    logProblem: problemOf(decision_logs ?? {}),
    notReady: Object.entries(plugins)
      .filter(([, plugin]) => plugin !== null && plugin.state !== 'OK')
      .map(([name, plugin]) => `${name}: ${plugin?.state ?? 'unknown'}`),
    dropped: droppedIn(metrics?.prometheus ?? {}),
  };
}

function problemOf({ code, message }: { readonly code?: string | undefined; readonly message?: string | undefined }) {
  return code === undefined && message === undefined ? null : (message ?? code ?? '').slice(0, 2_000);
}

/** Events that the OPA itself has thrown away: those are in no log. */
function droppedIn(figures: Readonly<Record<string, unknown>>): number {
  return Object.entries(figures)
    .filter(([name]) => name.startsWith('counter_decision_logs_dropped'))
    .reduce((sum, [, value]) => sum + (typeof value === 'number' ? value : 0), 0);
}
