import type { Entry, Node, Span, Value } from '../../model.ts';
import { mapNode } from '../node.ts';
import { readBlockScalar } from './blockScalar.ts';
import {
  beginsPlain,
  type Cursor,
  colon,
  dash,
  greater,
  hash,
  isBlank,
  isEnd,
  isQuote,
  newline,
  openBrace,
  openBracket,
  type Placed,
  pipe,
  quotedEnd,
  skipSpaces,
  space,
  tab,
  takeKey,
  takeScalar,
} from './cursor.ts';
import { readFlow } from './flowStyle.ts';
import type { Mode, Stretch } from './piece.ts';

/** What a stretch holds. */
export interface Block {
  /** Null where there are comments alone. */
  readonly node: Node | null;
  readonly value: Value;
  /** The spans of scalars in order, where no comment can be. */
  readonly scalars: readonly Span[];
}

/**
 * Reads the YAML that most files are made of: block maps and lists whose scalars stand on one line or are block scalars.
 * Null for all else (anchors, tags, tabs, errors …) and in any doubt: the parser of the whole language reads that. What
 * is read here, that parser reads alike, in several times the time. `broken` where that parser finds an error for
 * certain: a word without a colon among the keys of a map, as in everything that is being typed.
 */
export function readBlockStyle(
  { text, raw }: Stretch,
  mode: Mode,
  templates: readonly Span[],
): Block | 'broken' | null {
  if (text.includes('\r') || text.includes('\uFEFF')) return null;
  const cursor: Cursor = { text, raw, mode, templates, scalars: [], at: 0, line: 0, column: 0, isBroken: false };
  if (!skipToContent(cursor, 0)) return null;
  if (isMarker(cursor)) {
    if (text[cursor.at] === '.') return null;
    cursor.at += 3;
    if (!nextLine(cursor)) return null;
  }
  if (cursor.column < 0) return { node: null, value: null, scalars: [] };
  const root = readBlock(cursor, 0);
  if (cursor.isBroken) return 'broken';
  return root === null || cursor.column >= 0 ? null : { ...root, scalars: cursor.scalars };
}

/** Deeper than people write. */
const maxDepth = 100;

function readBlock(cursor: Cursor, depth: number): Placed | null {
  if (depth > maxDepth) return null;
  return isDash(cursor) ? readList(cursor, depth) : readMap(cursor, depth);
}

function readMap(cursor: Cursor, depth: number): Placed | null {
  const { column, at: start } = cursor;
  const entries: Entry[] = [];
  const value: Record<string, Value> = Object.create(null);
  let end = start;
  do {
    const key = isMarker(cursor) ? null : takeKey(cursor, scalarEnd(cursor));
    cursor.isBroken = key === null && entries.length > 0 && isBareWord(cursor);
    if (key === null || (key.text in value && !cursor.mode.templated)) return null;
    const read = readEntry(cursor, column, depth);
    if (read === null) return null;
    entries.push({ key: key.text, keySpan: key.span, value: read.node });
    value[key.text] = read.value;
    end = (read.node?.span ?? key.span).end;
  } while (cursor.column === column);
  return cursor.column > column ? null : { node: mapNode({ start, end }, entries), value };
}

const missing = { node: null, value: null };

/** What follows the colon of an entry. */
function readEntry(cursor: Cursor, column: number, depth: number): Placed | typeof missing | null {
  if (!endsLine(cursor)) return readInline(cursor, column);
  if (!nextLine(cursor)) return null;
  const isBelow = cursor.column > column || (cursor.column === column && isDash(cursor));
  return isBelow ? readBlock(cursor, depth + 1) : missing;
}

function readList(cursor: Cursor, depth: number): Placed | null {
  const { column, at: start } = cursor;
  const items: Node[] = [];
  const value: Value[] = [];
  let end = start;
  do {
    cursor.at++;
    const item = readItem(cursor, column, depth);
    if (item === null) return null;
    items.push(item.node);
    value.push(item.value);
    end = item.node.span.end;
  } while (cursor.column === column && isDash(cursor));
  return cursor.column > column ? null : { node: { kind: 'list', span: { start, end }, items }, value };
}

