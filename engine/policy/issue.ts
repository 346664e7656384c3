/** Zod's issues in words that tell an author what to do. */
import type { z } from 'zod';
import { type Path, Unknown } from '../model.ts';
import { formsOf, membersOf, schemasAt } from './schemaPath.ts';
import { didYouMean, nearest } from './suggest.ts';

type Issue = z.core.$ZodIssue;
interface Explained {
  readonly path: Path;
  readonly message: string;
  /** `key`: the key itself is wrong, and not its value. `absent`: nothing is there. */
  readonly place?: 'key' | 'absent';
  /** The key that an unknown one was probably meant to be. */
  readonly meant?: string;
}

/** What an issue means, and where; one issue may be several (each unknown key, up to `most`). */
export function explainIssue(issue: Issue, schema: z.ZodType, value: unknown, most: number): readonly Explained[] {
  const path = issue.path.filter((key): key is string | number => typeof key !== 'symbol');
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysAt(schema, path);
      return issue.keys
        .slice(0, most)
        .map((key) => ({ path: [...path, key], ...unknownKey(key, known), place: 'key' as const }));
    }
    case 'invalid_type': {
      const given = valueAt(value, path);
      if (given === undefined) return [{ path, message: missingKey(path), place: 'absent' }];
      const keys = path.length === 0 || typeName(issue.expected) !== 'a map' ? [] : keysAt(schema, path);
      const what = keys.length === 0 ? typeName(issue.expected) : `a map of ${keys.join(', ')}`;
      return [{ path, message: `expected ${what}${typeHint(issue.expected, given)}` }];
    }
    case 'invalid_value': {
      if (valueAt(value, path) === undefined) return [{ path, message: missingKey(path), place: 'absent' }];
      const choices = issue.values.map(String);
      const given = valueAt(value, path);
      return [
        {
          path,
          message: `expected one of ${choices.join(', ')}${typeof given === 'string' ? didYouMean(given, choices) : ''}`,
        },
      ];
    }
    case 'invalid_union':
      return explainUnion(issue, schema, value, path, most);
    case 'invalid_key':
      return issue.issues.flatMap((inner) => [{ path, message: messageOf(inner), place: 'key' as const }]);
    default:
      return [{ path, message: messageOf(issue) }];
  }
}

/** Of the union's forms, the one that came furthest tells what is wrong. */
function explainUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  schema: z.ZodType,
  value: unknown,
  path: Path,
  most: number,
): readonly Explained[] {
  const depth = (issues: readonly Issue[]) =>
    Math.max(
      ...issues.map((inner) => (inner.code === 'invalid_type' && inner.path.length === 0 ? -1 : inner.path.length)),
    );
  const best = [...issue.errors].sort((a, b) => depth(b) - depth(a))[0] ?? [];
  if (best.length === 0 || depth(best) < 0) return [{ path, message: expectedOf(issue.errors.flat()) }];
  return best.flatMap((inner) => explainIssue({ ...inner, path: [...path, ...inner.path] }, schema, value, most));
}

/** What a value of no form that is known may be: `expected text or a list`. */
function expectedOf(issues: readonly Issue[]): string {
  const types = issues.flatMap((issue) => (issue.code === 'invalid_type' ? [typeName(issue.expected)] : []));
  return `expected ${[...new Set(types)].join(' or ')}`;
}

function messageOf(issue: Issue): string {
  switch (issue.code) {
    case 'too_big':
      return `at most ${issue.maximum} ${unitOf(issue.origin, issue.maximum)}`.trim();
    case 'too_small':
      return `at least ${issue.minimum} ${unitOf(issue.origin, issue.minimum)}`.trim();
    case 'invalid_format':
      return issue.format === 'url' ? 'expected an address that begins with https://' : issue.message;
    default:
      return issue.message;
  }
}

function unitOf(origin: string, count: number | bigint): string {
  const unit = { string: 'character', array: 'element' }[origin];
  if (unit === undefined) return '';
  return Number(count) === 1 ? unit : `${unit}s`;
}

function unknownKey(key: string, known: readonly string[]): Pick<Explained, 'message' | 'meant'> {
  if (key === 'id' && known.includes('resource'))
    return { message: 'unknown key; the id of a policy is the path of its file: <domain>/<name>.yaml' };
  const meant = foreignKeys.get(key)?.find((one) => known.includes(one)) ?? nearest(key, known);
  if (meant === null) return { message: `unknown key; the keys here are ${known.join(', ')}` };
  const what = meant === 'require' ? ', which says what must be true' : '';
  const isNear = nearest(key, known) === meant;
  return {
    message: isNear ? `unknown key${didYouMean(key, known)}` : `unknown key; here it is \`${meant}\`${what}`,
    meant,
  };
}

/** Keys of other tools' policies, and what they are here: the first that the place knows. */
const foreignKeys: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...['deny', 'assert', 'expression', 'condition', 'validations', 'rule', 'check', 'rego'].map(
    (key) => [key, ['require']] as const,
  ),
  ...['when', 'if', 'match', 'matchConditions', 'preconditions', 'filter'].map((key) => [key, ['where']] as const),
  ...['foreach', 'forEach'].map((key) => [key, ['each']] as const),
  ...['kind', 'kinds'].map((key) => [key, ['resource']] as const),
  ...['name', 'summary'].map((key) => [key, ['title']] as const),
  ...['remediation', 'solution', 'recommendation'].map((key) => [key, ['remedy']] as const),
  ['description', ['why']],
  ['messageExpression', ['message']],
  ...['level', 'priority'].map((key) => [key, ['severity']] as const),
  ...['action', 'failurePolicy', 'validationFailureAction', 'validationActions', 'enabled', 'disabled'].map(
    (key) => [key, ['enforcement']] as const,
  ),
  ...['params', 'args', 'options', 'with'].map((key) => [key, ['parameters']] as const),
  ...['exclude', 'excludes', 'skip'].map((key) => [key, ['ignore']] as const),
  ['rules', ['policies', 'require']],
  ['maxDays', ['longestDays']],
  ['pattern', ['rule', 'regex']],
  ['min', ['minimum']],
  ['max', ['maximum']],
  ['delete', ['remove']],
]);

/** What was probably written instead of a text. */
function typeHint(expected: string, given: unknown): string {
  if (expected !== 'string') return '';
  if (given instanceof Unknown) return unknownHints.get(given.reason) ?? '';
  if (given === null) return ', and nothing is there';
  return typeof given === 'object' ? '' : ' in quotes';
}

const unknownHints: ReadonlyMap<string, string> = new Map([
  ['a template', ': nothing fills in {{ }} here; in a text, CEL stands in single braces'],
  ['a tag of its own', ': what begins with ! is a tag of YAML, and stands in quotes'],
]);

function missingKey(path: Path): string {
  return `\`${String(path.at(-1) ?? '')}\` is missing`;
}

function typeName(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    string: 'text',
    object: 'a map',
    record: 'a map',
    array: 'a list',
    int: 'an integer',
    number: 'a number',
    boolean: 'true or false',
  };
  return names[expected] ?? expected;
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string | number, unknown>)[key];
  }
  return at;
}

/** The keys that the schema knows at a path. */
function keysAt(schema: z.ZodType, path: Path): readonly string[] {
  return schemasAt(schema, path)
    .flatMap(formsOf)
    .flatMap((form) => Object.keys(membersOf(form)));
}
