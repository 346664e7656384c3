/** From what a policy blames to where it stands in the text. Rules speak in paths; this and `locate` alone make spans. */
import { entryAt, locate } from '../document/index.ts';
import type { Node, PartContent, Path, Resource, Span, Value } from '../model.ts';
import { valueAt } from '../rule/require.ts';

/** Where a target stands. */
export interface Place {
  /** In the part's offsets. */
  readonly span: Span;
  /** Within the part. */
  readonly path: Path;
}

/** Where a target (`['self', 'image']`; empty for the resource as a whole) stands. */
export function placeOf(content: PartContent, resource: Resource, target: Path): Place {
  const path = pathOfTarget(content, resource, target);
  return { path, span: resource.span ?? spanOf(content, path) };
}

/** The path of a target within its part. */
export function pathOfTarget(content: PartContent, resource: Resource, [variable, ...rest]: Path): Path {
  if (variable === undefined || variable === 'self') return selfPath(resource, rest);
  if (variable === 'object') return rest;
  const base = pathOfValue(content, resource, resource.relatives[variable]);
  return base === null ? resource.path : [...base, ...rest];
}

/** A derived field stands where the adapter says that it came from. */
function selfPath(resource: Resource, rest: Path): Path {
  const [field, ...below] = rest;
  const derived = resource.derived;
  if (derived === undefined || typeof field !== 'string' || !Object.hasOwn(derived, field))
    return [...resource.path, ...rest];
  return [...resource.path, ...(derived[field] ?? []), ...below];
}

/** Where a relative stands: it is one of the values on the way to `self`, or a neighbour of one. */
function pathOfValue(content: PartContent, resource: Resource, value: Value | undefined): Path | null {
  if (typeof value !== 'object' || value === null) return null;
  for (let depth = resource.path.length; depth >= 0; depth--) {
    const path = resource.path.slice(0, depth);
    const ancestor = valueAt(content.value, path);
    if (ancestor === undefined || sameOrMadeOf(value, ancestor)) return ancestor === undefined ? null : path;
    const neighbour = Object.entries(ancestor ?? {}).find(([, item]) => item === value);
    if (neighbour !== undefined && !Array.isArray(ancestor)) return [...path, neighbour[0]];
  }
  return null;
}

/** An adapter may have added fields to a value: then what is in it is still the very same. */
function sameOrMadeOf(made: object, value: Value): boolean {
  if (made === value) return true;
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Array.isArray(made)) return false;
  const entries = Object.entries(value);
  return entries.length > 0 && entries.every(([key, item]) => (made as Readonly<Record<string, Value>>)[key] === item);
}

/**
 * What to underline: a scalar's value, or the key of a map or list; what is missing falls back to its nearest ancestor's
 * key; an element of a list, which has no key, shows by its name or its first entry.
 */
function spanOf(content: PartContent, path: Path): Span {
  const found = locate(content, path);
  const node = nodeAt(content.root, found.missing === 0 ? path : path.slice(0, path.length - found.missing));
  if (
    found.missing === 0 &&
    found.value !== null &&
    (node === null || node.kind === 'scalar' || isShort(content, node))
  ) {
    return found.value;
  }
  if (found.key !== null) return found.key;
  return headOf(content, node) ?? found.value ?? firstLine(content.text);
}

/** A collection on one line is underlined as a whole. */
function isShort(content: PartContent, node: Node): boolean {
  const first = content.text[node.span.start];
  return (
    (first === '[' || first === '{') &&
    !content.text.slice(node.span.start, Math.min(node.span.end, node.span.start + 120)).includes('\n')
  );
}

const heads: readonly string[] = ['name', 'id', 'uses', 'key'];

/** What stands for a map without a key: its kind and name as far as it has them, else its first entry's key. */
function headOf(content: PartContent, node: Node | null): Span | null {
  if (node === null || node.kind === 'scalar') return node?.span ?? null;
  if (node.kind === 'list') return node.items[0] === undefined ? null : headOf(content, node.items[0]);
  for (const head of heads) {
    const entry = node.entries.find(({ key }) => key === head);
    if (entry?.value?.kind === 'scalar') return entry.value.span;
  }
  const kind = node.entries.find(({ key }) => key === 'kind') ?? node.entries[0];
  return kind === undefined ? null : kind.value?.kind === 'scalar' ? kind.value.span : kind.keySpan;
}

/** The node at a path; the nearest scalar on the way where one stands there. */
export function nodeAt(root: Node | null, path: Path): Node | null {
  let node = root;
  for (const key of path) {
    if (node === null || node.kind === 'scalar') return node;
    if (node.kind === 'list') node = typeof key === 'number' ? (node.items[key] ?? null) : null;
    else node = entryAt(node, String(key))?.value ?? null;
  }
  return node;
}

function firstLine(text: string): Span {
  const start = text.search(/[^\s-]/);
  if (start < 0) return { start: 0, end: 0 };
  const end = text.indexOf('\n', start);
  return { start, end: end < 0 ? text.length : text.slice(start, end).trimEnd().length + start };
}
