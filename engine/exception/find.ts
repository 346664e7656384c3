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

/** Suppressions in order, and comments that try to be one. */
export function findSuppressions(document: Document): {
  readonly suppressions: readonly PlacedSuppression[];
  readonly malformed: readonly Malformed[];
} {
  const suppressions: PlacedSuppression[] = [];
  const malformed: Malformed[] = [];
  const { text } = document.file;
  if (!text.includes('kerb:')) return { suppressions, malformed };
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

const commentLike = /(?:#|\/\/|\/\*|--|;|<!--)[^\S\n]*kerb:[^\n]*/g;

/** Plain text, and code that nothing here can parse, may be of any language: there every usual sign begins a comment. */
function commentsIn(document: Document): readonly Span[] {
  const isParsed = document.kind !== 'text' && (document.kind !== 'code' || document.code !== null);
  if (isParsed) return commentsOf(document);
  return [...document.file.text.matchAll(commentLike)].map(({ index, 0: found }) => ({
    start: index,
    end: index + found.trimEnd().length,
  }));
}
