import { RE2JS, RE2JSSyntaxException } from 're2js';
import type { Match } from './match.ts';

/** The general engine: RE2's automata, linear in the text for every pattern. */
export interface LinearRegex {
  test(text: string): boolean;
  find(text: string, from: number): Match | null;
}

/** Compiles with the general engine; a string is the reason why it refuses the pattern. */
export function compileLinear(pattern: string): LinearRegex | string {
  try {
    return linear(RE2JS.compile(pattern));
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return error.getDescription();
    throw new Error('the regular expression engine broke', { cause: error });
  }
}

function linear(compiled: RE2JS): LinearRegex {
  return {
    test: (text) => compiled.test(text),
    find: (text, from) => {
      const matcher = compiled.matcher(text);
      if (!matcher.find(from)) return null;
      const groups = [];
      for (let group = 1; group <= compiled.groupCount(); group++) {
        const start = matcher.start(group);
        groups.push(start < 0 ? null : { start, end: matcher.end(group) });
      }
      return { start: matcher.start(0), end: matcher.end(0), groups };
    },
  };
}
