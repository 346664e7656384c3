import type { Node, Value } from '../../model.ts';
import { Unknown } from '../../model.ts';
import type { Insertion } from '../template.ts';
import type { Stretch } from './piece.ts';

/**
 * Makes unknown what own-line templates write: the empty value of the key before them, or the map at whose column they write,
 * since nothing can be said of the keys that it lacks. A list at whose column they write has an unknown item more.
 */
export function fillInsertions(node: Node | null, value: Value, { text, insertions }: Stretch): Value {
  let filled = value;
  for (const insertion of insertions) filled = fill({ node, value: filled, text }, insertion);
  return filled;
}

interface Target {
  readonly node: Node | null;
  readonly value: Value;
  readonly text: string;
}

const template = new Unknown('a template');

function fill({ node, value, text }: Target, insertion: Insertion): Value {
  if (node === null || node.kind === 'scalar' || value === null || value instanceof Unknown) return template;
  if (text[node.span.start] === '{' || text[node.span.start] === '[') return template;
  const index = node.kind === 'map' ? lastEntryBefore(node.entries, insertion) : lastItemBefore(node.items, insertion);
  if (index < 0) return template;
  const column = columnOf(text, node.span.start);
  if (node.kind === 'map') {
    const { key, value: child } = node.entries[index]!;
    const owner = insertion.column > column || (insertion.column === column && child === null);
    if (!owner || !isMap(value)) return template;
    return replaced(value, key, fill({ node: child, value: value[key] ?? null, text }, insertion));
  }
  const items = value as readonly Value[];
  if (insertion.column < column) return template;
  if (insertion.column === column) return items.at(-1) === template ? items : [...items, template];
  return items.with(index, fill({ node: node.items[index]!, value: items[index] ?? null, text }, insertion));
}

function lastEntryBefore(
  entries: readonly { readonly keySpan: { readonly start: number } }[],
  { offset }: Insertion,
): number {
  return entries.findLastIndex(({ keySpan }) => keySpan.start < offset);
}

function lastItemBefore(items: readonly Node[], { offset }: Insertion): number {
  return items.findLastIndex(({ span }) => span.start < offset);
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

function isMap(value: Value): value is { readonly [key: string]: Value } {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Unknown);
}

function replaced(map: { readonly [key: string]: Value }, key: string, value: Value): Value {
  const copy: Record<string, Value> = Object.create(null);
  for (const own of Object.keys(map)) copy[own] = map[own]!;
  copy[key] = value;
  return copy;
}
