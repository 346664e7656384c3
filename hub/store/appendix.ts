/** What an appendix comes to in rows, the same for both databases. */
import { hashBytes, type TreeNode, tileOf, tileWidth } from '../../engine/index.ts';
import { latencyClassOf } from './latency.ts';
import { type SealedRun, sealRuns, spanOf } from './run.ts';
import type { Appendix, NewEntry, SealedEntries, TilePiece } from './store.ts';
import type { Tables } from './tables.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** The same nodes as runs of hashes, each within one tile. */
export function tilePieces(nodes: readonly TreeNode[]): readonly (TilePiece & { readonly offset: number })[] {
  const runs = new Map<number, { level: number; index: number; offset: number; hashes: Uint8Array[] }[]>();
  for (const node of nodes) {
    const { level, index } = tileOf(node);
    const ofLevel = runs.get(level) ?? [];
    runs.set(level, ofLevel);
    const run = ofLevel.at(-1);
    // The nodes of a level come in order, so that a tile's are one after the other.
    if (run?.index === index) run.hashes.push(node.hash);
    else ofLevel.push({ level, index, offset: (node.index % tileWidth) * hashBytes, hashes: [node.hash] });
  }
  return [...runs.values()].flat().map((run) => ({ ...run, hashes: Buffer.concat(run.hashes) }));
}

/** What entries add to the figures of each hour, and of each minute where a rollout is looked after. */
export interface Counts {
  readonly gates: readonly Count<'gate_hour'>[];
  readonly policies: readonly Count<'policy_hour'>[];
  readonly revisions: readonly Count<'revision_minute'>[];
}

type Count<Table extends keyof Tables> = Omit<Tables[Table], 'tenant'>;
type Counted<Row> = { -readonly [Key in keyof Row]: Row[Key] };

/** Entries as they are stored. */
export function seal(entries: readonly NewEntry[]): SealedEntries {
  return {
    ids: entries.map(({ id }) => id),
    leafHashes: entries.map(({ leafHash }) => leafHash),
    runs: sealRuns(entries),
    counts: countsOf(entries),
  };
}

/** All that an appendix adds, its runs at their places. */
export function rowsOf({ parts, frontier }: Pick<Appendix<unknown>, 'parts' | 'frontier'>): AppendixRows {
  const sealed = parts.map((part) => (part.kind === 'sealed' ? part.sealed : seal(part.entries)));
  const ids = sealed.flatMap((each) => each.ids);
  const first = frontier.size - ids.length;
  let next = first;
  const runs = sealed
    .flatMap((each) => each.runs)
    .map((run) => {
      const begin = next;
      next += run.size;
      return { begin, ...run };
    });
  return { first, ids, runs, counts: sumOf(sealed.map(({ counts }) => counts)), keys: spanKeys(runs) };
}

/** How many records of each span have a key. */
export function spanKeys(runs: readonly Pick<SealedRun, 'newest' | 'keys'>[]): AppendixRows['keys'] {
  const all = new Map<string, Counted<Count<'record_key'>>>();
  for (const { newest, keys } of runs) {
    const span = spanOf(newest);
    for (const { records, ...key } of keys) {
      const sum = rowOf(all, `${span}\0${key.name}\0${key.value}\0${key.effect}`, () => ({ span, ...key, records: 0 }));
      sum.records += records;
    }
  }
  return sorted(all);
}

export interface AppendixRows {
  /** Index of the first entry. */
  readonly first: number;
  readonly ids: readonly string[];
  readonly runs: readonly (SealedRun & { readonly begin: number })[];
  readonly counts: Counts;
  readonly keys: readonly Count<'record_key'>[];
}

function countsOf(entries: readonly NewEntry[]): Counts {
  const [gates, policies, revisions] = [tally<'gate_hour'>(), tally<'policy_hour'>(), tally<'revision_minute'>()];
  for (const { at, decision } of entries) {
    if (decision === null) continue;
    const hour = at - (at % hourMs);
    const { gate, effect, repository, revision, latencyMs } = decision;
    const gateRow = rowOf(gates, `${hour}\0${gate}\0${effect}\0${repository}`, () => ({
      ...{ hour, gate, effect, repository, decisions: 0, latency_ms: 0 },
    }));
    gateRow.decisions++;
    gateRow.latency_ms += latencyMs;
    const minute = at - (at % minuteMs);
    const latency = latencyClassOf(latencyMs);
    rowOf(revisions, `${minute}\0${revision}\0${effect}\0${latency}`, () => ({
      ...{ minute, revision, effect, latency, decisions: 0 },
    })).decisions++;
    for (const { policy, enforcement, findings, excepted } of decision.policies) {
      const policyRow = rowOf(policies, `${hour}\0${policy}\0${repository}\0${enforcement}`, () => ({
        ...{ hour, policy, repository, enforcement, findings: 0, excepted: 0 },
      }));
      policyRow.findings += findings;
      policyRow.excepted += excepted;
    }
  }
  return { gates: [...gates.values()], policies: [...policies.values()], revisions: [...revisions.values()] };
}

/** In the order of their keys, so that two writers never wait for each other crosswise. */
function sumOf(all: readonly Counts[]): Counts {
  const [gates, policies, revisions] = [tally<'gate_hour'>(), tally<'policy_hour'>(), tally<'revision_minute'>()];
  for (const counts of all) {
    for (const row of counts.gates) {
      const key = `${row.hour}\0${row.gate}\0${row.effect}\0${row.repository}`;
      const sum = rowOf(gates, key, () => ({ ...row, decisions: 0, latency_ms: 0 }));
      sum.decisions += row.decisions;
      sum.latency_ms += row.latency_ms;
    }
    for (const row of counts.policies) {
      const key = `${row.hour}\0${row.policy}\0${row.repository}\0${row.enforcement}`;
      const sum = rowOf(policies, key, () => ({ ...row, findings: 0, excepted: 0 }));
      sum.findings += row.findings;
      sum.excepted += row.excepted;
    }
    for (const row of counts.revisions) {
      const key = `${row.minute}\0${row.revision}\0${row.effect}\0${row.latency}`;
      rowOf(revisions, key, () => ({ ...row, decisions: 0 })).decisions += row.decisions;
    }
  }
  return { gates: sorted(gates), policies: sorted(policies), revisions: sorted(revisions) };
}

function tally<Table extends keyof Tables>(): Map<string, Counted<Count<Table>>> {
  return new Map();
}

function rowOf<Row>(rows: Map<string, Row>, key: string, empty: () => Row): Row {
  const row = rows.get(key) ?? empty();
  rows.set(key, row);
  return row;
}

function sorted<Row>(rows: ReadonlyMap<string, Row>): readonly Row[] {
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
