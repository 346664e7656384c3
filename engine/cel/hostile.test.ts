/** Expressions and data made to hurt: never a throw, always an answer, always bounded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tests as data } from '@bufbuild/cel-spec/testdata/conformance.js';
import type { SerializedIncrementalTestSuite } from '@bufbuild/cel-spec/testdata/tests.js';
import fc from 'fast-check';
import { compile } from './index.ts';
import { dyn } from './type.ts';
import type { CelValue } from './value.ts';

const self: CelValue = Object.assign(Object.create(null), {
  a: 1,
  b: 'x',
  l: [1, 2, 3],
  big: Array.from({ length: 2000 }, (_, at) => at),
});
const variables = { self: dyn };

const tooMuch: readonly (readonly [string, string])[] = [
  ['parentheses', `${'('.repeat(100_000)}1${')'.repeat(100_000)}`],
  ['open parentheses', '('.repeat(99_000)],
  ['open lists', '['.repeat(99_000)],
  ['open maps', '{1:'.repeat(33_000)],
  ['negations', `${'!'.repeat(99_000)}true`],
  ['signs', `${'-'.repeat(99_000)}1`],
  ['selections', `self${'.a'.repeat(40_000)}`],
  ['indices', `self${'[0]'.repeat(30_000)}`],
  ['sums', `1${'+1'.repeat(40_000)}`],
  ['conditions', `${'true ? 1 : '.repeat(9_000)}1`],
  ['conditions within', `${'true ? '.repeat(9_000)}1`],
  ['calls', `${'size('.repeat(15_000)}self`],
  ['macros', `${'self.all(x, '.repeat(8_000)}x`],
  ['digits', '9'.repeat(99_000)],
  ['exponent', '1e999999999'],
  ['too long', `"${'a'.repeat(200_000)}"`],
  ['quotes', `"""${'\\'.repeat(50_000)}`],
  ['nothing', ''],
  ['space', ' \n\t '],
];

for (const [name, source] of tooMuch) {
  test(`too much: ${name}`, () => {
    const { program, problems } = compile(source, { variables });
    assert.equal(program, null);
    assert.ok(problems.length > 0 && problems.length <= 30, `${problems.length} problems`);
  });
}

test('long expressions that are not deep work', () => {
  for (const source of [
    `${Array(5_000).fill('self.a == 1').join(' && ')}`,
    `self.a in [${Array.from({ length: 9_000 }, (_, at) => at).join(',')}]`,
    `"${'a'.repeat(90_000)}" != ""`,
  ]) {
    const { program } = compile(source, { variables });
    const evaluation = program?.evaluate({ self });
    assert.ok(evaluation?.kind === 'value' && evaluation.value === true);
  }
});

/** A list that is small, and endless to walk through: each level holds the one below twice. */
function doubled(name: string, body: string): string {
  const levels = Array.from(
    { length: 60 },
    (_, at) => `cel.bind(${name}${at + 1}, [${name}${at}, ${name}${at}], `,
  ).join('');
  return `cel.bind(${name}0, [1], ${levels}${body}${')'.repeat(61)}`;
}

