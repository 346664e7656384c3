/**
 * The regex extension of CEL (https://github.com/google/cel-go/tree/master/ext#regex) and Kubernetes' `find` and `findAll`
 * (https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-regex-library). Patterns are RE2's.
 */
import { compileRegex, type Match, type Regex } from '../../regex/index.ts';
import type { FunctionDeclaration, Overload } from '../function.ts';
import { int, list, optional, string } from '../type.ts';
import { CelError, type CelValue, celError, type Int, none, type Result, some } from '../value.ts';
import { func, method, textCost } from './declare.ts';

export const regexes: readonly FunctionDeclaration[] = [
  method('find', withPattern({ parameters: [string, string], result: string, call: find })),
  method(
    'findAll',
    withPattern({ parameters: [string, string], result: list(string), call: findAll }),
    withPattern({ parameters: [string, string, int], result: list(string), call: findAll }),
  ),
  func('regex.extract', withPattern({ parameters: [string, string], result: optional(string), call: extract })),
  func('regex.extractAll', withPattern({ parameters: [string, string], result: list(string), call: extractAll })),
  func(
    'regex.replace',
    withPattern({ parameters: [string, string, string], result: string, call: replace }),
    withPattern({ parameters: [string, string, string, int], result: string, call: replace }),
  ),
];

/** What one call may do and write: searches times characters, and characters of the result. */
const mostWork = 50_000_000;
const longestResult = 1 << 20;

interface WithPattern extends Pick<Overload, 'parameters' | 'result'> {
  readonly call: (text: string, regex: Regex, ...rest: never[]) => Result;
}

/** A constant pattern is compiled once, and a bad one is a problem of the expression. */
function withPattern({ parameters, result, call }: WithPattern): Overload {
  type Rest = never[];
  return {
    parameters,
    result,
    cost: (text: string, pattern: string) => textCost(text, pattern),
    preparation: 2000,
    call: (text: string, pattern: string, ...rest: Rest) => {
      const regex = compile(pattern);
      return regex instanceof CelError ? regex : call(text, regex, ...rest);
    },
    prepare: ([, pattern]: readonly (CelValue | undefined)[]) => {
      if (typeof pattern !== 'string') return null;
      const regex = compile(pattern);
      return regex instanceof CelError ? regex : (text: string, _: string, ...rest: Rest) => call(text, regex, ...rest);
    },
  };
}

function compile(pattern: string): Regex | CelError {
  const { regex, problem } = compileRegex(pattern);
  return regex ?? celError(`bad regular expression: ${problem.message}, at ${problem.offset}`);
}

function find(text: string, regex: Regex): Result {
  const match = regex.find(text, 0);
  return match === null ? '' : text.slice(match.start, match.end);
}

function findAll(text: string, regex: Regex, limit: Int = -1): Result {
  const matches = allMatches(text, regex, limit);
  return matches instanceof CelError ? matches : matches.map(({ start, end }) => text.slice(start, end));
}

function extract(text: string, regex: Regex): Result {
  if (regex.groups > 1) return tooManyGroups();
  const match = regex.find(text, 0);
  if (match === null) return none;
  const value = extracted(text, match);
  return value === null ? none : some(value);
}

function extractAll(text: string, regex: Regex): Result {
  if (regex.groups > 1) return tooManyGroups();
  const matches = allMatches(text, regex, -1);
  return matches instanceof CelError
    ? matches
    : matches.map((match) => extracted(text, match)).filter((value) => value !== null);
}

/** The only group where there is one, else all. */
function extracted(text: string, match: Match): string | null {
  const span = match.groups.length === 0 ? match : match.groups[0];
  return span ? text.slice(span.start, span.end) : null;
}

function replace(text: string, regex: Regex, by: string, limit: Int = -1): Result {
  const template = readTemplate(by, regex.groups);
  if (template instanceof CelError) return template;
  const matches = allMatches(text, regex, limit);
  if (matches instanceof CelError) return matches;
  const pieces: string[] = [];
  let [from, length] = [0, text.length];
  for (const match of matches) {
    const filled = template.map((part) => (typeof part === 'string' ? part : groupText(text, match, part))).join('');
    length += filled.length;
    if (length > longestResult) return celError(`the result is longer than ${longestResult} characters`);
    pieces.push(text.slice(from, match.start), filled);
    from = match.end;
  }
  return pieces.join('') + text.slice(from);
}

/** `\0` to `\9` stand for groups, `\\` for a backslash. */
function readTemplate(template: string, groups: number): readonly (string | number)[] | CelError {
  const parts: (string | number)[] = [];
  for (const [part] of template.matchAll(/[^\\]+|\\[\s\S]?/g)) {
    const after = part[1] ?? '';
    if (part[0] !== '\\') parts.push(part);
    else if (after === '\\') parts.push('\\');
    else if (!/^\d$/.test(after)) return celError('invalid replacement: \\ must be followed by a digit or \\');
    else if (Number(after) > groups)
      return celError(`replacement references group ${after} but the pattern has ${groups}`);
    else parts.push(Number(after));
  }
  return parts;
}

function groupText(text: string, match: Match, group: number): string {
  const span = group === 0 ? match : match.groups[group - 1];
  return span ? text.slice(span.start, span.end) : '';
}

/** Matches from left to right, as Go has it: an empty match right after another match does not count. */
function allMatches(text: string, regex: Regex, limit: Int): readonly Match[] | CelError {
  const matches: Match[] = [];
  let from = 0;
  let lastEnd = -1;
  while (from <= text.length && (limit < 0 || matches.length < limit)) {
    const match = regex.find(text, from);
    if (match === null) break;
    const isEmpty = match.end === match.start;
    if (!isEmpty || match.start !== lastEnd) matches.push(match);
    lastEnd = match.end;
    from = isEmpty ? match.end + ((text.codePointAt(match.end) ?? 0) > 0xffff ? 2 : 1) : match.end;
    if (matches.length * text.length > mostWork) return celError('the text is too long for so many matches');
  }
  return matches;
}

function tooManyGroups(): CelError {
  return celError('the regular expression has more than one capturing group');
}
