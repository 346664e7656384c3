// Walking through a recorded evaluation: where a step leads, forwards and backwards, and where it stops.
import type { RecordAnswer, RecordedRange } from '../../server/protocol.ts';

/** A recorded evaluation. */
export type Recorded = Extract<RecordAnswer, { readonly kind: 'recorded' }>;

/** `over`: what is in the parts is not looked at; `out`: on to what holds this part. */
export type Motion = 'in' | 'over' | 'out' | 'back';

/** A breakpoint as an editor sets it. Lines and columns count from 0; without a column the whole line is meant. */
export interface Breakpoint {
  readonly line: number;
  readonly column: number | null;
  /** CEL that must be true where it stops; empty for always. */
  readonly condition: string;
}

/** The step that a motion leads to; null where the evaluation ends before. */
export function moved({ steps, nodes }: Recorded, from: number, motion: Motion): number | null {
  if (motion === 'back') return Math.max(0, from - 1);
  const here = steps[from];
  if (here === undefined) return null;
  const depth = depthOf(nodes, here.node) - (motion === 'out' ? 1 : 0);
  for (let at = from + 1; at < steps.length; at++) {
    const step = steps[at];
    if (step === undefined) return null;
    if (motion === 'in' || step.resource !== here.resource || depthOf(nodes, step.node) <= depth) return at;
  }
  return null;
}

/** The nodes that hold a node, the closest first, the node itself before them. */
export function chainOf(nodes: readonly RecordedRange[], node: number): readonly RecordedRange[] {
  const chain: RecordedRange[] = [];
  for (let at: number | null = node; at !== null; at = nodes[at]?.parent ?? null) {
    const one = nodes[at];
    if (one === undefined) break;
    chain.push(one);
  }
  return chain;
}

function depthOf(nodes: readonly RecordedRange[], node: number): number {
  return chainOf(nodes, node).length;
}

/**
 * The node that a breakpoint stops at, when it has its value: the outermost that begins on its line, or at its column. Null
 * where no part of the policy's expressions begins that was evaluated.
 */
export function nodeFor({ nodes }: Recorded, { line, column }: Breakpoint): number | null {
  let best: number | null = null;
  for (const [index, node] of nodes.entries()) {
    if (node.start.line !== line || (column !== null && node.start.character !== column)) continue;
    if (best === null || depthOf(nodes, index) < depthOf(nodes, best)) best = index;
  }
  return best;
}

/** The steps at which a rule breaks: of each resource that has an error for a verdict, the part that it came from. */
export function breaksOf({ steps, nodes }: Recorded): ReadonlySet<number> {
  const breaks = new Set<number>();
  for (const [at, step] of steps.entries())
    if (isError(step) && steps[at + 1]?.resource !== step.resource) breaks.add(originOf(steps, nodes, at));
  return breaks;
}

/** From an error to the part that gave it. An error that `&&` or `||` took up leads nowhere. */
function originOf(steps: Recorded['steps'], nodes: Recorded['nodes'], from: number): number {
  let at = from;
  for (let before = at - 1; before >= 0 && steps[before]?.resource === steps[from]?.resource; before--) {
    const step = steps[before];
    if (step !== undefined && isError(step) && nodes[step.node]?.parent === steps[at]?.node) at = before;
  }
  return at;
}

function isError({ value }: Recorded['steps'][number]): boolean {
  return value.startsWith('error: ');
}

interface Stops {
  readonly from: number;
  readonly way: 1 | -1;
  readonly nodes: ReadonlySet<number>;
  readonly breaks: ReadonlySet<number>;
}

/** The steps at which one of the nodes gets its value, and those at which a rule breaks, from a step on. */
export function* stopsFrom({ steps }: Recorded, { from, way, nodes, breaks }: Stops): Generator<number> {
  for (let at = from + way; at >= 0 && at < steps.length; at += way)
    if (breaks.has(at) || nodes.has(steps[at]?.node ?? -1)) yield at;
}
