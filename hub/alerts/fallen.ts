/** What reports far less than it usually does in a day, though it is still heard of: devices, and repositories. */
import { setImmediate as giveWay } from 'node:timers/promises';
import { actorOf } from '../store/actor.ts';
import type { Alert } from '../store/query/alert.ts';
import { type DailyMeasure, dailyMeasures } from '../store/query/day.ts';
import type { Anomaly, Watch } from './anomaly.ts';
import { dayMs, days, type Figures, fallen, hourMs, isSteady } from './baseline.ts';

/** What steady sources counted in the days that end with an hour: that does not change within the hour. */
export interface UsualDays {
  /** The millisecond after the last of the days that are compared with. */
  readonly end: number;
  readonly sources: readonly SteadySource[];
}

interface SteadySource {
  readonly measure: DailyMeasure;
  readonly subject: string;
  /** The day before first. */
  readonly samples: readonly number[];
}

const aWeekBefore = 6;
const maxTold = 20;
const maxRecords = 5;

/** Counts of the last 24 hours that fell. */
export async function fallenCounts(watch: Watch): Promise<readonly Anomaly[]> {
  const { store, tenant, now } = watch;
  const since = now - (now % hourMs) - dayMs;
  const sources = await steadySources(watch, since);
  const found: Fall[] = [];
  for (const measure of dailyMeasures) {
    const steady = sources.filter((source) => source.measure === measure);
    if (steady.length === 0) continue;
    const counted = await store.dailyCounts(tenant, { measure, from: since, to: Number.MAX_SAFE_INTEGER });
    for (const source of steady) {
      const figures = fallen(counted.get(source.subject) ?? 0, source.samples);
      if (figures !== null && isTold(watch, source, figures)) found.push({ ...source, figures });
    }
  }
  const heard = await stillHeard(watch, found, since);
  return Promise.all(heard.slice(0, maxTold).map((fall) => anomalyOf(watch, fall, since)));
}

interface Fall extends SteadySource {
  readonly figures: Figures;
}

/** Sources whose days are even enough for a fall to be seen. */
async function steadySources({ store, tenant, samples }: Watch, end: number): Promise<readonly SteadySource[]> {
  const known = samples.days.get(tenant);
  if (known?.end === end) return known.sources;
  const sources: SteadySource[] = [];
  for (const measure of dailyMeasures) {
    const counts = new Map<string, number[]>();
    for (let day = 0; day < days; day++) {
      // SQLite answers at once, and whoever sends decisions waits meanwhile.
      await giveWay();
      const to = end - day * dayMs;
      for (const [subject, count] of await store.dailyCounts(tenant, { measure, from: to - dayMs, to })) {
        const series = counts.get(subject) ?? [];
        // Days without anything have no row; those before the first count are not known, and are no zeros.
        while (series.length < day) series.push(0);
        series.push(count);
        counts.set(subject, series);
      }
    }
    for (const [subject, counted] of counts)
      if (isSteady(counted)) sources.push({ measure, subject, samples: counted });
  }
  samples.days.set(tenant, { end, sources });
  return sources;
}

/** Who is quiet on the same day of each week is not told of then; what was told, holds until it is heard again. */
function isTold({ standing }: Watch, { measure, subject, samples }: SteadySource, { threshold }: Figures): boolean {
  if ((samples[aWeekBefore] ?? 0) >= threshold) return true;
  const labels = Object.entries(labelsOf(measure, subject));
  const isSame = (alert: Alert) => labels.every(([name, value]) => alert.labels[name] === value);
  return standing.some((alert) => alert.kind === 'fallenCount' && alert.resolvedAt === null && isSame(alert));
}

/** Those of which a device was heard within the day: whoever is away decides nothing either. */
async function stillHeard({ store, tenant }: Watch, falls: readonly Fall[], since: number): Promise<readonly Fall[]> {
  if (falls.length === 0) return [];
  const repositories = falls.filter(({ measure }) => measure === 'repositoryDecisions').map(({ subject }) => subject);
  const [devices, active] = await Promise.all([
    store.heardDevices(tenant, since),
    store.actorsIn(tenant, { repositories, since: since - days * dayMs }),
  ]);
  return falls.filter(({ measure, subject }) =>
    measure === 'deviceDecisions'
      ? devices.has(deviceIn(subject))
      : (active.get(subject) ?? []).some((actor) => devices.has(deviceIn(actor))),
  );
}

async function anomalyOf({ store, tenant }: Watch, fall: Fall, since: number): Promise<Anomaly> {
  const { measure, subject, figures } = fall;
  const labels = labelsOf(measure, subject);
  const newest = await store.search(tenant, { ...labels, kind: 'decision', limit: maxRecords });
  return {
    labels: { ...labels, measure },
    summary: summaryOf(fall),
    records: newest.map(({ id }) => id),
    figures: { ...figures, measure, hour: since },
  };
}

function summaryOf({ measure, subject, figures: { observed, median, mad, threshold, samples } }: Fall): string {
  const where = measure === 'deviceDecisions' ? `of device ${deviceIn(subject)}` : `in ${subject}`;
  const heard =
    measure === 'deviceDecisions' ? 'it is still heard of' : 'devices that decided there are still heard of';
  return `${observed} decisions ${where} within 24 hours, and ${heard}; in ${samples.length} such days before the median was ${median} and the MAD ${mad}, so that fewer than ${threshold.toFixed(1)} stand out`;
}

function labelsOf(
  measure: DailyMeasure,
  subject: string,
): { readonly device: string } | { readonly repository: string } {
  return measure === 'deviceDecisions' ? { device: deviceIn(subject) } : { repository: subject };
}

/** Jobs and agents have no device: nobody knows whether they are still there. */
function deviceIn(actor: string): string {
  const read = actorOf(actor);
  return 'device' in read ? read.device : '';
}
