import type { Entry, Node, PartContent, Span, Value } from '../model.ts';
import { mapNode, scalarNode } from './node.ts';

/**
 * Reads a yarn.lock: that of Yarn 1 (`version "1.2.3"`), which is a form of its own, and that of later ones
 * (`version: 1.2.3`), which is so plain a YAML that the same reader serves. It gives maps by their indentation, and texts. The
 * key of an entry is what was asked for, without quotes: `a@^1, a@^1.2`. Never throws: what it cannot place is passed over.
 */
export function readYarn(text: string): PartContent {
  const { fields, comments } = fieldsOf(text);
  const { node, value } = mapOf({ text, fields, next: 0 }, 0);
  return { text, root: node, value, problems: [], templates: [], comments };
}

/** Deeper than Yarn goes. */
const maxDepth = 8;

const hash = 35;
const colon = 58;
const question = 63;
const space = 32;
const quote = 34;
const backslash = 92;

/** `key value`, `key: value`, or a key alone, whose value stands on lines further in. */
interface Field {
  readonly indent: number;
  readonly key: Span;
  readonly value: Span | null;
}

function fieldsOf(text: string): { readonly fields: readonly Field[]; readonly comments: readonly Span[] } {
  const fields: Field[] = [];
  const comments: Span[] = [];
  for (let line = 0, end = 0; line < text.length; line = end + 1) {
    end = lineEnd(text, line);
    const start = afterSpaces(text, line);
    const last = beforeSpaces(text, start, end);
    const first = text.charCodeAt(start);
    if (start >= last) continue;
    if (first === hash) comments.push({ start, end: last });
    // A key too long for YAML stands behind `?`; the colon has the next line to itself.
    else if (first === question)
      fields.push({ indent: start - line, key: { start: start + 2, end: last }, value: null });
    else if (last - start > 1) fields.push({ indent: start - line, ...fieldOf(text, start, last) });
  }
  return { fields, comments };
}

function fieldOf(text: string, start: number, end: number): Pick<Field, 'key' | 'value'> {
  if (text.charCodeAt(end - 1) === colon) return { key: { start, end: end - 1 }, value: null };
  let at = text.charCodeAt(start) === quote ? quotedEnd(text, start, end) : start;
  while (at < end && text.charCodeAt(at) !== space) at++;
  const value = afterSpaces(text, at);
  const key = { start, end: text.charCodeAt(at - 1) === colon ? at - 1 : at };
  return { key, value: value < end ? { start: value, end } : null };
}

interface Reader {
  readonly text: string;
  readonly fields: readonly Field[];
  /** The index of the next field. */
  next: number;
}

/** The fields from the next one on that stand where it does, or further in. */
function mapOf(reader: Reader, depth: number): { readonly node: Node; readonly value: Value } {
  const { text, fields } = reader;
  const first = fields[reader.next];
  const entries: Entry[] = [];
  const value: Record<string, Value> = Object.create(null);
  let end = first?.key.start ?? 0;
  for (let field = first; field !== undefined && field.indent >= first!.indent; field = fields[reader.next]) {
    reader.next++;
    if (field.indent > first!.indent) continue;
    const key = unquoted(text, field.key);
    const read = readValue(reader, field, depth);
    entries.push({ key, keySpan: field.key, value: read?.node ?? null });
    value[key] = read?.value ?? null;
    end = (read?.node.span ?? field.key).end;
  }
  return { node: mapNode({ start: first?.key.start ?? 0, end }, entries), value };
}

function readValue(reader: Reader, { indent, value }: Field, depth: number): ReturnType<typeof mapOf> | null {
  if (value !== null) return { node: scalarNode(value.start, value.end), value: unquoted(reader.text, value) };
  const below = reader.fields[reader.next];
  return below !== undefined && below.indent > indent && depth < maxDepth ? mapOf(reader, depth + 1) : null;
}

/** In the key of an entry of Yarn 1 each name may have quotes of its own. */
function unquoted(text: string, { start, end }: Span): string {
  const written = text.slice(start, end);
  return written.includes('"') ? written.replace(/\\(.)|"/g, '$1') : written;
}

/** Behind the quote that closes the one here; the end where there is none. */
function quotedEnd(text: string, start: number, end: number): number {
  for (let at = start + 1; at < end; at++) {
    const unit = text.charCodeAt(at);
    if (unit === backslash) at++;
    else if (unit === quote) return at + 1;
  }
  return end;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function afterSpaces(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === space) at++;
  return at;
}

function beforeSpaces(text: string, from: number, to: number): number {
  let at = to;
  while (at > from && text.charCodeAt(at - 1) <= space) at--;
  return at;
}
