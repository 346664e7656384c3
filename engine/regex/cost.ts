import { anything, type CharSet, disjoint, nothing, type RegexNode, union } from './node.ts';

/** Upper bounds of what a backtracking matcher does with a pattern. Lengths are in UTF-16 units. */
export interface Bounds {
  /** Steps to search a text of this length, from every start. Infinity where no polynomial bounds it. */
  readonly search: (length: number) => number;
  /** Steps to try one start, with a text of this length. */
  readonly attempt: (length: number) => number;
}

/**
 * Two facts carry the proof. A way to match an expression is *viable* if the next character may follow it; an expression
 * whose loops and alternatives are told apart by their next character has at most one viable way from a start, and
 * every other way dies within the fixed characters that it shares with that one, so each character of the text is visited by one path. And where that
 * fails, the ways of the parts multiply: then the bound is a polynomial, or nothing.
 */
export function boundsOf(pattern: RegexNode): Bounds {
  if (pattern.kind === 'group') return boundsOf(pattern.node);
  // Nothing follows the branches of a whole pattern, so that each is tried for itself.
  if (pattern.kind === 'alternate') return together(pattern.nodes.map(boundsOf));
  const bound = measure(pattern, { follow: nothing, nodes: countNodes(pattern) });
  const anchored = startsAtTextStart(pattern);
  const attempt = (length: number) =>
    bound.steps.factor * Math.min(length + 1, bound.longest + 1) ** bound.steps.degree;
  const search = (length: number) => (anchored ? attempt(length) + length : attempt(length) * (length + 1));
  return { search, attempt };
}

function together(bounds: readonly Bounds[]): Bounds {
  return {
    search: (length) => bounds.reduce((steps, bound) => steps + bound.search(length), 0),
    attempt: (length) => bounds.reduce((steps, bound) => steps + bound.attempt(length), 0),
  };
}

/** The longest match in UTF-16 units; Infinity where there is none. */
export function longestMatch(node: RegexNode): number {
  if (node.kind === 'set') return node.set.opaque || (node.set.ranges.at(-1)?.[1] ?? 0) > 0xffff ? 2 : 1;
  if (node.kind === 'group') return longestMatch(node.node);
  if (node.kind === 'concat') return node.nodes.reduce((sum, each) => sum + longestMatch(each), 0);
  if (node.kind === 'alternate') return Math.max(...node.nodes.map(longestMatch));
  if (node.kind !== 'repeat' || node.max === 0) return 0;
  const once = longestMatch(node.node);
  return once === 0 ? 0 : once * node.max;
}

/** Whether the pattern can match the empty text. */
export function isNullable(node: RegexNode): boolean {
  if (node.kind === 'set') return false;
  if (node.kind === 'group') return isNullable(node.node);
  if (node.kind === 'concat') return node.nodes.every(isNullable);
  if (node.kind === 'alternate') return node.nodes.some(isNullable);
  return node.kind === 'repeat' ? node.min === 0 || isNullable(node.node) : true;
}

/** `factor · length^degree`. */
interface Growth {
  readonly factor: number;
  readonly degree: number;
}

interface Bound {
  /** Viable ways to match from one start. */
  readonly ways: Growth;
  /** Steps to explore all ways from one start. */
  readonly steps: Growth;
  /** The longest match; Infinity where there is none. */
  readonly longest: number;
}

interface Surroundings {
  /** What may come next when the expression has matched; the end of the pattern adds nothing, as it ends the search. */
  readonly follow: CharSet;
  /** Nodes of the whole pattern: no path goes through more of them without consuming a character. */
  readonly nodes: number;
}

const one: Growth = { factor: 1, degree: 0 };
const unbounded: Growth = { factor: Infinity, degree: 0 };

function measure(node: RegexNode, around: Surroundings): Bound {
  if (node.kind === 'empty' || node.kind === 'assert') return atom(0, around);
  if (node.kind === 'set') return atom(1, around);
  if (node.kind === 'group') return measure(node.node, around);
  if (node.kind === 'concat') return measureConcat(node.nodes, around);
  return node.kind === 'alternate' ? measureAlternate(node.nodes, around) : measureRepeat(node, around);
}

function atom(longest: number, around: Surroundings): Bound {
  return { ways: one, steps: { factor: around.nodes, degree: 0 }, longest };
}

function measureConcat(nodes: readonly RegexNode[], around: Surroundings): Bound {
  let rest = atom(0, around);
  let follow = around.follow;
  for (const node of nodes.toReversed()) {
    const bound = measure(node, { ...around, follow });
    const steps = sum(bound.steps, product(bound.ways, rest.steps));
    rest = linearIfSingle(
      { ways: product(bound.ways, rest.ways), steps, longest: bound.longest + rest.longest },
      around,
    );
    follow = firstOf(node, follow);
  }
  return rest;
}

function measureAlternate(nodes: readonly RegexNode[], around: Surroundings): Bound {
  const bounds = nodes.map((node) => measure(node, around));
  const branches = nodes.map(sequence);
  const told = branches.every((branch, at) =>
    branches.slice(at + 1).every((other) => apart(branch, other, around.follow)),
  );
  const ways = told ? bounds.map((bound) => bound.ways).reduce(larger) : bounds.map((bound) => bound.ways).reduce(sum);
  const steps = bounds.map((bound) => bound.steps).reduce(sum);
  return { ways, steps, longest: Math.max(...bounds.map((bound) => bound.longest)) };
}

