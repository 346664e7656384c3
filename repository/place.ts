/** Where a value of a YAML file stands, for problems that only the disk tells. */
import { createLines, type Node, type Position, readDocument, type Span } from '../engine/index.ts';

export interface Place {
  readonly span: Span;
  readonly range: { readonly start: Position; readonly end: Position };
}

/** The place of the value at a path, or of the last value on the way to it; the start where there is none. */
export function placeOfValue(text: string, path: readonly (string | number)[]): Place {
  const [part] = readDocument({ path: 'kerb.yaml', text }, { sha256: () => '', parseCode: () => null }).parts;
  let node = part?.content.root ?? null;
  for (const segment of path) node = memberOf(node, segment) ?? node;
  const offset = part?.offset ?? 0;
  const span = node === null ? { start: 0, end: 0 } : { start: node.span.start + offset, end: node.span.end + offset };
  const lines = createLines(text);
  return { span, range: { start: lines.position(span.start), end: lines.position(span.end) } };
}

function memberOf(node: Node | null, segment: string | number): Node | null {
  if (node?.kind === 'map') return node.entries.findLast(({ key }) => key === String(segment))?.value ?? null;
  return node?.kind === 'list' && typeof segment === 'number' ? (node.items[segment] ?? null) : null;
}
