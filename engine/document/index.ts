/** Texts become documents here: recognised, parsed with tolerance, addressed by path. */
export { createDocumentCache, type DocumentCache } from './cache.ts';
export { commentsOf } from './comments.ts';
export { createLines, type Lines, type Position } from './lines.ts';
export { locate } from './locate.ts';
export { entryAt } from './node.ts';
export { readDocument } from './read.ts';
export { recognise } from './recognise.ts';
