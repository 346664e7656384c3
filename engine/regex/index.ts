import { measureSearch } from './cost.ts';
import { compileLinear, type LinearRegex } from './linear.ts';
import type { Match } from './match.ts';
import { hasGroupInLoop, nativeSource } from './native.ts';
import { type ParsedRegex, parseRegex, type RegexProblem } from './parse.ts';

export type { Match } from './match.ts';
export type { RegexProblem } from './parse.ts';

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
  if ('message' in parsed) return { regex: null, problem: parsed };
  const bound = measureSearch(parsed.node);
  const native = compileNative(parsed, bound.steps);
  if (native !== null) return { regex: regexOf(pattern, parsed, bound.longest, native), problem: null };
  const linear = compileLinear(pattern);
  if (typeof linear === 'string') return { regex: null, problem: { offset: 0, message: linear } };
  return {
    regex: regexOf(pattern, parsed, bound.longest, { test: null, find: null, steps: () => Infinity, linear }),
    problem: null,
  };
}

interface Engines {
  readonly test: RegExp | null;
  /** Null where JavaScript would report other groups than RE2. */
  readonly find: RegExp | null;
  readonly steps: (length: number) => number;
  linear: LinearRegex | null;
}

/** The steps that the platform's RegExp may take: a few thousand on short texts, else a fixed number a character. */
const fewSteps = 20_000;
const stepsPerCharacter = 1024;
/** Beyond this the stack of a backtracking matcher could run out on a pattern without an upper length. */
const longText = 1 << 16;

function compileNative(parsed: ParsedRegex, steps: (length: number) => number): Engines | null {
  const source = nativeSource(parsed.node);
  if (source === null || steps(8) > fewSteps) return null;
  const exactGroups = !hasGroupInLoop(parsed.node);
  const flags = parsed.groups > 0 ? 'dgu' : 'gu';
  return { test: new RegExp(source, 'u'), find: exactGroups ? new RegExp(source, flags) : null, steps, linear: null };
}

function regexOf(pattern: string, parsed: ParsedRegex, longest: number, engines: Engines): Regex {
  const isCheap = (text: string) =>
    text.length <= longText && engines.steps(text.length) <= Math.max(fewSteps, stepsPerCharacter * text.length);
  return {
    source: pattern,
    groups: parsed.groups,
    names: parsed.names.slice(1),
    longest,
    test: (text) => (engines.test && isCheap(text) ? engines.test.test(text) : linearOf(pattern, engines).test(text)),
    find: (text, from) => {
      const begin = afterPair(text, from);
      if (begin > text.length) return null;
      return engines.find && isCheap(text)
        ? findNative(engines.find, text, begin)
        : linearOf(pattern, engines).find(text, begin);
    },
  };
}

/** The automata are made when a text first needs them; the pattern has been read, so that they must exist. */
function linearOf(pattern: string, engines: Engines): LinearRegex {
  if (engines.linear) return engines.linear;
  const linear = compileLinear(pattern);
  if (typeof linear === 'string') throw new Error(`two readings of one pattern: ${linear}`);
  engines.linear = linear;
  return linear;
}

function findNative(regex: RegExp, text: string, from: number): Match | null {
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
