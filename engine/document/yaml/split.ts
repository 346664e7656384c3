import type { Layout, Owner } from './piece.ts';

/**
 * Finds how a stretch of block YAML divides into entries (or items) that stand at one column, so that each can be read
 * by itself. Null where that is in any doubt: flow collections at the root, tabs, complex keys, wrong indentation.
 *
 * A line at the column of a block collection begins an entry or is a comment: by YAML 1.2.2 §8.2 no scalar within the
 * collection may continue there. So the division is exact, and each line is judged by itself.
 */
export function layoutOf(text: string, root: 'document' | 'entry'): Layout | null {
  if (root === 'document') return blockLayout(text, afterMarker(text), null);
  const owner = ownerOf(text);
  if (owner === null) return null;
  return owner.kind === 'dash'
    ? blockLayout(withoutDash(text), 0, owner)
    : blockLayout(text, lineEnd(text, owner.end) + 1, owner);
}

/** The layout of the block whose first line stands at `from` or further on. */
function blockLayout(text: string, from: number, owner: Owner | null): Layout | null {
  if (from < 0) return null;
  for (let start = from; start < text.length; start = lineEnd(text, start) + 1) {
    const at = firstNonSpace(text, start);
    const sign = text.charCodeAt(at);
    if (isBreak(sign) || sign === hash) continue;
    const kind = isDash(text, at) ? 'list' : isKey(text, at) ? 'map' : null;
    const column = at - start;
    return kind === null || column < leastColumn(owner, kind) ? null : { kind, header: start, column, owner };
  }
  return null;
}

/** A list may stand at the column of the key that owns it; all else is further in. */
function leastColumn(owner: Owner | null, kind: Layout['kind']): number {
  if (owner === null) return 0;
  return owner.kind === 'key' && kind === 'list' ? owner.start : owner.start + 1;
}

/** The text with the dash that opens an item blank, so that what the item holds stands by itself at its columns. */
export function withoutDash(text: string): string {
  const at = firstNonSpace(text, 0);
  return isDash(text, at) ? `${text.slice(0, at)} ${text.slice(at + 1)}` : text;
}

/**
 * The offsets where entries begin between `from` and `to`, both of which must be beginnings of entries or the ends of
 * the stretch; null in doubt.
 */
export function beginnings(text: string, layout: Layout, from: number, to: number): readonly number[] | null {
  const starts: number[] = [];
  for (let start = from; start < to; start = lineEnd(text, start) + 1) {
    const at = firstNonSpace(text, start);
    const column = at - start;
    const sign = text.charCodeAt(at);
    if (at >= to || isBreak(sign)) continue;
    if (column > layout.column || sign === hash) continue;
    if (sign === tab) return null;
    if (column < layout.column) return null;
    if (beginsEntry(text, at, layout)) starts.push(start);
    else if (layout.kind === 'list' || !isDash(text, at)) return null;
  }
  return starts;
}

/** Whether an entry begins on the line that begins at `start`. */
export function isBeginning(text: string, layout: Layout, start: number): boolean {
  const at = firstNonSpace(text, start);
  return at - start === layout.column && beginsEntry(text, at, layout);
}

const hash = 35;
const tab = 9;
const newline = 10;
const maxKey = 1_000;

function beginsEntry(text: string, at: number, { kind }: Layout): boolean {
  return kind === 'list' ? isDash(text, at) : isKey(text, at) || bareWord(text, at) !== null;
}

/** The end of a word that stands alone on its line: a key that is still being typed. */
export function bareWord(text: string, at: number): number | null {
  bare.lastIndex = at;
  return bare.test(text) ? bare.lastIndex : null;
}

const bare = /[A-Za-z_$][\w.$/-]{0,199}(?=[ \r]*(?:\n|$))/y;

/** What owns the block of an entry: a key alone on its line, so that the block begins below it; or the dash of an item. */
function ownerOf(text: string): Owner | null {
  const start = firstNonSpace(text, 0);
  if (isDash(text, start)) return { kind: 'dash', start, end: start + 1 };
  const key = keyEnd(text, start);
  if (key === null) return null;
  onlyComment.lastIndex = key + 1;
  return onlyComment.test(text) ? { kind: 'key', start, end: key } : null;
}

const onlyComment = /[ \r]*(?:[ ]#[^\n]*)?(?:\n|$)/y;

/** Where the content of a document begins: after its `---`, which must have its line to itself. */
function afterMarker(text: string): number {
  if (text.startsWith('\uFEFF')) return -1;
  let start = 0;
  for (; start < text.length; start = lineEnd(text, start) + 1) {
    const sign = text.charCodeAt(firstNonSpace(text, start));
    if (!isBreak(sign) && sign !== hash) break;
  }
  if (!text.startsWith('---', start)) return 0;
  onlyComment.lastIndex = start + 3;
  return onlyComment.test(text) ? onlyComment.lastIndex : -1;
}

function isKey(text: string, at: number): boolean {
  return keyEnd(text, at) !== null;
}

/** The offset of the colon that ends a simple key, one without any sign that YAML could read otherwise. */
function keyEnd(text: string, at: number): number | null {
  const first = text.charCodeAt(at);
  if (first === 34 || first === 39) return quotedKeyEnd(text, at);
  if (!isWord(first)) return null;
  const limit = Math.min(text.length, at + maxKey);
  for (let index = at + 1; index < limit; index++) {
    const unit = text.charCodeAt(index);
    if (unit === 58) {
      const next = text.charCodeAt(index + 1);
      if (next === 32 || isBreak(next)) return index;
    } else if (!isWord(unit) && !isInner(unit)) return null;
  }
  return null;
}

const quoted = /(?:"[^"\\\n]{0,1000}"|'[^'\n]{0,1000}')(?=:(?: |\r?\n|$))/y;

function quotedKeyEnd(text: string, at: number): number | null {
  quoted.lastIndex = at;
  return quoted.test(text) ? quoted.lastIndex : null;
}

/** What may stand within a plain key as well: the space and `( ) + @`. */
function isInner(unit: number): boolean {
  return unit === 32 || unit === 40 || unit === 41 || unit === 43 || unit === 64;
}

/** What plain keys begin with in practice: letters, digits and `_ . / $ -`. */
function isWord(unit: number): boolean {
  if (unit >= 97 && unit <= 122) return true;
  if (unit >= 65 && unit <= 90) return true;
  return (unit >= 48 && unit <= 57) || unit === 95 || unit === 46 || unit === 47 || unit === 36 || unit === 45;
}

function isDash(text: string, at: number): boolean {
  if (text.charCodeAt(at) !== 45) return false;
  const next = text.charCodeAt(at + 1);
  return next === 32 || isBreak(next);
}

function isBreak(unit: number): boolean {
  return unit === newline || unit === 13 || Number.isNaN(unit);
}

function firstNonSpace(text: string, start: number): number {
  let at = start;
  while (text.charCodeAt(at) === 32) at++;
  return at;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}
