import type { Entry, Node, Value } from '../../model.ts';
import {
  beginsPlain,
  type Cursor,
  closeBrace,
  closeBracket,
  colon,
  comma,
  hash,
  isBlank,
  isEnd,
  isQuote,
  openBrace,
  openBracket,
  type Placed,
  quotedEnd,
  skipSpaces,
  space,
  tab,
  takeKey,
  takeScalar,
} from './cursor.ts';

/** Deeper than people write. */
const maxDepth = 20;

/** Reads a list in brackets or a map in braces that stands on one line. Null for all else. */
export function readFlow(cursor: Cursor, depth: number): Placed | null {
  if (depth > maxDepth) return null;
  return cursor.text.charCodeAt(cursor.at) === openBracket ? readList(cursor, depth) : readMap(cursor, depth);
}

function readList(cursor: Cursor, depth: number): Placed | null {
  const start = cursor.at;
  const items: Node[] = [];
  const value: Value[] = [];
  const isRead = readItems(cursor, closeBracket, () => {
    const item = readValue(cursor, depth);
    if (item === null) return false;
    items.push(item.node);
    value.push(item.value);
    return true;
  });
  return isRead ? { node: { kind: 'list', span: { start, end: cursor.at }, items }, value } : null;
}

function readMap(cursor: Cursor, depth: number): Placed | null {
  const start = cursor.at;
  const entries: Entry[] = [];
  const value: Record<string, Value> = Object.create(null);
  const isRead = readItems(cursor, closeBrace, () => {
    const key = takeKey(cursor, scalarEnd(cursor));
    if (key === null || key.text in value) return false;
    cursor.at = skipSpaces(cursor.text, cursor.at);
    const read = readValue(cursor, depth);
    if (read === null) return false;
    entries.push({ key: key.text, keySpan: key.span, value: read.node });
    value[key.text] = read.value;
    return true;
  });
  return isRead ? { node: { kind: 'map', span: { start, end: cursor.at }, entries }, value } : null;
}

/** Reads what stands between the bracket here and the one that closes it. */
function readItems(cursor: Cursor, close: number, readItem: () => boolean): boolean {
  const { text } = cursor;
  cursor.at = skipSpaces(text, cursor.at + 1);
  if (text.charCodeAt(cursor.at) === close) {
    cursor.at++;
    return true;
  }
  while (readItem()) {
    const at = skipSpaces(text, cursor.at);
    const sign = text.charCodeAt(at);
    cursor.at = at + 1;
    if (sign === close) return true;
    if (sign !== comma) return false;
    cursor.at = skipSpaces(text, cursor.at);
  }
  return false;
}

function readValue(cursor: Cursor, depth: number): Placed | null {
  const first = cursor.text.charCodeAt(cursor.at);
  if (first === openBracket || first === openBrace) return readFlow(cursor, depth + 1);
  return takeScalar(cursor, scalarEnd(cursor));
}

/** Where the scalar here ends; -1 where there is none that ends on its line. */
function scalarEnd({ text, at }: Cursor): number {
  const first = text.charCodeAt(at);
  if (isQuote(first)) return quotedEnd(text, at);
  const second = text.charCodeAt(at + 1);
  if (!beginsPlain(first, isIndicator(second) ? space : second)) return -1;
  let end = at;
  for (let index = at; ; index++) {
    const unit = text.charCodeAt(index);
    if (isEnd(unit) || unit === tab) return -1;
    if (isIndicator(unit)) return end;
    if (unit === hash && index > end) return -1;
    if (unit === colon) {
      const next = text.charCodeAt(index + 1);
      if (isBlank(next)) return end;
      if (isIndicator(next)) return -1;
    }
    if (unit !== space) end = index + 1;
  }
}

/** The signs that have a meaning of their own within brackets. */
function isIndicator(unit: number): boolean {
  return unit === comma || unit === openBracket || unit === closeBracket || unit === openBrace || unit === closeBrace;
}
