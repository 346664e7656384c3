import type { Entry, ListNode, MapNode, Node, Problem, ScalarNode, Span } from '../model.ts';

/** The same node, `by` units further on. Children move when they are looked at, so that moving a large tree costs nothing. */
export function moved(node: Node, by: number): Node {
  if (by === 0) return node;
  const span = movedSpan(node.span, by);
  if (node.kind === 'scalar')
    return node.alias === undefined ? { kind: 'scalar', span } : { kind: 'scalar', span, alias: true };
  if (node.kind === 'map') return new LazyMap(span, () => node.entries.map((entry) => movedEntry(entry, by)));
  return new LazyList(span, () => node.items.map((item) => moved(item, by)));
}

export function movedEntry(entry: Entry, by: number): Entry {
  if (by === 0) return entry;
  return {
    key: entry.key,
    keySpan: movedSpan(entry.keySpan, by),
    value: entry.value === null ? null : moved(entry.value, by),
  };
}

export function movedSpan(span: Span, by: number): Span {
  return by === 0 ? span : { start: span.start + by, end: span.end + by };
}

export function movedProblem(problem: Problem, by: number): Problem {
  return by === 0 ? problem : { span: movedSpan(problem.span, by), message: problem.message };
}

export function scalarNode(start: number, end: number): ScalarNode {
  return { kind: 'scalar', span: { start, end } };
}

/** The entry of a key; the last one where the key is there twice. */
export function entryAt(node: MapNode, key: string): Entry | undefined {
  return node instanceof LazyMap ? node.entry(key) : node.entries.findLast((entry) => entry.key === key);
}

/** More entries than these are not searched one by one: of a lock file each of thousands may be asked for. */
const fewEntries = 64;

/** A map with its entries. */
export function mapNode(span: Span, entries: readonly Entry[]): MapNode {
  return entries.length > fewEntries ? new LazyMap(span, () => entries) : { kind: 'map', span, entries };
}

/** A map whose entries are made at the first look, and can be found by their keys. */
export class LazyMap implements MapNode {
  readonly kind = 'map';
  readonly span: Span;
  #make: (() => readonly Entry[]) | null;
  #entries: readonly Entry[] = [];
  #byKey: ReadonlyMap<string, Entry> | null = null;

  constructor(span: Span, make: () => readonly Entry[]) {
    this.span = span;
    this.#make = make;
  }

  get entries(): readonly Entry[] {
    if (this.#make !== null) {
      this.#entries = this.#make();
      this.#make = null;
    }
    return this.#entries;
  }

  entry(key: string): Entry | undefined {
    const { entries } = this;
    if (entries.length <= fewEntries) return entries.findLast((entry) => entry.key === key);
    this.#byKey ??= new Map(entries.map((entry) => [entry.key, entry]));
    return this.#byKey.get(key);
  }
}

/** A list whose items are made at the first look. */
export class LazyList implements ListNode {
  readonly kind = 'list';
  readonly span: Span;
  #make: (() => readonly Node[]) | null;
  #items: readonly Node[] = [];

  constructor(span: Span, make: () => readonly Node[]) {
    this.span = span;
    this.#make = make;
  }

  get items(): readonly Node[] {
    if (this.#make !== null) {
      this.#items = this.#make();
      this.#make = null;
    }
    return this.#items;
  }
}
