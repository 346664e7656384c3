/** Kerb's own functions, for what policies read most: image references, action references, paths. */
import { compileRegex, type Regex } from '../../regex/index.ts';
import type { FunctionDeclaration } from '../function.ts';
import { createMap } from '../map.ts';
import { bool, dyn, list, object, string } from '../type.ts';
import { CelError, type CelValue, celError, isList, Optional, type Result } from '../value.ts';
import { func, textCost } from './declare.ts';
import { globPattern } from './glob.ts';
import { readImage, readUses } from './reference.ts';

const imageType = object('Image', { registry: string, repository: string, name: string, tag: string, digest: string });
const usesType = object('Uses', { kind: string, owner: string, repo: string, path: string, ref: string, pinned: bool });

export const kerb: readonly FunctionDeclaration[] = [
  func('image', {
    parameters: [string],
    result: imageType,
    cost: textCost,
    call: (text: string) => mapOf(readImage(text)),
  }),
  func('uses', {
    parameters: [string],
    result: usesType,
    cost: textCost,
    call: (text: string) => mapOf(readUses(text)),
  }),
  func('glob', {
    parameters: [string, string],
    result: bool,
    cost: textCost,
    preparation: 2000,
    call: (path: string, pattern: string): Result => {
      const regex = compile(pattern);
      return regex instanceof CelError ? regex : regex.test(path);
    },
    prepare: ([, pattern]: readonly (CelValue | undefined)[]) => {
      if (typeof pattern !== 'string') return null;
      const regex = compile(pattern);
      return regex instanceof CelError ? regex : (path: string) => regex.test(path);
    },
  }),
  // What is being typed is null, or a word where a list should be. These two let a policy be asked of it all the same.
  func('listOf', {
    parameters: [dyn],
    result: list(dyn),
    call: (value: CelValue): Result => {
      const inner = unwrapped(value);
      if (inner === null) return [];
      return isList(inner) ? inner : [inner];
    },
  }),
  func('textOf', {
    parameters: [dyn],
    result: string,
    call: (value: CelValue): Result => {
      const inner = unwrapped(value);
      return typeof inner === 'object' ? '' : String(inner);
    },
  }),
  // A policy about values that look secret leaves to `secrets/` what those find wherever it stands.
  func('isKnownToken', {
    parameters: [string],
    result: bool,
    cost: textCost,
    call: (text: string) => knownToken.test(text),
  }),
];

/** Tokens whose form alone says who issued them; each has a policy of its own. */
const knownToken = new RegExp(
  `^(?:${[
    /gh[opsur]_\w{36}|github_pat_\w{60,}|npm_\w{36}|glpat-[\w-]{20,}|xox[a-z]-[\w-]{20,}|sk_live_\w{20,}/,
    /sk-[\w-]{40,}|AKIA[A-Z0-9]{16}|AIza[\w-]{35}|hf_\w{34}|dckr_pat_[\w-]{27}|pypi-[\w-]{50,}/,
  ]
    .map(({ source }) => source)
    .join('|')})$`,
);

function unwrapped(value: CelValue): CelValue {
  return value instanceof Optional ? (value.value ?? null) : value;
}

function mapOf(fields: object): Result {
  return createMap(Object.entries(fields) as [string, string | boolean][]) ?? celError('no such reference');
}

function compile(pattern: string): Regex | CelError {
  const { regex, problem } = compileRegex(globPattern(pattern));
  return regex ?? celError(`bad path pattern: ${problem.message}`);
}
