import type { Node, Problem, Span, Value } from '../../model.ts';
import type { Insertion, TemplateStyle } from '../template.ts';

/** How a part is read; the same for all its pieces. */
export interface Mode {
  readonly style: TemplateStyle;
  /** The part is a Kubernetes object, so scalars mean what they mean to its API server. */
  readonly kubernetes: boolean;
  /** Templates write parts of it, so that a key may well be there twice: once for each case. */
  readonly templated: boolean;
}

/** A stretch of lines to read. */
export interface Stretch {
  /** As in the file. */
  readonly raw: string;
  /** Templates masked at equal length; the same string where there are none. */
  readonly text: string;
  readonly insertions: readonly Insertion[];
}

/** What a stretch says. All offsets count from its start. */
export interface Reading {
  readonly node: Node | null;
  readonly value: Value;
  readonly problems: readonly Problem[];
  readonly comments: readonly Span[];
  /** It uses an anchor that does not stand before it here: only the whole document says what it means. */
  readonly dangling: boolean;
  /** It has anchors, which something elsewhere may use. */
  readonly anchored: boolean;
}

/** A stretch that has been read, kept so that the next reading takes over what did not change. */
export interface Piece {
  readonly stretch: Stretch;
  readonly reading: Reading;
  /** How it was split; null where it was read in one go. */
  readonly split: Split | null;
}

export type Split = Layout & { readonly pieces: readonly Piece[] };

/** The form of a stretch that is a header followed by entries or items at one column. */
export interface Layout {
  readonly kind: 'map' | 'list';
  /** How long the lines before the first entry are: blank lines, comments, `---`, or the key that owns the block. */
  readonly header: number;
  readonly column: number;
  /** What owns the block: the key in the header, the dash of the item that the block is; null at the root of a document. */
  readonly owner: Owner | null;
}

export type Owner = { readonly kind: 'key' | 'dash' } & Span;

export function sameStretch(one: Stretch, other: Stretch): boolean {
  return one.raw === other.raw && one.text === other.text;
}
