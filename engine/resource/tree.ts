/** Trees that adapters build of text which the parser makes none of: a value, and the node that says where it stands. */
import type { Entry, Node, Span, Value } from '../model.ts';

/** A value and where it stands. */
export interface Tree {
  readonly value: Value;
  readonly node: Node;
}

/** A value without parts. */
export function scalar(value: Value, span: Span): Tree {
  return { value, node: { kind: 'scalar', span } };
}

/** A list of trees. */
export function listTree(items: readonly Tree[], span: Span): Tree {
  return { value: items.map(({ value }) => value), node: { kind: 'list', span, items: items.map(({ node }) => node) } };
}

/** A map of trees; fields that are null are left out. What an adapter made has no keys in the text: a field's key stands where its value does. */
export function mapTree(fields: Readonly<Record<string, Tree | null>>, span: Span): Tree {
  const value: Record<string, Value> = Object.create(null);
  const entries: Entry[] = [];
  for (const [key, field] of Object.entries(fields)) {
    if (field === null) continue;
    value[key] = field.value;
    entries.push({ key, keySpan: field.node.span, value: field.node });
  }
  return { value, node: { kind: 'map', span, entries } };
}
