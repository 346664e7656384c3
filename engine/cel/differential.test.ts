/** Generated expressions, evaluated by this CEL and by those of npm: where these agree with the specification, so must we. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { celEnv, isCelError, isCelList, isCelMap, isCelUint, parse, plan } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { Environment } from '@marcbachmann/cel-js';
import fc, { type Arbitrary } from 'fast-check';
import { compile } from './index.ts';
import { mapEntries } from './map.ts';
import { dyn } from './type.ts';
import { type CelValue, Double, isInt, isList, isMap, Uint } from './value.ts';

const data = {
  n: 3,
  m: -7,
  s: 'kerb',
  t: '',
  b: true,
  l: [1, 2, 3],
  e: [],
  w: ['a', 'b'],
  o: { k: 'v', 'x-y': 1, z: null },
  d: 0.5,
};

type Grammar = Record<'bool' | 'int' | 'double' | 'string' | 'ints' | 'strings', string>;

/** Well-typed expressions of each type, over `self`, and over `x` (an int) and `y` (a string) inside macros. */
const { bool } = fc.letrec<Grammar>((tie) => ({
  bool: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('true', 'false', 'self.b', 'has(self.o.k)', 'has(self.o.q)', 'self.o.z == null', "'k' in self.o"),
    infix(tie('bool'), ['&&', '||', '==', '!='], tie('bool')),
    tie('bool').map((a) => `!(${a})`),
    infix(tie('int'), ['<', '<=', '>', '>=', '==', '!='], tie('int')),
    infix(tie('double'), ['<', '>='], tie('double')),
    infix(tie('string'), ['==', '!=', '<'], tie('string')),
    infix(tie('ints'), ['==', '!='], tie('ints')),
    call(tie('string'), ['contains', 'startsWith', 'endsWith'], tie('string')),
    infix(tie('int'), ['in'], tie('ints')),
    infix(tie('string'), ['in'], tie('strings')),
    macro(tie('ints'), ['all', 'exists', 'exists_one'], 'x', tie('bool')),
    macro(tie('strings'), ['all', 'exists', 'exists_one'], 'y', tie('bool')),
    choose(tie('bool'), tie('bool'), tie('bool')),
  ),
  int: fc.oneof(
    { depthSize: 'small' },
    fc.integer({ min: -50, max: 50 }).map((n) => (n < 0 ? `(${n})` : String(n))),
    fc.constantFrom(
      'self.n',
      'self.m',
      "self.o['x-y']",
      'self.o.q',
      'self.l[1]',
      'self.l[9]',
      '9223372036854775807',

      '9007199254740993',
    ),
    infix(tie('int'), ['+', '-', '*', '/', '%'], tie('int')),
    tie('int').map((a) => `-(${a})`),
    tie('ints').map((a) => `size(${a})`),
    tie('string').map((a) => `(${a}).size()`),
    fc.tuple(tie('ints'), tie('int')).map(([a, b]) => `(${a})[${b}]`),
    // Not any string: both others read int('') as 0.
    fc.constantFrom("int('12')", "int('-7')", "int('x')"),
    choose(tie('bool'), tie('int'), tie('int')),
  ),
  double: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('0.0', '1.5', '-2.25', '1e300', 'self.d'),
    infix(tie('double'), ['+', '-', '*', '/'], tie('double')),
    tie('int').map((a) => `double(${a})`),
  ),
  string: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom("''", "'a'", "'kerb'", "'12'", "'ü😀'", 'self.s', 'self.t', 'self.o.k', 'self.w[0]'),
    infix(tie('string'), ['+'], tie('string')),
    tie('int').map((a) => `string(${a})`),
    choose(tie('bool'), tie('string'), tie('string')),
  ),
  ints: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('self.l', 'self.e', '[1, 2]', '[0]'),
    fc.array(tie('int'), { minLength: 1, maxLength: 3 }).map((list) => `[${list.join(', ')}]`),
    infix(tie('ints'), ['+'], tie('ints')),
    macro(tie('ints'), ['filter'], 'x', tie('bool')),
    macro(tie('ints'), ['map'], 'x', tie('int')),
  ),
  strings: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('self.w', "['a']", "['kerb', '']"),
    macro(tie('strings'), ['filter'], 'y', tie('bool')),
    macro(tie('ints'), ['map'], 'x', tie('string')),
  ),
}));

