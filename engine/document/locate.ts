import type { MapNode, Node, PartContent, Path, Span, Value } from '../model.ts';
import { Unknown } from '../model.ts';
import { entryAt } from './node.ts';

/** Where a path stands in a part, in the part's offsets. */
export interface Location {
  /** The key of the last segment that was found; null for a list's item and for the root. */
  readonly key: Span | null;
  /** The value; null where it has not been typed yet, or is missing. */
  readonly value: Span | null;
  /** How many trailing segments were not found. The spans are then those of the nearest ancestor. */
  readonly missing: number;
}

/**
 * Turns a path into places. A value that an alias or a merge key (`<<`) brings stands where it is brought, since there
 * it is used. Null spans in both places only where a part has no tree at all.
 */
export function locate(content: PartContent, path: Path): Location {
  let place: Place = { node: content.root, key: null, value: content.value };
  for (const [index, segment] of path.entries()) {
    const next = step(place, segment);
    if (next === null) return { key: place.key, value: place.node?.span ?? null, missing: path.length - index };
    place = next;
  }
  return { key: place.key, value: place.node?.span ?? null, missing: 0 };
}

interface Place {
  readonly node: Node | null;
  readonly key: Span | null;
  readonly value: Value;
}

function step({ node, key, value }: Place, segment: string | number): Place | null {
  if (node === null) return null;
  const inner = member(value, segment);
  if (node.kind === 'scalar') return node.alias === true && inner !== undefined ? { node, key, value: inner } : null;
  if (node.kind === 'list') {
    const item = typeof segment === 'number' ? node.items[segment] : undefined;
    return item === undefined ? null : { node: item, key: null, value: inner ?? null };
  }
  const entry = entryAt(node, String(segment));
  if (entry !== undefined) return { node: entry.value, key: entry.keySpan, value: inner ?? null };
  return inner === undefined ? null : merged(node, inner);
}

/** A key that is in the value but not in the tree came by a merge. */
function merged(node: MapNode, value: Value): Place | null {
  const merge = node.entries.findLast((entry) => entry.key === '<<');
  if (merge === undefined || merge.value === null) return null;
  return { node: { kind: 'scalar', span: merge.value.span, alias: true }, key: merge.keySpan, value };
}

function member(value: Value, segment: string | number): Value | undefined {
  if (value === null || typeof value !== 'object' || value instanceof Unknown) return undefined;
  if (isList(value)) return typeof segment === 'number' ? value[segment] : undefined;
  return value[String(segment)];
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
