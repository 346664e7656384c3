/** What an appendix comes to in rows, the same for both databases. */
import { hashBytes, type TreeNode, tileOf, tileWidth } from '../../engine/index.ts';
import type { NewEntry, TilePiece } from './store.ts';
import type { Tables } from './tables.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** The same nodes as runs of hashes, each within one tile. */
export function tilePieces(nodes: readonly TreeNode[]): readonly (TilePiece & { readonly offset: number })[] {
  const runs = new Map<string, { level: number; index: number; offset: number; hashes: Uint8Array[] }>();
  for (const node of nodes) {
    const { level, index } = tileOf(node);
    const key = `${level}/${index}`;
    const run = runs.get(key);
    if (run === undefined) {
      runs.set(key, { level, index, offset: (node.index % tileWidth) * hashBytes, hashes: [node.hash] });
    } else run.hashes.push(node.hash);
  }
  return [...runs.values()].map((run) => ({ ...run, hashes: Buffer.concat(run.hashes) }));
}

export interface HourRows {
  readonly gates: readonly Tables['gate_hour'][];
  readonly policies: readonly Tables['policy_hour'][];
  readonly revisions: readonly Tables['revision_minute'][];
}

/** What new entries add to the figures of each hour, and of each minute where a rollout is looked after. */
export function hourRows(tenant: number, entries: readonly NewEntry[]): HourRows {
  const gates = new Map<string, Tables['gate_hour']>();
  const policies = new Map<string, Tables['policy_hour']>();
  const revisions = new Map<string, Tables['revision_minute']>();
  for (const { at, decision } of entries) {
    if (decision === null) continue;
    const hour = at - (at % hourMs);
    const { gate, effect, repository, revision } = decision;
    add(gates, [hour, gate, effect, repository], (row) => ({
      ...{ tenant, hour, gate, effect, repository },
      decisions: (row?.decisions ?? 0) + 1,
      latency_ms: (row?.latency_ms ?? 0) + decision.latencyMs,
    }));
    const minute = at - (at % minuteMs);
    add(revisions, [minute, revision, effect], (row) => ({
      ...{ tenant, minute, revision, effect },
      decisions: (row?.decisions ?? 0) + 1,
    }));
    for (const { policy, enforcement, findings, excepted } of decision.policies) {
      add(policies, [hour, policy, repository, enforcement], (row) => ({
        ...{ tenant, hour, policy, repository, enforcement },
        findings: (row?.findings ?? 0) + findings,
        excepted: (row?.excepted ?? 0) + excepted,
      }));
    }
  }
  // In the order of their keys, so that two writers never wait for each other crosswise.
  return { gates: sorted(gates), policies: sorted(policies), revisions: sorted(revisions) };
}

function add<Row>(rows: Map<string, Row>, key: readonly unknown[], next: (row: Row | undefined) => Row): void {
  const text = key.join('\0');
  rows.set(text, next(rows.get(text)));
}

function sorted<Row>(rows: ReadonlyMap<string, Row>): readonly Row[] {
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
