import { once } from '../once.ts';
import { type ReadSet, readBracket, readCharacter, readNamed } from './class.ts';
import { anything, type CharSet, complement, folded, type RegexNode } from './node.ts';

/** Where reading stopped and why, for patterns that are not of RE2's syntax. `offset` counts UTF-16 units. */
export interface RegexProblem {
  readonly offset: number;
  readonly message: string;
}

export interface ParsedRegex {
  readonly node: RegexNode;
  /** Capturing groups, the whole match not counted. */
  readonly groups: number;
  /** Names of the capturing groups; the first group's name is at index 1. */
  readonly names: readonly (string | null)[];
  /** Instructions that an automaton needs, repetitions written out. */
  readonly size: number;
}

/** What a pattern may cost to hold: its length, its instructions with repetitions written out, its nesting. */
const regexLimits = { length: 10_000, size: 20_000, depth: 200, repeat: 1000 } as const;

/** Reads a pattern in RE2's syntax, all of it. Never throws. */
export function parseRegex(pattern: string): ParsedRegex | RegexProblem {
  if (pattern.length > regexLimits.length) {
    return { offset: regexLimits.length, message: `the pattern is longer than ${regexLimits.length} characters` };
  }
  const reader: Reader = { pattern, at: 0, flags: { i: false, m: false, s: false, U: false }, names: [null], depth: 0 };
  const body = readAlternation(reader);
  if (isProblem(body)) return body;
  if (reader.at < pattern.length) return { offset: reader.at, message: 'unexpected )' };
  if (body.size > regexLimits.size) return { offset: 0, message: 'the repetitions of the pattern are too large' };
  return { node: body.node, groups: reader.names.length - 1, names: reader.names, size: body.size };
}

interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly U: boolean;
}

interface Reader {
  readonly pattern: string;
  at: number;
  flags: Flags;
  readonly names: (string | null)[];
  depth: number;
}

interface Sized {
  readonly node: RegexNode;
  readonly size: number;
  /** The largest product of nested repetition counts. */
  readonly copies: number;
}

function isProblem(read: object): read is RegexProblem {
  return 'message' in read;
}

function readAlternation(reader: Reader): Sized | RegexProblem {
  const nodes: RegexNode[] = [];
  let size = 0;
  let copies = 1;
  for (;;) {
    const branch = readConcat(reader);
    if (isProblem(branch)) return branch;
    nodes.push(branch.node);
    size += branch.size + 1;
    copies = Math.max(copies, branch.copies);
    if (reader.pattern[reader.at] !== '|') break;
    reader.at++;
  }
  return { node: nodes.length === 1 ? nodes[0]! : { kind: 'alternate', nodes }, size, copies };
}

function readConcat(reader: Reader): Sized | RegexProblem {
  const parts: Sized[] = [];
  while (reader.at < reader.pattern.length && reader.pattern[reader.at] !== '|' && reader.pattern[reader.at] !== ')') {
    if (reader.pattern.startsWith('\\Q', reader.at)) {
      for (const part of readLiteral(reader)) parts.push(part);
    } else {
      const atom = readAtom(reader);
      if (isProblem(atom)) return atom;
      if (atom.size > 0) parts.push(atom);
    }
    // After flags alone, or `\Q\E`, a repetition speaks of what stood before them.
    const last = parts.pop();
    if (last === undefined) continue;
    const repeated = readRepeats(reader, last);
    if (isProblem(repeated)) return repeated;
    parts.push(repeated);
  }
  if (parts.length === 1) return parts[0]!;
  return {
    node: parts.length === 0 ? { kind: 'empty' } : { kind: 'concat', nodes: parts.map(({ node }) => node) },
    size: parts.reduce((sum, { size }) => sum + size, 0),
    copies: parts.reduce((most, { copies }) => Math.max(most, copies), 1),
  };
}

function readAtom(reader: Reader): Sized | RegexProblem {
  const { pattern, at, flags } = reader;
  const character = pattern[at]!;
  if (character === '(') return readGroup(reader);
  const assertion = readAssertion(reader);
  if (assertion) return { node: assertion, size: 1, copies: 1 };
  if (readRepeat(reader) !== null) return { offset: at, message: 'a repetition of nothing' };
  if (character === '[') {
    const bracket = readBracket(pattern, at, flags.i ? 'fold' : 'exact');
    return bracket
      ? found(reader, bracket)
      : { offset: at, message: 'a character class that is not closed or not valid' };
  }
  if (character === '.') return found(reader, { set: flags.s ? anything : notNewline, next: at + 1 });
  const named = readNamed(pattern, at);
  if (named) return found(reader, { set: flags.i ? folded(named.set) : named.set, next: named.next });
  const literal = readCharacter(pattern, at);
  if (literal === null) return { offset: at, message: 'an escape sequence that RE2 does not have' };
  return found(reader, { set: single(literal.code, flags), next: literal.next });
}

function found(reader: Reader, read: ReadSet): Sized {
  reader.at = read.next;
  return { node: { kind: 'set', set: read.set }, size: 1, copies: 1 };
}

function readAssertion(reader: Reader): RegexNode | null {
  const two = reader.pattern.slice(reader.at, reader.at + 2);
  const escaped = escapedAssertions[two];
  if (escaped) {
    reader.at += 2;
    return { kind: 'assert', at: escaped };
  }
  if (two[0] !== '^' && two[0] !== '$') return null;
  reader.at++;
  if (two[0] === '^') return { kind: 'assert', at: reader.flags.m ? 'lineStart' : 'textStart' };
  return { kind: 'assert', at: reader.flags.m ? 'lineEnd' : 'textEnd' };
}

