/** What an appendix comes to in rows, the same for both databases. */
import { hashBytes, type TreeNode, tileOf, tileWidth } from '../../engine/index.ts';
import type { NewEntry, TilePiece } from './store.ts';
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

export interface HourRows {
  readonly gates: readonly Tables['gate_hour'][];
  readonly policies: readonly Tables['policy_hour'][];
  readonly revisions: readonly Tables['revision_minute'][];
}

type Counted<Row> = { -readonly [Key in keyof Row]: Row[Key] };

/** What new entries add to the figures of each hour, and of each minute where a rollout is looked after. */
export function hourRows(tenant: number, entries: readonly NewEntry[]): HourRows {
  const gates = new Map<string, Counted<Tables['gate_hour']>>();
  const policies = new Map<string, Counted<Tables['policy_hour']>>();
  const revisions = new Map<string, Counted<Tables['revision_minute']>>();
  for (const { at, decision } of entries) {
    if (decision === null) continue;
    const hour = at - (at % hourMs);
    const { gate, effect, repository, revision } = decision;
    const gateRow = rowOf(gates, `${hour}\0${gate}\0${effect}\0${repository}`, () => ({
      ...{ tenant, hour, gate, effect, repository },
      ...{ decisions: 0, latency_ms: 0 },
    }));
    gateRow.decisions++;
    gateRow.latency_ms += decision.latencyMs;
    const minute = at - (at % minuteMs);
    rowOf(revisions, `${minute}\0${revision}\0${effect}`, () => ({ tenant, minute, revision, effect, decisions: 0 }))
      .decisions++;
    for (const { policy, enforcement, findings, excepted } of decision.policies) {
      const policyRow = rowOf(policies, `${hour}\0${policy}\0${repository}\0${enforcement}`, () => ({
        ...{ tenant, hour, policy, repository, enforcement },
        ...{ findings: 0, excepted: 0 },
      }));
      policyRow.findings += findings;
      policyRow.excepted += excepted;
    }
  }
  // In the order of their keys, so that two writers never wait for each other crosswise.
  return { gates: sorted(gates), policies: sorted(policies), revisions: sorted(revisions) };
}

function rowOf<Row>(rows: Map<string, Row>, key: string, empty: () => Row): Row {
  const row = rows.get(key) ?? empty();
  rows.set(key, row);
  return row;
}

function sorted<Row>(rows: ReadonlyMap<string, Row>): readonly Row[] {
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
