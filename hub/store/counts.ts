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
/** No gate takes so long: what a device says beyond it would make every sum that it is part of worth nothing, or overflow. */
const maxLatencyMs = hourMs;

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
  gates.add({ hour, gate, effect, repository, decisions: 1, latency_ms: Math.min(latencyMs, maxLatencyMs) });
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
    gates: tally(['hour', 'gate', 'effect', 'repository'], (sum, { decisions, latency_ms }) => {
      sum.decisions += decisions;
      sum.latency_ms += latency_ms;
    }),
    policies: tally(['hour', 'policy', 'repository', 'enforcement'], (sum, { findings, excepted }) => {
      sum.findings += findings;
      sum.excepted += excepted;
    }),
    revisions: tally(['minute', 'revision', 'effect', 'latency'], (sum, { decisions }) => {
      sum.decisions += decisions;
    }),
    actors: tally(['hour', 'actor', 'gate', 'effect'], (sum, { decisions, last }) => {
      sum.decisions += decisions;
      if (last > sum.last) sum.last = last;
    }),
    sights: tally(['name', 'subject', 'value'], (first, { seen_at }) => {
      first.seen_at = Math.max(first.seen_at, seen_at);
    }),
  };
}

interface Tally<Row> {
  add(row: Row): void;
  /** In the order of their keys, so that two writers never wait for each other crosswise. */
  rows(): readonly Row[];
}

type Branch<Row> = Map<unknown, Branch<Row> | Row>;

/** A map in a map for each column of the key: for each decision a text would have to be made of them otherwise. */
function tally<Row extends object>(
  key: readonly (keyof Row)[],
  addTo: (sum: { -readonly [Column in keyof Row]: Row[Column] }, row: Row) => void,
): Tally<Row> {
  const root: Branch<Row> = new Map();
  const sums: Row[] = [];
  const last = key.at(-1)!;
  const branchOf = (row: Row): Branch<Row> => {
    let branch = root;
    for (let at = 0; at < key.length - 1; at++) {
      const value = row[key[at]!];
      let next = branch.get(value) as Branch<Row> | undefined;
      if (next === undefined) {
        next = new Map();
        branch.set(value, next);
      }
      branch = next;
    }
    return branch;
  };
  return {
    add(row) {
      const branch = branchOf(row);
      const sum = branch.get(row[last]) as Row | undefined;
      if (sum !== undefined) return addTo(sum, row);
      const first = { ...row };
      branch.set(row[last], first);
      sums.push(first);
    },
    rows: () => sums.sort((one, other) => order(one, other, key)),
  };
}

function order<Row>(one: Row, other: Row, key: readonly (keyof Row)[]): number {
  for (const column of key) {
    if (one[column] < other[column]) return -1;
    if (one[column] > other[column]) return 1;
  }
  return 0;
}

function rowsIn({ gates, policies, revisions, actors, sights }: Tallies): Counts {
  return {
    ...{ gates: gates.rows(), policies: policies.rows(), revisions: revisions.rows() },
    ...{ actors: actors.rows(), sights: sights.rows() },
  };
}
