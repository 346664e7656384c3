/** What is not as it usually is: counts of an hour against the same hour of the days before, and what was never met until now. */
import { type Actor, actorOf, wordsOfActor } from '../store/actor.ts';
import type { Alert } from '../store/query/alert.ts';
import { type HourlyCount, type Measure, measures } from '../store/query/baseline.ts';
import type { DailyMeasure } from '../store/query/day.ts';
import type { DecisionQuery, ListedRow } from '../store/query/search.ts';
import type { Store } from '../store/store.ts';
import { dayMs, days, distanceOf, type Figures, fewestObserved, hourMs, unusual } from './baseline.ts';
import type { UsualDays } from './fallen.ts';

export interface AnomalyFigures extends Figures {
  readonly measure: Measure | DailyMeasure;
  /** The first millisecond of the hour, or of the day that ends now. */
  readonly hour: number;
}

export interface Anomaly {
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly records: readonly string[];
  readonly figures: AnomalyFigures;
}

export interface Watch {
  readonly store: Store;
  readonly tenant: number;
  readonly now: number;
  /** What stands already: whose records are named, is not looked up again. */
  readonly standing: readonly Alert[];
  readonly samples: Samples;
}

/** What was counted in the days before, since the same hours are looked at again and again. */
export interface Samples {
  /** By series and hour. */
  readonly hours: Map<string, readonly number[]>;
  /** By tenant. */
  readonly days: Map<number, UsualDays>;
}

export function noSamples(): Samples {
  return { hours: new Map(), days: new Map() };
}

/** Busy hours that are compared, of each measure. */
const maxCompared = 500;
/** Series of which the days before are remembered. */
const maxSamples = 10_000;
/** Anomalies that are told; those that stand out most. */
const maxTold = 20;
const maxRecords = 5;
const maxLooked = 50;
/** An actor that is not known for so long is met for the first time everywhere. */
const learningMs = 14 * dayMs;

/** Counts that stand out within the last day. */
export async function unusualCounts(watch: Watch): Promise<readonly Anomaly[]> {
  const found = (await Promise.all(measures.map((measure) => outliers(watch, measure)))).flat();
  const most = mostUnusual(found).slice(0, maxTold);
  return Promise.all(most.map((outlier) => anomalyOf(watch, outlier)));
}

/** Repositories in which an actor decided for the first time within a day. */
export async function newRepositories({
  store,
  tenant,
  now,
  limit,
}: Omit<Watch, 'standing' | 'samples'> & { readonly limit: number }): Promise<readonly Omit<Anomaly, 'figures'>[]> {
  const seen = await store.newRepositories(tenant, { since: now - dayMs, knownBefore: now - learningMs, limit });
  return seen.map(({ actor: text, repository, record }) => {
    const actor = actorOf(text);
    const summary = `${wordsOfActor(actor)} decides in ${repository} for the first time`;
    return { labels: { ...actor, repository }, summary, records: [record] };
  });
}

interface Outlier extends HourlyCount {
  readonly figures: AnomalyFigures & { readonly measure: Measure };
}

async function outliers(watch: Watch, measure: Measure): Promise<readonly Outlier[]> {
  const { store, tenant, now } = watch;
  const since = now - (now % hourMs) - dayMs + hourMs;
  const busy = await store.busyHours(tenant, { measure, since, least: fewestObserved, limit: maxCompared });
  const found: Outlier[] = [];
  for (const hour of new Set(busy.map((count) => count.hour))) {
    const counts = busy.filter((count) => count.hour === hour);
    found.push(...(await outliersOf(watch, { measure, hour, counts })));
  }
  return found;
}

/** Of the counts of one hour those that stand out. */
async function outliersOf(watch: Watch, about: CountedHour): Promise<readonly Outlier[]> {
  const { measure, hour, counts } = about;
  await learn(watch, about);
  return counts.flatMap((count) => {
    const figures = unusual(count.count, watch.samples.hours.get(seriesOf(watch, measure, count)) ?? []);
    return figures === null ? [] : [{ ...count, figures: { ...figures, measure, hour } }];
  });
}

interface CountedHour {
  readonly measure: Measure;
  readonly hour: number;
  readonly counts: readonly HourlyCount[];
}

/** Reads what was counted in that hour of the days before, of series of which it is not known yet. */
async function learn(watch: Watch, { measure, hour, counts }: CountedHour): Promise<void> {
  const {
    store,
    tenant,
    now,
    samples: { hours: samples },
  } = watch;
  const unknown = counts.filter((count) => !samples.has(seriesOf(watch, measure, count)));
  const subjects = [...new Set(unknown.map(({ subject }) => subject))];
  const hours = Array.from({ length: days }, (_, day) => hour - (day + 1) * dayMs);
  const [since, before] = await Promise.all([
    store.knownSince(tenant, measure, subjects),
    store.hourlyCounts(tenant, { measure, hours, subjects }),
  ]);
  const counted = new Map(before.map((each) => [keyOf(each), each.count]));
  for (const count of unknown) {
    const known = hours.filter((each) => each >= (since.get(count.subject) ?? now));
    if (samples.size >= maxSamples) samples.delete(samples.keys().next().value!);
    const sample = known.map((each) => counted.get(keyOf({ ...count, hour: each })) ?? 0);
    samples.set(seriesOf(watch, measure, count), sample);
  }
}

