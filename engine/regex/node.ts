/** The syntax tree of a pattern, after flags have been applied: what is left is independent of any engine's flags. */
export type RegexNode =
  | { readonly kind: 'empty' }
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'assert'; readonly at: Assertion }
  | { readonly kind: 'group'; readonly index: number; readonly node: RegexNode }
  | { readonly kind: 'concat'; readonly nodes: readonly RegexNode[] }
  | { readonly kind: 'alternate'; readonly nodes: readonly RegexNode[] }
  | {
      readonly kind: 'repeat';
      readonly node: RegexNode;
      readonly min: number;
      /** `Infinity` where there is no upper bound. */
      readonly max: number;
      readonly order: 'greedy' | 'lazy';
    };

type Assertion = 'textStart' | 'textEnd' | 'lineStart' | 'lineEnd' | 'boundary' | 'notBoundary';

/**
 * Code points as sorted, disjoint, inclusive ranges. `opaque` stands for a set that only the general engine knows
 * (`\p{Greek}`, folding beyond ASCII): its ranges then cover everything it might match.
 */
export interface CharSet {
  readonly ranges: readonly Range[];
  readonly opaque: boolean;
}
export type Range = readonly [first: number, last: number];

export const lastCodePoint = 0x10ffff;
export const anything: CharSet = { ranges: [[0, lastCodePoint]], opaque: false };
export const nothing: CharSet = { ranges: [], opaque: false };

/** All of both. */
export function union(...sets: readonly CharSet[]): CharSet {
  const sorted = sets.flatMap((set) => set.ranges).sort((a, b) => a[0] - b[0]);
  const ranges: [number, number][] = [];
  for (const [first, last] of sorted) {
    const open = ranges.at(-1);
    if (open && first <= open[1] + 1) open[1] = Math.max(open[1], last);
    else ranges.push([first, last]);
  }
  return { ranges, opaque: sets.some((set) => set.opaque) };
}

/** What is not in the set; of an opaque set everything, since it is not known. */
export function complement(set: CharSet): CharSet {
  if (set.opaque) return { ranges: anything.ranges, opaque: true };
  const ranges: Range[] = [];
  let next = 0;
  for (const [first, last] of set.ranges) {
    if (first > next) ranges.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= lastCodePoint) ranges.push([next, lastCodePoint]);
  return { ranges, opaque: false };
}

/** Whether the two share no code point. */
export function disjoint(a: CharSet, b: CharSet): boolean {
  let i = 0;
  let j = 0;
  while (i < a.ranges.length && j < b.ranges.length) {
    const [x, y] = [a.ranges[i]!, b.ranges[j]!];
    if (x[1] < y[0]) i++;
    else if (y[1] < x[0]) j++;
    else return false;
  }
  return true;
}

/**
 * The set under `(?i)`: ASCII letters gain their other case and the two letters outside ASCII that fold to one (U+017F
 * to s, U+212A to k). A set with other code points outside ASCII becomes opaque, unless it holds all of them.
 */
export function folded(set: CharSet): CharSet {
  const extra: Range[] = [];
  for (const [first, last] of set.ranges) {
    addShifted(extra, first, last, 0x41, 0x5a, 32);
    addShifted(extra, first, last, 0x61, 0x7a, -32);
    if ((first <= 0x53 && 0x53 <= last) || (first <= 0x73 && 0x73 <= last)) extra.push([0x17f, 0x17f]);
    if ((first <= 0x4b && 0x4b <= last) || (first <= 0x6b && 0x6b <= last)) extra.push([0x212a, 0x212a]);
  }
  const beyond = set.ranges.filter((range) => range[1] > 0x7f);
  const known =
    beyond.length === 0 || (beyond.length === 1 && beyond[0]![0] <= 0x80 && beyond[0]![1] === lastCodePoint);
  const needsAscii = beyond.length > 0 && (extra.length > 0 || beyond[0]![0] >= 0x80);
  const ascii: Range[] = needsAscii ? foldedIntoAscii : [];
  const all = union(set, { ranges: [...extra, ...ascii], opaque: false });
  return known ? all : { ranges: anything.ranges, opaque: true };
}

/** U+017F and U+212A fold into ASCII: a set that holds all beyond ASCII holds these letters too. */
const foldedIntoAscii: Range[] = [
  [0x4b, 0x4b],
  [0x53, 0x53],
  [0x6b, 0x6b],
  [0x73, 0x73],
];

function addShifted(into: Range[], first: number, last: number, from: number, to: number, shift: number): void {
  const low = Math.max(first, from);
  const high = Math.min(last, to);
  if (low <= high) into.push([low + shift, high + shift]);
}
