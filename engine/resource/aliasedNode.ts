/** Where a value that an alias brings is written: at its anchor. */
import type { Node, PartContent, Path, Value } from '../model.ts';
import { isList, isMap, type Memo } from './adapter.ts';

/** The node that a path leads to, through aliases of maps and lists too; null where there is none. */
export function writtenNode(content: PartContent, path: Path, memo: Memo): Node | null {
  let node = content.root;
  let value: Value | undefined = content.value;
  for (const key of path) {
    node = child(anchored(node, value, content, memo), key);
    value = member(value, key);
  }
  return anchored(node, value, content, memo);
}

/** Whether an alias stands on the way to a path, or at its end. */
export function isBrought({ root }: PartContent, path: Path): boolean {
  let node = root;
  for (const key of path) {
    if (node === null || node.kind === 'scalar') break;
    node = child(node, key);
  }
  return node?.kind === 'scalar' && node.alias === true;
}

/** An alias is the very same object as what its anchor stands at. */
function anchored(node: Node | null, value: Value | undefined, content: PartContent, memo: Memo): Node | null {
  if (node?.kind !== 'scalar' || node.alias !== true) return node;
  if (typeof value !== 'object' || value === null) return null;
  return memo(content, 'anchors', () => nodesByValue(content)).get(value) ?? null;
}

const maxDepth = 100;

function nodesByValue({ root, value }: PartContent): ReadonlyMap<object, Node> {
  const nodes = new Map<object, Node>();
  if (root !== null) collect(root, value, nodes, maxDepth);
  return nodes;
}

function collect(node: Node, value: Value | undefined, nodes: Map<object, Node>, depth: number): void {
  if (node.kind === 'scalar' || depth === 0 || typeof value !== 'object' || value === null) return;
  if (!nodes.has(value)) nodes.set(value, node);
  if (node.kind === 'list') {
    for (const [index, item] of node.items.entries()) collect(item, member(value, index), nodes, depth - 1);
    return;
  }
  for (const entry of node.entries) {
    if (entry.value !== null) collect(entry.value, member(value, entry.key), nodes, depth - 1);
  }
}

function child(node: Node | null, key: string | number): Node | null {
  if (node?.kind === 'list') return typeof key === 'number' ? (node.items[key] ?? null) : null;
  return node?.kind === 'map' ? (node.entries.findLast((entry) => entry.key === key)?.value ?? null) : null;
}

function member(value: Value | undefined, key: string | number): Value | undefined {
  if (isList(value)) return typeof key === 'number' ? value[key] : undefined;
  return isMap(value) ? value[key] : undefined;
}
