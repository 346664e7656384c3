/** A change as edits of YAML text: what stands around it, comments included, stays as it is. */
import type { Edit, Entry, MapNode, Node, PartContent, Path, Value } from '../model.ts';
import { valueAt } from '../rule/require.ts';
import { applyChange, type Change } from './change.ts';
import { removeEntry, removeItem } from './yamlRemove.ts';
import { blockText, flowText, keyText, type Quote } from './yamlText.ts';

/** Edits in the part's offsets, or null where the text has a form that is better left to a person. */
export function yamlEdits(content: PartContent, change: Change): readonly Edit[] | null {
  const way = walk(content.root, change.path);
  const after = applyChange(content.value, change);
  if (after === null) return null;
  const reached = change.path.length - way.rest.length;
  const brought = way.steps.at(-1)?.node;
  if (way.rest.length > 0 && brought?.kind === 'scalar' && brought.alias === true) {
    return writtenOut(content.text, way.steps, valueAt(after.value, change.path.slice(0, reached)));
  }
  if (change.kind === 'remove') return removal(content.text, way);
  // What a merge key brings is written out beside it, with what changes in it.
  const added = way.rest.length > 1 ? valueAt(after.value, change.path.slice(0, reached + 1)) : change.value;
  return setting(content.text, way, change.value, added ?? null);
}

const mostWritten = 60;

/** In place of an alias the value that it brings, as it is after the change: what else uses the anchor stays as it is. */
function writtenOut(text: string, steps: readonly Step[], value: Value | undefined): readonly Edit[] | null {
  const last = steps.at(-1);
  if (value === undefined || last?.node == null || sizeOf(value, mostWritten) > mostWritten) return null;
  const isInFlow = steps.some(({ node }) => node !== null && isFlow(text, node));
  if (isInFlow) return [{ span: last.node.span, text: flowText(value) }];
  return replacement(text, last, value, text.includes('\r\n') ? '\r\n' : '\n', steps);
}

/** How many scalars a value has; counting ends soon after `most`. */
function sizeOf(value: Value, most: number): number {
  if (value === null || typeof value !== 'object') return 1;
  let size = 0;
  for (const inner of Object.values(value)) {
    size += sizeOf(inner as Value, most - size);
    if (size > most) break;
  }
  return Math.max(1, size);
}

/** A node on the way, and the entry or item that led to it. */
export interface Step {
  readonly node: Node | null;
  readonly entry: Entry | null;
  readonly index: number;
}

/** How far a path leads in a tree. */
interface Walk {
  /** From the root to the deepest node that exists. */
  readonly steps: readonly Step[];
  /** What of the path is not there yet. */
  readonly rest: Path;
}

function walk(root: Node | null, path: Path): Walk {
  const steps: Step[] = [{ node: root, entry: null, index: -1 }];
  for (const [depth, key] of path.entries()) {
    const node = steps.at(-1)?.node ?? null;
    if (node === null) return { steps, rest: path.slice(depth) };
    if (node.kind === 'scalar') return { steps, rest: path.slice(depth) };
    if (node.kind === 'list') {
      const item = typeof key === 'number' ? node.items[key] : undefined;
      if (item === undefined) return { steps, rest: path.slice(depth) };
      steps.push({ node: item, entry: null, index: Number(key) });
    } else {
      const index = node.entries.findLastIndex((entry) => entry.key === String(key));
      const entry = node.entries[index];
      if (entry === undefined) return { steps, rest: path.slice(depth) };
      steps.push({ node: entry.value, entry, index });
    }
  }
  return { steps, rest: [] };
}

function removal(text: string, { steps, rest }: Walk): readonly Edit[] | null {
  const last = steps.at(-1);
  const parent = steps.at(-2);
  if (rest.length > 0 || last === undefined || parent === undefined || parent.node === null) return null;
  if (parent.node.kind === 'map' && last.entry !== null) return removeEntry(text, parent.node, parent, last);
  return parent.node.kind === 'list' ? removeItem(text, parent.node, parent, last.index) : null;
}

/** `added`: the value of the first key of the path that is not there yet. */
function setting(text: string, { steps, rest }: Walk, value: Value, added: Value): readonly Edit[] | null {
  const last = steps.at(-1);
  if (last === undefined) return null;
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  if (rest.length === 0) return replacement(text, last, value, newline, steps);
  const key = rest[0];
  if (key === undefined || rest.slice(1).some((inner) => typeof inner !== 'string')) return null;
  if (last.node?.kind === 'list')
    return typeof key === 'number' ? append(text, last.node.items, key, added, newline) : null;
  if (typeof key !== 'string') return null;
  if (last.node?.kind === 'map') return insertion(text, last.node, key, added, newline);
  return fill(text, last, key, added, newline, steps);
}

