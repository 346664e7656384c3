import type { Document, Span } from '../model.ts';
import { movedSpan } from './node.ts';

/** The comments of a document in order, in the file's offsets: from their sign to their end, without the line break. */
export function commentsOf(document: Document): readonly Span[] {
  if (document.kind === 'code') return document.code?.tree.comments() ?? [];
  return document.parts.flatMap(({ offset, content }) => content.comments.map((comment) => movedSpan(comment, offset)));
}
