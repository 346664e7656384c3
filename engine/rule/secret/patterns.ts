import { type CompiledRegex, compileParsed } from '../../regex/index.ts';
import { type ParsedRegex, parseRegex, type RegexProblem } from '../../regex/parse.ts';

/** Patterns that are read once and compiled once, however many forms have them. */
export interface Patterns {
  readonly parse: (source: string) => ParsedRegex | RegexProblem;
  readonly compile: (source: string) => CompiledRegex;
}

export function createPatterns(): Patterns {
  const parsed = new Map<string, ParsedRegex | RegexProblem>();
  const compiled = new Map<string, CompiledRegex>();
  const parse = (source: string) => remembered(parsed, source, parseRegex);
  const compile = (source: string): CompiledRegex => {
    const read = parse(source);
    return 'message' in read ? { regex: null, problem: read } : compileParsed(source, read);
  };
  return { parse, compile: (source) => remembered(compiled, source, compile) };
}

function remembered<T>(known: Map<string, T>, source: string, make: (source: string) => T): T {
  const before = known.get(source);
  if (before !== undefined) return before;
  const made = make(source);
  known.set(source, made);
  return made;
}
