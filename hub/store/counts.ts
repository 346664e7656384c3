/** What entries add to figures, the same for both databases: by the hour, by the minute, and what is met for the first time. */
import { actorText } from './actor.ts';
import { latencyClassOf } from './latency.ts';
import type { NewEntry } from './store.ts';
import type { Tables } from './tables.ts';

export interface Counts {
  readonly gates: readonly Count<'gate_hour'>[];
  readonly policies: readonly Count<'policy_hour'>[];
  readonly revisions: readonly Count<'revision_minute'>[];
  readonly actors: readonly Count<'actor_hour'>[];
  readonly sights: readonly Count<'first_seen'>[];
}

export type Count<Table extends keyof Tables> = Omit<Tables[Table], 'tenant'>;

/** That something was seen again is written down once in this time. */
export const sightMs = 86_400_000;

const hourMs = 3_600_000;
const minuteMs = 60_000;

export function countsOf(entries: readonly NewEntry[]): Counts {
  const tallies = newTallies();
  for (const entry of entries) addEntry(tallies, entry);
  return rowsIn(tallies);
}

export function sumOf(all: readonly Counts[]): Counts {
  const tallies = newTallies();
  for (const counts of all) {
    for (const row of counts.gates) tallies.gates.add(row);
    for (const row of counts.policies) tallies.policies.add(row);
    for (const row of counts.revisions) tallies.revisions.add(row);
    for (const row of counts.actors) tallies.actors.add(row);
    for (const row of counts.sights) tallies.sights.add(row);
  }
  return rowsIn(tallies);
}

type Tallies = { readonly [Name in keyof Counts]: Tally<Counts[Name][number]> };

function addEntry({ gates, policies, revisions, actors, sights }: Tallies, entry: NewEntry): void {
  const { id, at, received, device, decision } = entry;
  if (decision === null) return;
  const hour = at - (at % hourMs);
  const { gate, effect, repository, revision, latencyMs } = decision;
  gates.add({ hour, gate, effect, repository, decisions: 1, latency_ms: latencyMs });
  revisions.add({ minute: at - (at % minuteMs), revision, effect, latency: latencyClassOf(latencyMs), decisions: 1 });
  const seen = { record: id, at: received, seen_at: received };
  sights.add({ name: 'gate', subject: gate, value: '', ...seen });
  for (const { policy, enforcement, findings, excepted } of decision.policies) {
    policies.add({ hour, policy, repository, enforcement, findings, excepted });
    sights.add({ name: 'policy', subject: policy, value: '', ...seen });
  }
  const actor = decision.actor ?? (device === null ? null : actorText({ device }));
  if (actor === null) return;
  actors.add({ hour, actor, gate, effect, decisions: 1, last: id });
  sights.add({ name: 'repository', subject: actor, value: repository, ...seen });
}

function newTallies(): Tallies {
  return {
    gates: tally(
      ({ hour, gate, effect, repository }) => `${hour}\0${gate}\0${effect}\0${repository}`,
      (sum, { decisions, latency_ms }) => {
        sum.decisions += decisions;
        sum.latency_ms += latency_ms;
      },
    ),
    policies: tally(
      ({ hour, policy, repository, enforcement }) => `${hour}\0${policy}\0${repository}\0${enforcement}`,
      (sum, { findings, excepted }) => {
        sum.findings += findings;
        sum.excepted += excepted;
      },
    ),
    revisions: tally(
      ({ minute, revision, effect, latency }) => `${minute}\0${revision}\0${effect}\0${latency}`,
      (sum, { decisions }) => {
        sum.decisions += decisions;
      },
    ),
    actors: tally(
      ({ hour, actor, gate, effect }) => `${hour}\0${actor}\0${gate}\0${effect}`,
      (sum, { decisions, last }) => {
        sum.decisions += decisions;
        if (last > sum.last) sum.last = last;
      },
    ),
    sights: tally(
      ({ name, subject, value }) => `${name}\0${subject}\0${value}`,
      (first, { seen_at }) => {
        first.seen_at = Math.max(first.seen_at, seen_at);
      },
    ),
  };
}

interface Tally<Row> {
  add(row: Row): void;
  /** In the order of their keys, so that two writers never wait for each other crosswise. */
  rows(): readonly Row[];
}

function tally<Row>(
  keyOf: (row: Row) => string,
  addTo: (sum: { -readonly [Key in keyof Row]: Row[Key] }, row: Row) => void,
): Tally<Row> {
  const sums = new Map<string, Row>();
  return {
    add(row) {
      const key = keyOf(row);
      const sum = sums.get(key);
      if (sum === undefined) sums.set(key, { ...row });
      else addTo(sum, row);
    },
    rows: () => [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row),
  };
}

function rowsIn({ gates, policies, revisions, actors, sights }: Tallies): Counts {
  return {
    ...{ gates: gates.rows(), policies: policies.rows(), revisions: revisions.rows() },
    ...{ actors: actors.rows(), sights: sights.rows() },
  };
}
