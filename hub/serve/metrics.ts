/** What Prometheus reads: the process's own figures, and those of the caller's tenant. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Sequencer } from '../log/sequencer.ts';
import type { Tenant } from '../store/query/tenant.ts';
import type { Store } from '../store/store.ts';
import type { Traces } from '../traces/exporter.ts';

/** Exceptions that end within this time are counted apart: somebody has to look at them again. */
const soonMs = 14 * 86_400_000;

export interface Measures {
  ingested(tenant: number, kind: string, count: number): void;
  refused(reason: 'busy' | 'forked' | 'outOfOrder' | 'invalid'): void;
  acknowledged(seconds: number): void;
  expose(about: {
    readonly tenant: Tenant;
    readonly store: Store;
    readonly sequencer: Sequencer;
    readonly traces: Traces;
    readonly now: () => number;
  }): Promise<string>;
}

export function createMeasures(): Measures {
  const registers = [new Registry()];
  const [registry] = registers;
  const refusals = new Counter({
    name: 'kerb_ingest_refusals_total',
    help: 'Submissions that were not taken, by reason',
    labelNames: ['reason'],
    registers,
  });
  const acknowledgement = new Histogram({
    name: 'kerb_ingest_ack_seconds',
    help: 'From a submission to its acknowledgement',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5],
    registers,
  });
  const memory = new Gauge({ name: 'kerb_resident_bytes', help: 'Resident memory of this process', registers });
  const waiting = new Gauge({ name: 'kerb_ingest_waiting', help: 'Entries that wait to be committed', registers });
  const ingested = new Map<string, number>();
  return {
    ingested: (tenant, kind, count) => {
      const key = `${tenant} ${kind}`;
      ingested.set(key, (ingested.get(key) ?? 0) + count);
    },
    refused: (reason) => refusals.inc({ reason }),
    acknowledged: (seconds) => acknowledgement.observe(seconds),
    async expose({ tenant, store, sequencer, traces, now }) {
      memory.set(process.memoryUsage.rss());
      waiting.set(sequencer.waiting());
      const own = new Registry();
      const entries = new Counter({
        name: 'kerb_log_entries_total',
        help: 'Entries of this tenant that this process has committed, by kind',
        labelNames: ['kind'],
        registers: [own],
      });
      for (const [key, count] of ingested) {
        const [id, kind = ''] = key.split(' ');
        if (Number(id) === tenant.id) entries.inc({ kind }, count);
      }
      const [missing, exceptions, frontier, checkpoint, alerts] = await Promise.all([
        store.missingDecisions(tenant.id),
        store.exceptionCounts(tenant.id, { now: now(), soon: now() + soonMs }),
        store.frontier(tenant.id),
        store.checkpoint(tenant.id),
        store.alerts(tenant.id),
      ]);
      const holding = alerts.filter(({ resolvedAt }) => resolvedAt === null);
      gauge(own, 'decisions_missing_total', 'Decisions that devices made and that are not here', missing);
      gauge(
        own,
        'kerb_exception_requests_waiting',
        'Requests for exceptions that nobody has decided',
        exceptions.pending,
      );
      gauge(own, 'kerb_exceptions', 'Exceptions in force', exceptions.granted);
      gauge(own, 'kerb_exceptions_ending', 'Exceptions in force that end within 14 days', exceptions.ending);
      gauge(own, 'kerb_alerts', 'Alerts that hold', holding.length);
      gauge(own, 'kerb_trace_spans_dropped', 'Spans that did not get to the collector', traces.dropped());
      gauge(own, 'kerb_log_size', 'Entries of the log', frontier.size);
      gauge(own, 'kerb_checkpoint_size', 'Entries under the newest signed checkpoint', checkpoint?.size ?? 0);
      return `${await registry!.metrics()}\n${await own.metrics()}`;
    },
  };
}

function gauge(registry: Registry, name: string, help: string, value: number): void {
  new Gauge({ name, help, registers: [registry] }).set(value);
}