const escapedAssertions: Readonly<Record<string, 'textStart' | 'textEnd' | 'boundary' | 'notBoundary'>> = {
  '\\A': 'textStart',
  '\\z': 'textEnd',
  '\\b': 'boundary',
  '\\B': 'notBoundary',
};

const notNewline: CharSet = complement({ ranges: [[10, 10]], opaque: false });

function single(code: number, flags: Flags): CharSet {
  if (!flags.i) return alone(code);
  return code > 0x7f ? { ...anything, opaque: true } : foldedAscii()[code]!;
}

function alone(code: number): CharSet {
  return { ranges: [[code, code]], opaque: false };
}

/** Words under `(?i)` are most of what patterns are made of. */
const foldedAscii = once(() => Array.from({ length: 0x80 }, (_, code) => folded(alone(code))));

/** `\Q…\E`: each character for itself, so that a repetition speaks of the last one. */
function readLiteral(reader: Reader): Sized[] {
  const begin = reader.at + 2;
  const close = reader.pattern.indexOf('\\E', begin);
  const text = [...reader.pattern.slice(begin, close < 0 ? undefined : close)];
  reader.at = close < 0 ? reader.pattern.length : close + 2;
  return text.map((each) => ({
    node: { kind: 'set', set: single(each.codePointAt(0)!, reader.flags) },
    size: 1,
    copies: 1,
  }));
}

/** A group, or flags for the rest of the enclosing one; those come back as an empty node of size 0. */
function readGroup(reader: Reader): Sized | RegexProblem {
  const open = reader.at;
  const outer = reader.flags;
  const head = /^\((?:\?P?<([A-Za-z0-9_]+)>|\?([imsU]*)(?:-([imsU]+))?([:)])|(?!\?))/.exec(
    reader.pattern.slice(open, open + 80),
  );
  if (head === null) return { offset: open, message: 'a kind of group that RE2 does not have' };
  reader.at += head[0].length;
  const [, name, on, off, end] = head;
  if (end !== undefined) {
    reader.flags = withFlags(outer, on ?? '', off ?? '');
    if (end === ')') return { node: { kind: 'empty' }, size: 0, copies: 1 };
  }
  const index = end === undefined ? reader.names.push(name ?? null) - 1 : 0;
  if (name !== undefined && reader.names.indexOf(name) !== index)
    return { offset: open, message: 'two groups of one name' };
  if (++reader.depth > regexLimits.depth) return { offset: open, message: 'groups are nested too deeply' };
  const body = readAlternation(reader);
  reader.depth--;
  if (isProblem(body)) return body;
  if (reader.pattern[reader.at] !== ')') return { offset: open, message: 'a group that is not closed' };
  reader.at++;
  reader.flags = outer;
  const node: RegexNode =
    index === 0 ? { kind: 'concat', nodes: [body.node] } : { kind: 'group', index, node: body.node };
  return { node, size: body.size + 2, copies: body.copies };
}

function withFlags(flags: Flags, on: string, off: string): Flags {
  const read = (flag: keyof Flags) => (on.includes(flag) || flags[flag]) && !off.includes(flag);
  return { i: read('i'), m: read('m'), s: read('s'), U: read('U') };
}

function readRepeats(reader: Reader, atom: Sized): Sized | RegexProblem {
  const repeat = readRepeat(reader);
  if (repeat === null) return atom;
  if (isProblem(repeat)) return repeat;
  const begin = reader.at;
  const again = readRepeat(reader);
  if (again !== null) return { offset: begin, message: 'a repetition of a repetition' };
  const times = Number.isFinite(repeat.max) ? Math.max(1, repeat.max) : Math.max(1, repeat.min) + 1;
  const size = atom.size * times + 1;
  const copies =
    atom.copies * (repeat.counted ? Math.max(1, Number.isFinite(repeat.max) ? repeat.max : repeat.min) : 1);
  if (size > regexLimits.size || copies > regexLimits.repeat) {
    return { offset: begin, message: 'the repetitions of the pattern are too large' };
  }
  const { min, max, order } = repeat;
  return { node: { kind: 'repeat', node: atom.node, min, max, order }, size, copies };
}

interface Repeat {
  readonly min: number;
  readonly max: number;
  readonly order: 'greedy' | 'lazy';
  /** Written with braces. */
  readonly counted: boolean;
}

function readRepeat(reader: Reader): Repeat | RegexProblem | null {
  const first = reader.pattern[reader.at];
  if (first !== '{' && first !== '*' && first !== '+' && first !== '?') return null;
  const match = /^(?:([*+?])|\{(\d{1,9})(?:(,)(\d{0,9}))?\})(\??)/.exec(
    reader.pattern.slice(reader.at, reader.at + 26),
  );
  if (match === null) return null;
  const [all, sign, low, comma, high, lazy] = match;
  const min = sign ? (sign === '+' ? 1 : 0) : Number(low);
  const max = sign ? (sign === '?' ? 1 : Infinity) : comma === undefined ? min : high === '' ? Infinity : Number(high);
  if (min > regexLimits.repeat || (Number.isFinite(max) && (max > regexLimits.repeat || max < min))) {
    return { offset: reader.at, message: `a repetition count that is not within 0 to ${regexLimits.repeat}` };
  }
  reader.at += all.length;
  return { min, max, order: (lazy === '?') !== reader.flags.U ? 'lazy' : 'greedy', counted: sign === undefined };
}
