/** The suppressions of a document: in its language's comments, and what they govern. */
import { commentsOf } from '../document/index.ts';
import type { Document, Span } from '../model.ts';
import { createReach } from './reach.ts';
import { readSuppression, type Suppression } from './suppression.ts';

/** A suppression and its reach. */
export interface PlacedSuppression {
  readonly suppression: Suppression;
  /** What it governs, in the file's offsets. */
  readonly reach: Span;
}

/** A comment that tries to be a suppression, and why it is none. */
export interface Malformed {
  readonly span: Span;
  readonly message: string;
  readonly text: string;
}

/** More than this no file needs; what is beyond does not govern. */
const maxSuppressions = 1_000;

/** Whether there can be a suppression in a text, or an attempt at one. */
export function maySuppress(text: string): boolean {
  return /kerb/i.test(text);
}

/** Suppressions in order, and comments that try to be one. */
export function findSuppressions(document: Document): {
  readonly suppressions: readonly PlacedSuppression[];
  readonly malformed: readonly Malformed[];
} {
  const suppressions: PlacedSuppression[] = [];
  const malformed: Malformed[] = [];
  const { text } = document.file;
  const comments = commentsIn(document);
  const reachOf = createReach(document, comments);
  for (const span of comments) {
    const reading = readSuppression(text.slice(span.start, span.end), span);
    if (reading.kind === 'none') continue;
    if (suppressions.length + malformed.length >= maxSuppressions) {
      malformed.push({ span, message: `a file has at most ${maxSuppressions} suppressions`, text: '' });
      break;
    }
    if (reading.kind === 'malformed') malformed.push({ span, message: reading.message, text: reading.text });
    else suppressions.push({ suppression: reading.suppression, reach: reachOf(span) });
  }
  return { suppressions, malformed };
}

const commentLike = /(?:#|\/\/|\/\*|--|;|<!--)[^\S\n]*kerb[^\n]*/gi;
/** A page shows what comments look like: in fenced blocks, and between backquotes. */
const commentOfPage = /(?<!`)<!--[^\S\n]*kerb[^\n]*/gi;
/** Plain text, and code that nothing here can parse, may be of any language: there every usual sign begins a comment. */
function commentsIn(document: Document): readonly Span[] {
  const isParsed = document.kind !== 'text' && (document.kind !== 'code' || document.code !== null);
  if (isParsed) return commentsOf(document);
  const { path, text } = document.file;
  if (!/\.(?:md|mdx|markdown)$/i.test(path)) return found(text, commentLike);
  const blocks = fencedBlocks(text);
  let next = 0;
  return found(text, commentOfPage).filter(({ start }) => {
    while ((blocks[next]?.end ?? text.length) <= start) next++;
    return start < (blocks[next]?.start ?? text.length);
  });
}

/** From the line that opens a fence to the one that closes it, or to the end. */
function fencedBlocks(text: string): readonly Span[] {
  const blocks: Span[] = [];
  let open: { readonly start: number; readonly sign: string } | null = null;
  for (const { index, 0: line } of text.matchAll(/^[ \t]*(?:```|~~~)[^\n]*/gm)) {
    const sign = line.trim().slice(0, 3);
    if (open === null) open = { start: index, sign };
    else if (sign === open.sign && /^(?:`+|~+)$/.test(line.trim())) {
      blocks.push({ start: open.start, end: index + line.length });
      open = null;
    }
  }
  return open === null ? blocks : [...blocks, { start: open.start, end: text.length }];
}

function found(text: string, pattern: RegExp): readonly Span[] {
  return [...text.matchAll(pattern)].map(({ index, 0: comment }) => ({
    start: index,
    end: index + comment.trimEnd().length,
  }));
}
