import type { Span } from '../model.ts';

/** What matched: UTF-16 offsets, and the capturing groups in order, the whole match not among them. */
export interface Match extends Span {
  readonly groups: readonly (Span | null)[];
}
