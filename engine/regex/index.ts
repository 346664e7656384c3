import { once } from '../once.ts';
import { type Bounds, boundsOf, longestMatch } from './cost.ts';
import { compileLinear, type LinearRegex } from './linear.ts';
import type { Match } from './match.ts';
import { hasGroupInLoop, hasOpaqueSet, nativeSource } from './native.ts';
import { needSource } from './need.ts';
import { type ParsedRegex, parseRegex, type RegexProblem } from './parse.ts';
import { simplify } from './simplify.ts';

export type { Match } from './match.ts';

/** A compiled pattern. Its time is linear in the text, whatever the pattern and the text are. */
export interface Regex {
  readonly source: string;
  /** Capturing groups, the whole match not counted. */
  readonly groups: number;
  /** Names of the capturing groups, in order. */
  readonly names: readonly (string | null)[];
  /** The longest match in UTF-16 units; Infinity where there is none. */
  readonly longest: number;
  /** Whether the pattern matches anywhere in the text. */
  test(text: string): boolean;
  /** The first match that begins at or after `from`, a UTF-16 offset; `^` is still the beginning of the text. */
  find(text: string, from: number): Match | null;
  /** The match that begins exactly at `at`, if there is one. */
  matchAt(text: string, at: number): Match | null;
}

export type CompiledRegex =
  | { readonly regex: Regex; readonly problem: null }
  | { readonly regex: null; readonly problem: RegexProblem };

/**
 * Compiles a pattern of RE2's syntax (https://github.com/google/re2/wiki/Syntax) with RE2's meaning: leftmost-first,
 * over code points. Never throws. Patterns that the platform's own RegExp provably answers in few steps for the text at hand go
 * there; everything else goes to RE2's automata.
 */
export function compileRegex(pattern: string): CompiledRegex {
  const parsed = parseRegex(pattern);
  return 'message' in parsed ? { regex: null, problem: parsed } : compileParsed(pattern, parsed);
}

/** {@link compileRegex} of a pattern that has been read already. */
export function compileParsed(pattern: string, parsed: ParsedRegex): CompiledRegex {
  const linear = once(() => compileLinear(pattern));
  if (hasOpaqueSet(parsed.node)) {
    const made = linear();
    if (typeof made === 'string') return { regex: null, problem: { offset: 0, message: made } };
  }
  return { regex: regexOf(pattern, parsed, () => existing(linear())), problem: null };
}

/** The steps that the platform's RegExp may take: a fraction of a millisecond on short texts, else a fixed number a character. */
const fewSteps = 100_000;
/** The bound is a product of worst cases that do not meet: what one start really takes is a small part of it. */
export const fewStepsOnce = 250_000;
const stepsPerCharacter = 1024;
/** Beyond this the stack of a backtracking matcher could run out on a pattern without an upper length. */
const longText = 1 << 16;

/** Each part is made when a text first needs it: most patterns never meet one that needs all of them. */
function regexOf(pattern: string, parsed: ParsedRegex, linear: () => LinearRegex): Regex {
  const exact = !hasGroupInLoop(parsed.node);
  const flags = parsed.groups > 0 ? 'du' : 'u';
  const bounds = once(() => boundsOf(parsed.node));
  const source = once(() => (exact ? nativeSource(parsed.node) : null));
  const finder = once(() => nativeOf(source(), `${flags}g`));
  const sticky = once(() => nativeOf(source(), `${flags}y`));
  const simple = once(() => simplify(parsed.node));
  const simpleBounds = once(() => boundsOf(simple()));
  const tester = once(() => nativeOf(nativeSource(simple()), 'u'));
  const needed = once(() => nativeOf(needSource(parsed.node), 'u'));
  const mayMatch = (text: string) => needed()?.test(text) !== false;
  return {
    source: pattern,
    groups: parsed.groups,
    names: parsed.names.slice(1),
    longest: longestMatch(parsed.node),
    test: (text) => {
      if (!mayMatch(text)) return false;
      const native = isCheap(text, simpleBounds()) ? tester() : null;
      return native ? native.test(text) : linear().test(text);
    },
    find: (text, from) => {
      const begin = afterPair(text, from);
      if (begin > text.length) return null;
      const native = isCheap(text, bounds()) ? finder() : null;
      if (native) return run(native, text, begin);
      return mayMatch(text) ? linear().find(text, begin) : null;
    },
    matchAt: (text, at) => {
      const isQuick = text.length <= longText && bounds().attempt(text.length) <= fewStepsOnce;
      const native = isQuick ? sticky() : null;
      if (native) return run(native, text, at);
      const match = linear().find(text, at);
      return match?.start === at ? match : null;
    },
  };
}

function isCheap({ length }: string, { search }: Bounds): boolean {
  return length <= longText && search(length) <= Math.max(fewSteps, stepsPerCharacter * length);
}

function nativeOf(source: string | null, flags: string): RegExp | null {
  return source === null ? null : new RegExp(source, flags);
}

/** The pattern has been read, so that the automata must exist. */
function existing(linear: LinearRegex | string): LinearRegex {
  if (typeof linear === 'string') throw new Error(`two readings of one pattern: ${linear}`);
  return linear;
}

function run(regex: RegExp, text: string, from: number): Match | null {
  regex.lastIndex = from;
  const match = regex.exec(text);
  if (match === null) return null;
  const groups = [];
  for (let group = 1; group < match.length; group++) {
    const indices = match.indices?.[group];
    groups.push(indices ? { start: indices[0], end: indices[1] } : null);
  }
  return { start: match.index, end: match.index + match[0].length, groups };
}

/** An offset between the halves of a surrogate pair begins at the next character. */
function afterPair(text: string, from: number): number {
  const inside = from > 0 && /[\udc00-\udfff]/.test(text[from] ?? '') && /[\ud800-\udbff]/.test(text[from - 1]!);
  return inside ? from + 1 : from;
}