/** Whether two branches are told apart by the next character, after what both begin with: `:=` and `:`, `token` and `tag`. */
function apart(left: readonly RegexNode[], right: readonly RegexNode[], follow: CharSet): boolean {
  for (let at = 0; at <= left.length && at <= right.length; at++) {
    if (disjoint(firstOfAll(left.slice(at), follow), firstOfAll(right.slice(at), follow))) return true;
    const [a, b] = [left[at], right[at]];
    if (a?.kind !== 'set' || b?.kind !== 'set' || !isSame(a.set, b.set)) return false;
  }
  return false;
}

function sequence(node: RegexNode): readonly RegexNode[] {
  if (node.kind === 'group') return sequence(node.node);
  return node.kind === 'concat' ? node.nodes.flatMap(sequence) : [node];
}

function isSame(a: CharSet, b: CharSet): boolean {
  if (a.opaque || b.opaque || a.ranges.length !== b.ranges.length) return false;
  return a.ranges.every(([first, last], at) => b.ranges[at]![0] === first && b.ranges[at]![1] === last);
}

function measureRepeat(node: RegexNode & { kind: 'repeat' }, around: Surroundings): Bound {
  if (node.max === 0) return atom(0, around);
  const first = firstOf(node.node, nothing);
  const bound = measure(node.node, { ...around, follow: node.max === 1 ? around.follow : union(first, around.follow) });
  const longest = bound.longest * node.max;
  if (isNullable(node.node)) return { ways: unbounded, steps: unbounded, longest };
  const rounds = Number.isFinite(node.max) ? { factor: node.max, degree: 0 } : { factor: 1, degree: 1 };
  const single = isOne(bound.ways);
  const told = node.min === node.max || disjoint(first, around.follow);
  const exits = told ? one : Number.isFinite(node.max) ? { factor: node.max - node.min + 1, degree: 0 } : rounds;
  const paths = single ? one : Number.isFinite(node.max) ? power(bound.ways, node.max) : unbounded;
  const perRound = sum(bound.steps, { factor: around.nodes, degree: 0 });
  const steps = product(product(paths, rounds), perRound);
  return linearIfSingle({ ways: product(paths, exits), steps, longest }, around);
}

/** One viable way means one path through the text: its steps grow with what it consumes, however deep the loops nest. */
function linearIfSingle(bound: Bound, around: Surroundings): Bound {
  if (!isOne(bound.ways)) return bound;
  const short = Number.isFinite(bound.longest);
  const linear = { factor: around.nodes * (short ? bound.longest + 1 : 1), degree: short ? 0 : 1 };
  const smaller =
    bound.steps.degree < linear.degree || (bound.steps.degree === linear.degree && bound.steps.factor < linear.factor);
  return smaller ? bound : { ...bound, steps: linear };
}

/** What the node can begin with, or be followed by where it can be empty. */
function firstOf(node: RegexNode, follow: CharSet): CharSet {
  if (node.kind === 'empty') return follow;
  if (node.kind === 'assert') return node.at === 'textEnd' ? nothing : follow;
  if (node.kind === 'set') return node.set.opaque ? anything : node.set;
  if (node.kind === 'group') return firstOf(node.node, follow);
  if (node.kind === 'concat') return firstOfAll(node.nodes, follow);
  if (node.kind === 'alternate') return union(...node.nodes.map((each) => firstOf(each, follow)));
  if (node.max === 0) return follow;
  return node.min === 0 ? union(firstOf(node.node, follow), follow) : firstOf(node.node, follow);
}

function firstOfAll(nodes: readonly RegexNode[], follow: CharSet): CharSet {
  return nodes.reduceRight((rest, each) => firstOf(each, rest), follow);
}

function startsAtTextStart(node: RegexNode): boolean {
  if (node.kind === 'assert') return node.at === 'textStart';
  if (node.kind === 'group') return startsAtTextStart(node.node);
  if (node.kind === 'alternate') return node.nodes.every(startsAtTextStart);
  return node.kind === 'concat' && node.nodes[0] !== undefined && startsAtTextStart(node.nodes[0]);
}

function countNodes(node: RegexNode): number {
  if (node.kind === 'group' || node.kind === 'repeat') return 1 + countNodes(node.node);
  if (node.kind !== 'concat' && node.kind !== 'alternate') return 1;
  return node.nodes.reduce((total, each) => total + countNodes(each), 1);
}

function isOne(growth: Growth): boolean {
  return growth.factor === 1 && growth.degree === 0;
}

function product(a: Growth, b: Growth): Growth {
  return { factor: a.factor * b.factor, degree: a.degree + b.degree };
}

function sum(a: Growth, b: Growth): Growth {
  return { factor: a.factor + b.factor, degree: Math.max(a.degree, b.degree) };
}

function larger(a: Growth, b: Growth): Growth {
  return { factor: Math.max(a.factor, b.factor), degree: Math.max(a.degree, b.degree) };
}

function power(growth: Growth, exponent: number): Growth {
  return { factor: growth.factor ** exponent, degree: growth.degree * exponent };
}
