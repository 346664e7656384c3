import { type Bounds, boundsOf, longestMatch } from './cost.ts';
import { compileLinear, type LinearRegex } from './linear.ts';
import type { Match } from './match.ts';
import { hasGroupInLoop, hasOpaqueSet, nativeSource } from './native.ts';
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
  const engines: Engines = { native: compileNative(parsed), bounds: null, linear: null };
  if (hasOpaqueSet(parsed.node)) {
    const linear = compileLinear(pattern);
    if (typeof linear === 'string') return { regex: null, problem: { offset: 0, message: linear } };
    engines.linear = linear;
  }
  return { regex: regexOf(pattern, parsed, engines), problem: null };
}

interface Engines {
  /** Null where JavaScript would mean something else. */
  readonly native: Native | null;
  /** Null until a text asks which engine is for it. */
  bounds: Bounds | null;
  linear: LinearRegex | null;
}

interface Native {
  readonly test: RegExp;
  /** Null where JavaScript would report other groups than RE2. */
  readonly find: RegExp | null;
  readonly sticky: RegExp | null;
}

/** The steps that the platform's RegExp may take: a few thousand on short texts, else a fixed number a character. */
const fewSteps = 20_000;
/** The bound is a product of worst cases that do not meet: what one start really takes is a small part of it. */
const fewStepsOnce = 250_000;
const stepsPerCharacter = 1024;
/** Beyond this the stack of a backtracking matcher could run out on a pattern without an upper length. */
const longText = 1 << 16;

function compileNative(parsed: ParsedRegex): Native | null {
  const source = nativeSource(parsed.node);
  if (source === null) return null;
  const exact = !hasGroupInLoop(parsed.node);
  const flags = parsed.groups > 0 ? 'du' : 'u';
  return {
    test: new RegExp(source, 'u'),
    find: exact ? new RegExp(source, `${flags}g`) : null,
    sticky: exact ? new RegExp(source, `${flags}y`) : null,
  };
}

function regexOf(pattern: string, parsed: ParsedRegex, engines: Engines): Regex {
  const { native } = engines;
  const bounds = () => {
    engines.bounds ??= boundsOf(parsed.node);
    return engines.bounds;
  };
  const isCheap = ({ length }: string) =>
    length <= longText && bounds().search(length) <= Math.max(fewSteps, stepsPerCharacter * length);
  const isCheapOnce = ({ length }: string) => length <= longText && bounds().attempt(length) <= fewStepsOnce;
  return {
    source: pattern,
    groups: parsed.groups,
    names: parsed.names.slice(1),
    longest: longestMatch(parsed.node),
    test: (text) => (native && isCheap(text) ? native.test.test(text) : linearOf(pattern, engines).test(text)),
    find: (text, from) => {
      const begin = afterPair(text, from);
      if (begin > text.length) return null;
      if (native?.find && isCheap(text)) return run(native.find, text, begin);
      return linearOf(pattern, engines).find(text, begin);
    },
    matchAt: (text, at) => {
      if (native?.sticky && isCheapOnce(text)) return run(native.sticky, text, at);
      const match = linearOf(pattern, engines).find(text, at);
      return match?.start === at ? match : null;
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