const expensive: readonly string[] = [
  doubled('a', 'a60'),
  doubled('a', doubled('b', 'a60 == b60')),
  doubled('a', doubled('b', 'a60 in [b60]')),
  doubled('a', '"%s".format([a60]) == ""'),
  doubled('a', 'sets.contains(dyn(a60), [1])'),
  doubled('a', 'a60.flatten().size() == 0'),
  'self.big.all(a, self.big.all(b, self.big.all(c, a + b + c >= 0)))',
  'self.big.map(a, self.big.map(b, self.big)).size() > 0',
  'self.big.exists(a, self.big == [a])  || self.big.all(a, self.big == self.big + [])',
  `${Array.from({ length: 60 }, (_, at) => `cel.bind(s${at + 1}, s${at} + s${at}, `)
    .join('')
    .replace('s0 + s0', '"aaaaaaaaaaaaaaaa" + "b"')}s60${')'.repeat(60)}`.replaceAll('s0', '"aaaaaaaaaaaaaaaa"'),
  `${Array.from({ length: 60 }, (_, at) => `cel.bind(l${at + 1}, l${at} + l${at}, `).join('')}l60${')'.repeat(60)}`.replaceAll(
    'l0',
    '[1]',
  ),
  'self.big.all(a, true || self.big.all(b, self.big.all(c, c == c)))  && self.big.map(a, self.big.map(b, a)).size() == 0',
  'lists.range(1000000).all(x, lists.range(1000000).size() > x)',
  'cel.bind(t, self.big.map(y, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").join(","), self.big.all(x, self.big.all(y, size(t) > x)))',
  'cel.bind(t, self.big.map(y, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").join(","), self.big.all(x, self.big.all(y, t != t + "b" && t <= t)))',
  'cel.bind(m, self.big.transformMap(i, v, v), self.big.all(x, self.big.all(y, m.exists(k, true) && size(m) > 0)))',
  'self.big.all(x, !"b".matches("a" + string(x)))',
  'self.big.all(x, timestamp(x).getHours("UTC".trim()) >= 0)',
  'self.big.all(x, self.big.map(y, "a").join(",").size() > x)',
];

for (const source of expensive) {
  test(`stopped by its budget: ${source.slice(0, 60)}`, () => {
    const { program, problems } = compile(source, { variables });
    assert.ok(program !== null, problems[0]?.message);
    const first = program.evaluate({ self });
    assert.ok(
      first.kind === 'error' && first.code === 'budget',
      JSON.stringify(first.kind === 'value' ? 'a value' : first),
    );
    assert.deepEqual(program.evaluate({ self }), first);
    program.explain({ self }, { cost: 10_000 });
  });
}

test('an exhausted budget is not absorbed', () => {
  const source = 'self.big.all(a, self.big.all(b, self.big.exists(c, c < 0))) || true';
  const evaluation = compile(source, { variables }).program?.evaluate({ self }, { cost: 1000 });
  assert.ok(evaluation?.kind === 'error' && evaluation.code === 'budget');
});

test('explaining takes no longer than evaluating allows', () => {
  for (const source of [
    `self${'[0]'.repeat(200)} == 1`,
    `self.l${'.filter(x, x > 0)'.repeat(60)}.size() == 0`,
    `self.l${'.map(x, x)'.repeat(60)}[0] == 0`,
    `${'(true ? '.repeat(80)}self.a == 2${' : false)'.repeat(80)}`,
    `${'!('.repeat(100)}self.a == 2${')'.repeat(100)}`,
  ]) {
    const { program, problems } = compile(source, { variables });
    assert.ok(program !== null, problems[0]?.message);
    assert.equal(program.explain({ self }).path?.[0], 'self');
  }
});

test('catastrophic patterns are harmless', () => {
  const text = `${'a'.repeat(40)}!`;
  const { program } = compile('self.matches("^(a+)+$") || self.matches("(a|a)*b") || self.matches("(.*)*=")', {
    variables,
  });
  const evaluation = program?.evaluate({ self: text });
  assert.ok(evaluation?.kind === 'value' && evaluation.value === false);
});

/** Expressions of the conformance data, cut, doubled and mixed. */
const sources = [...expressionsOf(data as SerializedIncrementalTestSuite)];
const pieces = [
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ',',
  '.',
  '?',
  ':',
  '&&',
  '!',
  '-',
  '1',
  '"',
  "'",
  'a',
  ' in ',
  'self',
  '.all(x, ',
  '\\',
  '`',
  '[?',
  '.?',
  '\u0000',
  '💥',
  '//',
  '\n',
];
const mutated = fc
  .tuple(
    fc.constantFrom(...sources),
    fc.constantFrom(...sources),
    fc.nat(200),
    fc.nat(200),
    fc.array(fc.constantFrom(...pieces), { maxLength: 4 }),
  )
  .map(([left, right, cut, from, between]) => left.slice(0, cut) + between.join('') + right.slice(from));

test('mutated and random expressions get an answer', () => {
  fc.assert(
    fc.property(fc.oneof(mutated, fc.string({ unit: 'binary', maxLength: 60 })), (source) => {
      const { program, problems } = compile(source, { variables });
      assert.equal(
        program === null,
        problems.some((one) => one.severity === 'error'),
      );
      for (const { span } of problems)
        assert.ok(0 <= span.start && span.start <= span.end && span.end <= source.length);
      const evaluation = program?.evaluate({ self }, { cost: 10_000 });
      if (evaluation?.kind === 'error') assert.doesNotMatch(evaluation.message, /broke/);
      program?.explain({ self }, { cost: 1_000 });
    }),
    { numRuns: 800, seed: 1 },
  );
});

function* expressionsOf(suite: SerializedIncrementalTestSuite): Generator<string> {
  for (const one of suite.tests ?? []) yield one.original.expr;
  for (const inner of suite.suites ?? []) yield* expressionsOf(inner);
}
