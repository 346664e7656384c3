import { reconcile } from '../reconcile.ts';
import { buildReading, buildSound } from './build.ts';
import { join } from './join.ts';
import type { Layout, Mode, Piece, Reading, Split, Stretch } from './piece.ts';
import { sameStretch } from './piece.ts';
import { bareWord, beginnings, isBeginning, layoutOf, withoutDash } from './split.ts';

/**
 * Reads one YAML document. A large one is read entry by entry, and what `previous` already read is taken over, so that
 * the cost of an edit is that of the entries it touches. A text that is read `once`, for no later edit, is read in one go
 * unless it is broken, which takes half the time. The result depends on the text alone.
 */
export function readYaml(stretch: Stretch, mode: Mode, previous: Piece | null, reading: 'once' | 'again'): Piece {
  if (reading === 'once') {
    const whole = soundLeaf({ stretch, root: 'document', mode, previous });
    if (whole?.reading.problems.length === 0) return whole;
  }
  const piece = readStretch({ stretch, root: 'document', mode, previous });
  return piece.reading.dangling && piece.reading.anchored && piece.split !== null
    ? { ...leaf({ stretch, root: 'document', mode, previous }), split: piece.split }
    : piece;
}

interface Request {
  readonly stretch: Stretch;
  readonly root: 'document' | 'entry';
  readonly mode: Mode;
  readonly previous: Piece | null;
}

/** Below this, reading in one go is as fast as looking for a way to split. In UTF-16 units. */
const wholeLength = 250;
/** Entries that stand further right are read in one go: each level reads its text again, and calls the next. */
const maxColumn = 120;

function readStretch(request: Request): Piece {
  const { stretch, previous } = request;
  if (previous !== null && sameStretch(previous.stretch, stretch)) return previous;
  if (stretch.text.length > wholeLength) return inPieces(request) ?? leaf(request);
  const whole = soundLeaf(request);
  // Broken text is read entry by entry whatever its size, so that one broken entry does not take others with it.
  return whole?.reading.problems.length === 0 ? whole : (inPieces(request) ?? whole ?? leaf(request));
}

function leaf(request: Request): Piece {
  return leafOf(request, buildReading(request.stretch, request.mode));
}

/** Null for what is broken at the first look. */
function soundLeaf(request: Request): Piece | null {
  const reading = buildSound(request.stretch, request.mode);
  return reading === null ? null : leafOf(request, reading);
}

function leafOf({ stretch, previous }: Request, reading: Reading): Piece {
  const value = previous === null ? reading.value : reconcile(previous.reading.value, reading.value);
  return { stretch, reading: { ...reading, value }, split: null };
}

function inPieces({ stretch, root, mode, previous }: Request): Piece | null {
  if (stretch.insertions.length > 0 || hasLoneReturn(stretch.text)) return null;
  const layout = layoutOf(stretch.text, root);
  if (layout === null || layout.column > maxColumn) return null;
  const block = layout.owner?.kind === 'dash' ? { ...stretch, text: withoutDash(stretch.text) } : stretch;
  const pieces = readPieces(block, layout, mode, previous?.split ?? null);
  if (pieces === null) return null;
  const reading = join(stretch, layout, pieces, mode);
  if (reading === null) return null;
  const value = previous === null ? reading.value : reconcile(previous.reading.value, reading.value);
  return { stretch, reading: { ...reading, value }, split: { ...layout, pieces } };
}

function hasLoneReturn(text: string): boolean {
  return text.includes('\r') && /\r(?!\n)/.test(text);
}

function readPieces(stretch: Stretch, layout: Layout, mode: Mode, previous: Split | null): readonly Piece[] | null {
  const old =
    previous !== null && previous.kind === layout.kind && previous.column === layout.column ? previous.pieces : [];
  const front = sameFromFront(stretch, layout, old);
  const back = sameFromBack(stretch, layout, old, front);
  const starts = beginnings(stretch.text, layout, front.offset, back.offset);
  if (starts === null || (front.offset < back.offset && starts[0] !== front.offset)) return null;
  const between = old.slice(front.count, old.length - back.count);
  const fresh = starts.map((start, index) => {
    const part = cut(stretch, start, starts[index + 1] ?? back.offset);
    const before =
      between.length === starts.length
        ? between[index]!
        : (between.find((piece) => sameStretch(piece.stretch, part)) ?? null);
    return readEntry(part, layout, mode, before);
  });
  return [...old.slice(0, front.count), ...fresh, ...old.slice(old.length - back.count)];
}

interface Same {
  readonly count: number;
  readonly offset: number;
}

function sameFromFront({ raw, text }: Stretch, layout: Layout, old: readonly Piece[]): Same {
  let offset = layout.header;
  let count = 0;
  for (const { stretch } of old) {
    const end = offset + stretch.raw.length;
    if (raw.slice(offset, end) !== stretch.raw || text.slice(offset, end) !== stretch.text) break;
    if (end < text.length && (text[end - 1] !== '\n' || !isBeginning(text, layout, end))) break;
    offset = end;
    count++;
  }
  return { count, offset };
}

function sameFromBack({ raw, text }: Stretch, layout: Layout, old: readonly Piece[], front: Same): Same {
  let offset = text.length;
  let count = 0;
  while (front.count + count < old.length) {
    const { stretch } = old[old.length - 1 - count]!;
    const start = offset - stretch.raw.length;
    if (start < front.offset || raw.slice(start, offset) !== stretch.raw || text.slice(start, offset) !== stretch.text)
      break;
    if (text[start - 1] !== '\n' || !isBeginning(text, layout, start)) break;
    offset = start;
    count++;
  }
  return { count, offset };
}

function cut({ raw, text }: Stretch, start: number, end: number): Stretch {
  const piece = detached(text, start, end);
  return { raw: raw === text ? piece : detached(raw, start, end), text: piece, insertions: [] };
}

/**
 * A part of a text as a copy: a slice would keep the whole text that it was cut from in memory for as long as the piece
 * is kept. Where it is most of the text, a copy would cost more than it saves.
 */
export function detached(text: string, start: number, end: number): string {
  const slice = text.slice(start, end);
  return slice.length * 2 > text.length ? slice : ` ${slice}`.slice(1);
}

function readEntry(stretch: Stretch, layout: Layout, mode: Mode, previous: Piece | null): Piece {
  const end = layout.kind === 'map' ? bareWord(stretch.text, layout.column) : null;
  if (end === null) return readStretch({ stretch, root: 'entry', mode, previous });
  const rest = buildReading({ ...stretch, text: ' '.repeat(end) + stretch.text.slice(end) }, mode);
  const key = stretch.text.slice(layout.column, end);
  const span = { start: layout.column, end };
  const value: Record<string, null> = Object.create(null);
  value[key] = null;
  const node = { kind: 'map' as const, span, entries: [{ key, keySpan: span, value: null }] };
  const problems = [{ span, message: 'A key needs a colon after it.' }, ...rest.problems];
  return { stretch, reading: { ...rest, node, value, problems }, split: null };
}