function seriesOf({ tenant }: Watch, measure: Measure, count: HourlyCount): string {
  return `${tenant}\0${measure}\0${keyOf(count)}`;
}

/** Of each series the hour that stands out most. */
function mostUnusual(outliers: readonly Outlier[]): readonly Outlier[] {
  const sorted = outliers.toSorted((a, b) => distanceOf(b.figures) - distanceOf(a.figures));
  const series = new Map<string, Outlier>();
  for (const outlier of sorted) {
    const key = keyOf({ ...outlier, subject: `${outlier.figures.measure} ${outlier.subject}`, hour: 0 });
    if (!series.has(key)) series.set(key, outlier);
  }
  return [...series.values()];
}

function keyOf({ hour, subject, gate }: Pick<HourlyCount, 'hour' | 'subject' | 'gate'>): string {
  return `${hour}\0${gate}\0${subject}`;
}

async function anomalyOf(watch: Watch, outlier: Outlier): Promise<Anomaly> {
  const { figures } = outlier;
  const [labels, summary] = [labelsOf(outlier), summaryOf(outlier)];
  const known = watch.standing.find((alert) => alert.resolvedAt === null && alert.summary === summary);
  const records = known?.records ?? (await recordsOf(watch, outlier));
  return { labels, summary, records, figures };
}

function labelsOf({ subject, gate, figures: { measure } }: Outlier): Anomaly['labels'] {
  switch (measure) {
    case 'actorDecisions':
    case 'actorRefusals':
      return { ...actorOf(subject), gate, measure };
    case 'policyFindings':
      return { policy: subject, measure };
    case 'gateRefusals':
      return { gate: subject, measure };
  }
}

function summaryOf({
  subject,
  gate,
  hour,
  figures: { measure, observed, median, mad, threshold, samples },
}: Outlier): string {
  const what = {
    actorDecisions: () => `${observed} decisions at ${gate} by ${wordsOfActor(actorOf(subject))}`,
    actorRefusals: () => `${observed} refusals at ${gate} of ${wordsOfActor(actorOf(subject))}`,
    policyFindings: () => `${observed} findings of ${subject}`,
    gateRefusals: () => `${observed} refusals at ${subject}`,
  }[measure]();
  const when = new Date(hour).toISOString().slice(0, 13).replace('T', ' at ');
  return `${what} in the hour of ${when}:00 UTC; in that hour of ${samples.length} days before the median was ${median} and the MAD ${mad}, so that more than ${threshold.toFixed(1)} stand out`;
}

async function recordsOf({ store, tenant }: Watch, outlier: Outlier): Promise<readonly string[]> {
  const { subject, gate, hour, figures } = outlier;
  const within = { from: hour, to: hour + hourMs };
  const refused = figures.measure === 'actorRefusals' || figures.measure === 'gateRefusals' ? { effect: 'deny' } : {};
  const find = (query: Omit<DecisionQuery, 'limit'>, limit: number) =>
    store.search(tenant, { ...query, ...within, ...refused, limit });
  if (figures.measure === 'policyFindings') return idsOf(await find({ policy: subject }, maxRecords));
  if (figures.measure === 'gateRefusals') return idsOf(await find({ gate: subject }, maxRecords));
  const actor = actorOf(subject);
  if ('device' in actor) return idsOf(await find({ device: actor.device, gate }, maxRecords));
  // Jobs and agents have no key of their own: their newest decision says in which repository to look.
  const newest = await store.newestOfHour(tenant, { hour, actor: subject });
  const record = newest === null ? null : await store.record(tenant, newest);
  if (record === null || record.repository === null) return newest === null ? [] : [newest];
  const rows = await find({ repository: record.repository, gate }, maxLooked);
  return idsOf(rows.filter((row) => isBy(row, actor))).slice(0, maxRecords);
}

function isBy({ body }: ListedRow, actor: Exclude<Actor, { device: string }>): boolean {
  if (body === null) return false;
  const { job, receiver, event } = JSON.parse(body) as Body;
  return 'subject' in actor
    ? job?.issuer === actor.issuer && job.subject === actor.subject
    : receiver?.name === actor.receiver && event?.labels.id === actor.agent;
}

/** What a record of a job, or of an agent of OPA, says of who made it. */
interface Body {
  readonly job?: { readonly issuer: string; readonly subject: string };
  readonly receiver?: { readonly name: string };
  readonly event?: { readonly labels: Readonly<Record<string, string>> };
}

function idsOf(rows: readonly ListedRow[]): readonly string[] {
  return rows.map(({ id }) => id);
}