/** What follows the dash of an item. */
function readItem(cursor: Cursor, column: number, depth: number): Placed | null {
  if (endsLine(cursor)) return nextLine(cursor) && cursor.column > column ? readBlock(cursor, depth + 1) : null;
  if (!isDash(cursor) && !isKey(cursor)) return readInline(cursor, column);
  cursor.column = cursor.at - cursor.line;
  return readBlock(cursor, depth + 1);
}

/** A value that begins on the line of its key or dash. */
function readInline(cursor: Cursor, column: number): Placed | null {
  const value = readInlineValue(cursor, column);
  return value !== null && nextLine(cursor) && cursor.column <= column ? value : null;
}

function readInlineValue(cursor: Cursor, column: number): Placed | null {
  const first = cursor.text.charCodeAt(cursor.at);
  if (first === pipe || first === greater) return readBlockScalar(cursor, column);
  if (first === openBracket || first === openBrace) return readFlow(cursor, 0);
  return takeScalar(cursor, scalarEnd(cursor));
}

/** Where the scalar here ends; -1 where there is none that ends on its line. */
function scalarEnd({ text, at }: Cursor): number {
  const first = text.charCodeAt(at);
  if (isQuote(first)) return quotedEnd(text, at);
  if (!beginsPlain(first, text.charCodeAt(at + 1))) return -1;
  let end = at;
  for (let index = at; ; index++) {
    const unit = text.charCodeAt(index);
    if (isEnd(unit) || (unit === colon && isBlank(text.charCodeAt(index + 1)))) return end;
    if (unit === tab) return -1;
    if (unit === hash && index > end) return end;
    if (unit !== space) end = index + 1;
  }
}

/** A scalar that has its line to itself. */
function isBareWord(cursor: Cursor): boolean {
  const end = isMarker(cursor) ? -1 : scalarEnd(cursor);
  return end > 0 && isEnd(cursor.text.charCodeAt(skipSpaces(cursor.text, end)));
}

function isKey(cursor: Cursor): boolean {
  const end = scalarEnd(cursor);
  return end > 0 && cursor.text.charCodeAt(skipSpaces(cursor.text, end)) === colon;
}

function isDash({ text, at }: Cursor): boolean {
  return text.charCodeAt(at) === dash && isBlank(text.charCodeAt(at + 1));
}

/** `---` and `...` end a document. */
function isMarker({ text, at, column }: Cursor): boolean {
  return column === 0 && (text.startsWith('---', at) || text.startsWith('...', at));
}

/** Goes to what follows on this line; whether that is nothing but a comment. */
function endsLine(cursor: Cursor): boolean {
  const at = skipSpaces(cursor.text, cursor.at);
  const unit = cursor.text.charCodeAt(at);
  if (isEnd(unit) || unit === hash) return true;
  cursor.at = at;
  return false;
}

/** Goes to the next line that has content. False where there is more on this one, or a tab. */
function nextLine(cursor: Cursor): boolean {
  const { text } = cursor;
  const at = skipSpaces(text, cursor.at);
  const unit = text.charCodeAt(at);
  if (!isEnd(unit) && !(unit === hash && at > cursor.at)) return false;
  return skipToContent(cursor, lineAfter(text, at));
}

/** Skips the lines from `from` on that are blank or a comment. */
function skipToContent(cursor: Cursor, from: number): boolean {
  const { text } = cursor;
  for (let line = from; ; ) {
    const at = skipSpaces(text, line);
    const unit = text.charCodeAt(at);
    if (unit === newline || unit === hash) {
      line = lineAfter(text, at);
      continue;
    }
    cursor.at = at;
    cursor.line = line;
    cursor.column = Number.isNaN(unit) ? -1 : at - line;
    return unit !== tab;
  }
}

function lineAfter(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}
