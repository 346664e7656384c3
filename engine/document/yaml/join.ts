import type { Entry, Node, Problem, Span, Value } from '../../model.ts';
import { Unknown } from '../../model.ts';
import { LazyList, LazyMap, moved, movedEntry, movedProblem, movedSpan } from '../node.ts';
import { duplicateKey } from './build.ts';
import { findComments } from './comment.ts';
import type { Layout, Mode, Owner, Piece, Reading, Stretch } from './piece.ts';

/** Puts the readings of entries together again to the reading of the whole; null where one of them is no such entry. */
export function join(stretch: Stretch, layout: Layout, pieces: readonly Piece[], mode: Mode): Reading | null {
  const placed = place(layout, pieces);
  if (placed === null || placed.length === 0) return null;
  const problems: Problem[] = [];
  const comments: Span[] = [
    ...findComments(stretch.text.slice(0, layout.header), layout.owner === null ? [] : [layout.owner]),
  ];
  for (const { reading, offset } of placed) {
    for (const problem of reading.problems) problems.push(movedProblem(problem, offset));
    for (const comment of reading.comments) comments.push(movedSpan(comment, offset));
  }
  const block = layout.kind === 'map' ? joinMaps(placed, mode, problems) : joinLists(placed);
  const { node, value } = layout.owner === null ? block : owned(stretch, layout.owner, block);
  const dangling = placed.some(({ reading }) => reading.dangling);
  return { node, value, problems, comments, dangling, anchored: placed.some(({ reading }) => reading.anchored) };
}

interface Placed {
  readonly reading: Reading;
  readonly node: Node;
  readonly offset: number;
}

interface Block {
  readonly node: Node;
  readonly value: Value;
}

function place(layout: Layout, pieces: readonly Piece[]): readonly Placed[] | null {
  const placed: Placed[] = [];
  let offset = layout.header;
  for (const { stretch, reading } of pieces) {
    const { node } = reading;
    if (node === null || node.kind !== layout.kind || reading.value instanceof Unknown) return null;
    placed.push({ reading, node, offset });
    offset += stretch.text.length;
  }
  return placed;
}

function joinMaps(placed: readonly Placed[], mode: Mode, problems: Problem[]): Block {
  const value: Record<string, Value> = Object.create(null);
  for (const { reading, node, offset } of placed) {
    const map = reading.value as { readonly [key: string]: Value };
    for (const key of Object.keys(map)) {
      if (key in value && !mode.templated)
        problems.push({ span: movedSpan(keySpan(node, key), offset), message: duplicateKey });
      value[key] = map[key]!;
    }
  }
  return { node: new LazyMap(spanOf(placed), () => placed.flatMap(entriesOf)), value };
}

function keySpan(node: Node, key: string): Span {
  return (node.kind === 'map' ? node.entries.find((entry) => entry.key === key)?.keySpan : undefined) ?? node.span;
}

function entriesOf({ node, offset }: Placed): readonly Entry[] {
  return node.kind === 'map' ? node.entries.map((entry) => movedEntry(entry, offset)) : [];
}

function joinLists(placed: readonly Placed[]): Block {
  const items = ({ node, offset }: Placed) =>
    node.kind === 'list' ? node.items.map((item) => moved(item, offset)) : [];
  const value = placed.flatMap(({ reading }) => reading.value as readonly Value[]);
  return { node: new LazyList(spanOf(placed), () => placed.flatMap(items)), value };
}

function spanOf(placed: readonly Placed[]): Span {
  const first = placed[0]!;
  const last = placed.at(-1)!;
  return { start: first.node.span.start + first.offset, end: last.node.span.end + last.offset };
}

function owned(stretch: Stretch, owner: Owner, block: Block): Block {
  const span = { start: owner.start, end: block.node.span.end };
  if (owner.kind === 'dash') return { node: { kind: 'list', span, items: [block.node] }, value: [block.value] };
  const { key, keySpan } = keyOf(stretch, owner);
  const value: Record<string, Value> = Object.create(null);
  value[key] = block.value;
  return { node: { kind: 'map', span, entries: [{ key, keySpan, value: block.node }] }, value };
}

function keyOf({ raw, text }: Stretch, owner: Owner): { readonly key: string; readonly keySpan: Span } {
  const source = raw.slice(owner.start, owner.end);
  if (text[owner.start] === '"' || text[owner.start] === "'") {
    return { key: source.slice(1, -1), keySpan: { start: owner.start, end: owner.end } };
  }
  const key = source.trimEnd();
  return { key, keySpan: { start: owner.start, end: owner.start + key.length } };
}