function replacement(
  text: string,
  { node, entry }: Step,
  value: Value,
  newline: string,
  steps: readonly Step[],
): readonly Edit[] | null {
  if (node === null) {
    const at = entry === null ? null : afterColon(text, entry);
    return at === null || entry === null
      ? null
      : [
          {
            span: { start: at, end: at },
            text: blockText(value, columnOf(text, entry.keySpan.start), stepOf(text), newline),
          },
        ];
  }
  const { start, end } = node.span;
  if (node.kind === 'scalar' && node.alias !== true && !/^[|>&*!]/.test(text.slice(start, end))) {
    const quote = text[start];
    return [{ span: node.span, text: flowText(value, quote === '"' || quote === "'" ? (quote as Quote) : '') }];
  }
  const at = entry === null ? null : afterColon(text, entry);
  if (at === null || entry === null || isFlow(text, node)) return [{ span: node.span, text: flowText(value) }];
  const isInFlow = steps.some((step) => step.node !== null && step.node !== node && isFlow(text, step.node));
  if (isInFlow || /#/.test(text.slice(at, start))) return null;
  const written = blockText(value, columnOf(text, entry.keySpan.start), stepOf(text), newline);
  return [{ span: { start: at, end: contentEnd(text, end) }, text: written }];
}

function insertion(text: string, map: MapNode, key: string, value: Value, newline: string): readonly Edit[] | null {
  const last = map.entries.at(-1);
  if (isFlow(text, map)) {
    if (last === undefined) return [{ span: map.span, text: `{ ${keyText(key)}: ${flowText(value)} }` }];
    const end = last.value?.span.end ?? last.keySpan.end;
    return [{ span: { start: end, end }, text: `, ${keyText(key)}: ${flowText(value)}` }];
  }
  const first = map.entries[0];
  if (first === undefined || last === undefined) return null;
  const indent = columnOf(text, first.keySpan.start);
  const at = lineEnd(text, contentEnd(text, Math.max(last.keySpan.end, last.value?.span.end ?? 0)));
  const written = `${keyText(key)}:${blockText(value, indent, stepOf(text), newline)}`;
  return [{ span: { start: at, end: at }, text: `${newline}${' '.repeat(indent)}${written}` }];
}

function append(
  text: string,
  items: readonly Node[],
  index: number,
  value: Value,
  newline: string,
): readonly Edit[] | null {
  const last = items.at(-1);
  const first = items[0];
  if (last === undefined || first === undefined || index !== items.length) return null;
  const line = text.slice(text.lastIndexOf('\n', first.span.start - 1) + 1, first.span.start);
  if (!/^\s*- +$/.test(line))
    return [{ span: { start: last.span.end, end: last.span.end }, text: `, ${flowText(value)}` }];
  const at = lineEnd(text, contentEnd(text, last.span.end));
  return [{ span: { start: at, end: at }, text: `${newline}${line}${flowText(value)}` }];
}

/** A key that has no value yet, or null, becomes a map. */
function fill(
  text: string,
  step: Step,
  key: string,
  value: Value,
  newline: string,
  steps: readonly Step[],
): readonly Edit[] | null {
  const { node, entry } = step;
  const map = Object.assign(Object.create(null), { [key]: value }) as Value;
  if (node !== null)
    return /^(?:~|null|Null|NULL)$/.test(text.slice(node.span.start, node.span.end))
      ? [{ span: node.span, text: flowText(map) }]
      : null;
  return replacement(text, { node: null, entry, index: step.index }, map, newline, steps);
}

/** The offset right after a key's colon; null where none follows on its line. */
export function afterColon(text: string, entry: Entry): number | null {
  const match = /^[ \t]*:/.exec(text.slice(entry.keySpan.end, entry.keySpan.end + 200));
  return match === null ? null : entry.keySpan.end + match[0].length;
}

/** Whether a collection is written in flow style, `{ a: 1 }`. */
export function isFlow(text: string, node: Node): boolean {
  return node.kind !== 'scalar' && (text[node.span.start] === '{' || text[node.span.start] === '[');
}

/** The end of the line, before its break. */
export function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  if (end < 0) return text.length;
  return text[end - 1] === '\r' && end - 1 >= from ? end - 1 : end;
}

/** The end of what is said, before blank space and line breaks that a span may include. */
export function contentEnd(text: string, end: number): number {
  let at = end;
  while (at > 0 && /\s/.test(text[at - 1] ?? '')) at--;
  return at;
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

/** How far this text indents a map below its key: as the first nested map does. */
function stepOf(text: string): number {
  const match = /^( *)[^\s#-][^\n]*:[ \t]*\r?\n(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*( +)[^\s#-]/m.exec(text.slice(0, 20_000));
  const step = (match?.[2]?.length ?? 0) - (match?.[1]?.length ?? 0);
  return step >= 1 && step <= 8 ? step : 2;
}