function infix(left: Arbitrary<string>, operators: readonly string[], right: Arbitrary<string>): Arbitrary<string> {
  return fc.tuple(left, fc.constantFrom(...operators), right).map(([a, operator, b]) => `(${a}) ${operator} (${b})`);
}

function call(target: Arbitrary<string>, names: readonly string[], arg: Arbitrary<string>): Arbitrary<string> {
  return fc.tuple(target, fc.constantFrom(...names), arg).map(([a, name, b]) => `(${a}).${name}(${b})`);
}

function macro(
  range: Arbitrary<string>,
  names: readonly string[],
  variable: string,
  body: Arbitrary<string>,
): Arbitrary<string> {
  const used = body.map((text) =>
    text
      .replaceAll('self.n', variable === 'x' ? 'x' : 'self.n')
      .replaceAll('self.s', variable === 'y' ? 'y' : 'self.s'),
  );
  return fc.tuple(range, fc.constantFrom(...names), used).map(([a, name, b]) => `(${a}).${name}(${variable}, ${b})`);
}

function choose(condition: Arbitrary<string>, left: Arbitrary<string>, right: Arbitrary<string>): Arbitrary<string> {
  return fc.tuple(condition, left, right).map(([c, a, b]) => `((${c}) ? (${a}) : (${b}))`);
}

const environment = celEnv({ funcs: strings });
const marc = new Environment({ unlistedVariablesAreDyn: true });

test('the same answers as @bufbuild/cel, errors included', () => {
  const input = withBigints(data);
  fc.assert(
    fc.property(bool, (source) => {
      const result = plan(environment, parse(source))({ self: input } as never);
      assert.equal(ours(source), isCelError(result) ? 'error' : show(result), source);
    }),
    { numRuns: 400, seed: 6 },
  );
});

test('the same values as @marcbachmann/cel-js, where it has one', () => {
  const input = withBigints(data);
  fc.assert(
    fc.property(bool, (source) => {
      const theirs = attempt(() => show(marc.evaluate(source, { self: input })));
      if (theirs !== 'error') assert.equal(ours(source), theirs, source);
    }),
    { numRuns: 400, seed: 6 },
  );
});

function ours(source: string): string {
  const { program, problems } = compile(source, { variables: { self: dyn } });
  assert.ok(program !== null, `${source}: ${problems[0]?.message}`);
  const evaluation = program.evaluate({ self: plain(data) });
  return evaluation.kind === 'value' ? showOurs(evaluation.value) : evaluation.kind;
}

function attempt(run: () => string): string {
  try {
    return run();
  } catch {
    return 'error';
  }
}

function showOurs(value: CelValue): string {
  if (isInt(value)) return `${value}n`;
  if (value instanceof Double || value instanceof Uint) return String(value.value);
  if (isList(value)) return `[${value.map(showOurs).join()}]`;
  if (isMap(value))
    return `{${mapEntries(value)
      .map((entry) => entry.map(showOurs).join(':'))
      .join()}}`;
  return JSON.stringify(value);
}

function show(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (isCelUint(value)) return String(value.value);
  if (isCelList(value) || Array.isArray(value)) return `[${[...value].map(show).join()}]`;
  return isCelMap(value) ? `{${[...value].map((entry) => entry.map(show).join(':')).join()}}` : JSON.stringify(value);
}

function plain(value: unknown): CelValue {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value as CelValue;
  const entries = Object.entries(value).map(([key, inner]) => [key, plain(inner)] as const);
  return Object.assign(Object.create(null), Object.fromEntries(entries));
}

/** The other engines take a number for a double. */
function withBigints(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(withBigints);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value).map(([key, inner]) => [key, withBigints(inner)]));
}
