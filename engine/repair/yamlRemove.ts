/** Taking an entry or an item out of YAML text. */
import type { Edit, Entry, MapNode, Node, Span } from '../model.ts';
import { afterColon, contentEnd, isFlow, lineEnd, type Step } from './yaml.ts';

/** Removes an entry of a map. A map that would be left without entries becomes `{}`. */
export function removeEntry(text: string, map: MapNode, parent: Step, { entry, index }: Step): readonly Edit[] | null {
  if (entry === null) return null;
  const all = map.entries.map(entrySpan);
  if (isFlow(text, map)) return removeFlow(text, all, index, map);
  if (all.length === 1) return emptied(text, map, parent, '{}');
  const span = all[index];
  if (span === undefined) return null;
  const start = text.lastIndexOf('\n', span.start - 1) + 1;
  if (text.slice(start, span.start).trim() === '') return removeLines(text, start, span.end);
  // First in a list's item: the next entry moves up beside the dash.
  const next = all[index + 1];
  if (index !== 0 || next === undefined || text.slice(contentEnd(text, span.end), next.start).includes('#'))
    return null;
  return [{ span: { start: span.start, end: next.start }, text: '' }];
}

/** Removes an item of a list. A list that would be left without items becomes `[]`. */
export function removeItem(
  text: string,
  list: Extract<Node, { kind: 'list' }>,
  parent: Step,
  index: number,
): readonly Edit[] | null {
  const all = list.items.map((item) => item.span);
  if (isFlow(text, list)) return removeFlow(text, all, index, list);
  if (all.length === 1) return emptied(text, list, parent, '[]');
  const span = all[index];
  if (span === undefined) return null;
  const start = text.lastIndexOf('\n', span.start - 1) + 1;
  return /^\s*- +$/.test(text.slice(start, span.start)) ? removeLines(text, start, span.end) : null;
}

function removeLines(text: string, start: number, end: number): readonly Edit[] {
  const last = lineEnd(text, contentEnd(text, end));
  const after = text.indexOf('\n', last);
  if (after >= 0) return [{ span: { start, end: after + 1 }, text: '' }];
  const before = text[start - 2] === '\r' ? start - 2 : Math.max(0, start - 1);
  return [{ span: { start: before, end: last }, text: '' }];
}

function removeFlow(text: string, all: readonly Span[], index: number, collection: Node): readonly Edit[] | null {
  const span = all[index];
  if (span === undefined) return null;
  const next = all[index + 1];
  const before = all[index - 1];
  if (next !== undefined) return [{ span: { start: span.start, end: next.start }, text: '' }];
  if (before !== undefined) return [{ span: { start: before.end, end: span.end }, text: '' }];
  return [{ span: collection.span, text: text[collection.span.start] === '[' ? '[]' : '{}' }];
}

function emptied(text: string, node: Node, parent: Step, empty: string): readonly Edit[] | null {
  const end = contentEnd(text, node.span.end);
  const at = parent.entry === null ? null : afterColon(text, parent.entry);
  const isBare =
    at !== null &&
    text
      .slice(at, node.span.start)
      .replace(/^\s*-\s*$/, '')
      .trim() === '';
  if (at !== null && isBare) return [{ span: { start: at, end }, text: ` ${empty}` }];
  return parent.entry === null && node.kind === 'map' ? [{ span: { start: node.span.start, end }, text: empty }] : null;
}

function entrySpan({ keySpan, value }: Entry): Span {
  return { start: keySpan.start, end: Math.max(keySpan.end, value?.span.end ?? 0) };
}
