import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { boundsOf } from './cost.ts';
import { compileRegex, type Match } from './index.ts';
import { compileLinear } from './linear.ts';
import { nativeSource } from './native.ts';
import { parseRegex } from './parse.ts';

function regex(pattern: string) {
  const { regex, problem } = compileRegex(pattern);
  assert.equal(problem, null, `${pattern}: ${problem?.message}`);
  return regex!;
}

const matches: readonly [pattern: string, text: string, found: string | null][] = [
  ['(?i)hello', 'say HeLLo', 'HeLLo'],
  ['a(?i)b|c', 'aB', 'aB'],
  ['(?i:k)', '\u212a', '\u212a'],
  ['(?i)[^k]', '\u212ax', 'x'],
  ['(?i)straße', 'STRAßE', 'STRAßE'],
  ['.', '\u2028', '\u2028'],
  ['a.b', 'a\nb', null],
  ['(?s)a.b', 'a\nb', 'a\nb'],
  ['^b$', 'a\nb\nc', null],
  ['(?m)^b$', 'a\nb\nc', 'b'],
  ['(?m)^b$', 'a\rb\rc', null],
  ['\\Ab\\z', 'b', 'b'],
  ['\\s', '\u00a0\v', null],
  ['[[:space:]]', '\u00a0\v', '\v'],
  ['[[:^alpha:]]+', 'ab12', '12'],
  ['[]a]+', 'x]a', ']a'],
  ['[^]a]+', ']xa', 'x'],
  ['[a-]+', 'b-a', '-a'],
  ['^[^a]$', '😀', '😀'],
  ['\\x{1F600}', '😀', '😀'],
  ['\\x41\\101\\a?', 'AA', 'AA'],
  ['a{,5}', 'a{,5}', 'a{,5}'],
  ['a{2,3}?', 'aaaa', 'aa'],
  ['(?U)a+', 'aaa', 'a'],
  ['\\Qa.b\\E+', 'a.bb', 'a.bb'],
  ['\\pL+', '1é', 'é'],
  ['\\p{Greek}+', 'aλ', 'λ'],
  ['(?P<n>x)|y', 'zy', 'y'],
  ['\\bfoo\\b', 'éfooé', 'foo'],
  ['(|a)*', 'aa', ''],
  ['', 'x', ''],
  ['x*', '', ''],
  ['a||b', 'b', ''],
];
for (const [pattern, text, found] of matches) {
  test(`${pattern} finds ${JSON.stringify(found)} in ${JSON.stringify(text)}`, () => {
    const match = regex(pattern).find(text, 0);
    assert.equal(match && text.slice(match.start, match.end), found);
    assert.equal(regex(pattern).test(text), found !== null);
  });
}

const wrong: readonly [pattern: string, offset: number][] = [
  ['a(b', 1],
  ['a)b', 1],
  ['a**', 2],
  ['*a', 0],
  ['a{1001}', 1],
  ['a{3,2}', 1],
  ['x[b-a]', 1],
  ['x[', 1],
  ['(?=a)', 0],
  ['(?<!a)b', 0],
  ['(a)\\1', 3],
  ['\\Z', 0],
  ['(?P<n>a)(?P<n>b)', 8],
  ['(?:(?:a{100}){100}){100}', 18],
  ['a\\', 1],
  ['('.repeat(5000), 200],
  ['a'.repeat(10_001), 10_000],
];
for (const [pattern, offset] of wrong) {
  test(`${pattern.slice(0, 30)} is refused at ${offset}`, () => {
    assert.equal(compileRegex(pattern).problem?.offset, offset);
  });
}

test('groups are where RE2 has them', () => {
  const match = regex('(?P<key>\\w+)=(?:"([^"]*)"|(\\S+))').find('  a="b c"', 0);
  assert.deepEqual(match, {
    start: 2,
    end: 9,
    groups: [{ start: 2, end: 3 }, { start: 5, end: 8 }, null],
  });
  assert.deepEqual(regex('(?:(a)|b)+').find('ab', 0)?.groups, [{ start: 0, end: 1 }]);
  assert.deepEqual(regex('(?P<x>a)(b)').names, ['x', null]);
});

test('a search goes on from an offset, and the beginning of the text stays where it is', () => {
  assert.equal(regex('^a').find('aa', 1), null);
  assert.equal(regex('\\bb').find('ab', 1), null);
  assert.equal(regex('.').find('😀b', 1)?.start, 2);
  assert.equal(regex('b').find('b', 5), null);
});

/** Patterns known to run away in backtracking engines; each is answered by automata unless the text is short. */
const runaway = [
  '^(a+)+$',
  '(a|aa)+$',
  '(a|a)*$',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '(.*)*x',
  'a*a*a*a*a*b',
  '(?:a?){30}a{30}',
  '\\s+$',
];
for (const pattern of runaway) {
  test(`${pattern} stays within its steps`, () => {
    const parsed = parseRegex(pattern);
    assert.ok('node' in parsed);
    assert.ok(
      boundsOf(parsed.node).search(100_000) > 1024 * 100_000,
      'is not sent to a backtracking engine on long texts',
    );
    for (const text of [`${'a'.repeat(40)}!`, `${'a'.repeat(100_000)}!`, `${' '.repeat(100_000)}x`]) {
      assert.equal(regex(pattern).test(text), RE2JS.compile(pattern).test(text));
    }
  });
}

/** Patterns that the platform's engine may take: their alternatives are told apart by the next character. */
const cheap = [
  '^[a-z]+(\\.[a-z]+)*$',
  'ghp_[A-Za-z0-9]{36}',
  '^(?:sha256:)?[0-9a-f]{64}$',
  '^v\\d+(?:\\.\\d+)?$',
  ':latest$',
  '^$',
];
for (const pattern of cheap) {
  test(`${pattern} is linear in any engine`, () => {
    const parsed = parseRegex(pattern);
    assert.ok('node' in parsed);
    const { search } = boundsOf(parsed.node);
    assert.ok(search(60_000) <= 1024 * 60_000);
    assert.notEqual(nativeSource(parsed.node), null);
  });
}

const literal = fc.constantFrom('a', 'b', 'A', 'k', 'S', '-', '_', '1', ' ', '\\n', 'é', '😀', '\\.', '\\x41', '\\t');
const set = fc.constantFrom(
  '.',
  '\\d',
  '\\w',
  '\\W',
  '\\s',
  '[ab]',
  '[^a]',
  '[a-c1]',
  '[[:upper:]]',
  '[^\\d\\n]',
  '[]k]',
  '\\D',
  '[é-ü]',
);
const assertion = fc.constantFrom('^', '$', '\\b', '\\B', '\\A', '\\z');
const count = fc.constantFrom('*', '+', '?', '*?', '+?', '??', '{2}', '{1,3}', '{0,2}?', '{2,}');
const { pattern } = fc.letrec<{ pattern: string; atom: string; piece: string; branch: string }>((tie) => ({
  atom: fc.oneof(
    { maxDepth: 4 },
    literal,
    set,
    assertion,
    fc
      .tuple(fc.constantFrom('(', '(?:', '(?i:', '(?s:', '(?m:', '(?U:', '(?P<n>'), tie('pattern'))
      .map(([open, body]) => `${open}${body})`),
  ),
  piece: fc.tuple(tie('atom'), fc.option(count, { nil: '' })).map(([atom, times]) => atom + times),
  branch: fc.array(tie('piece'), { maxLength: 4 }).map((pieces) => pieces.join('')),
  pattern: fc.array(tie('branch'), { minLength: 1, maxLength: 3 }).map((branches) => branches.join('|')),
}));
const text = fc
  .array(
    fc.constantFrom(
      'a',
      'b',
      'A',
      'k',
      'K',
      's',
      'S',
      'ſ',
      '\u212a',
      '1',
      '-',
      '_',
      ' ',
      '\n',
      '\r',
      'é',
      '😀',
      '\u2028',
      ']',
      '.',
    ),
    { maxLength: 12 },
  )
  .map((characters) => characters.join(''));

test('both engines find the same, groups included', () => {
  let native = 0;
  fc.assert(
    fc.property(pattern, fc.array(text, { minLength: 5, maxLength: 5 }), fc.nat(3), (source, texts, from) => {
      const linear = compileLinear(source);
      const { regex, problem } = compileRegex(source);
      assert.equal(problem === null, typeof linear !== 'string', `${source}: ${problem?.message}`);
      if (regex === null || typeof linear === 'string') return;
      const parsed = parseRegex(source);
      if ('node' in parsed && nativeSource(parsed.node) !== null) native++;
      for (const text of texts) {
        assert.equal(regex.test(text), linear.test(text), `${source} on ${JSON.stringify(text)}`);
        if (from > text.length || /^[\udc00-\udfff]/.test(text.slice(from))) continue;
        const match: Match | null = linear.find(text, from);
        assert.deepEqual(regex.find(text, from), match, `${source} on ${JSON.stringify(text)} from ${from}`);
        const here: Match | null = match !== null && match.start === from ? match : null;
        assert.deepEqual(regex.matchAt(text, from), here, `${source} on ${JSON.stringify(text)} at ${from}`);
      }
    }),
    { numRuns: 1000 },
  );
  assert.ok(native > 150, `only ${native} patterns were translated`);
});

test('whatever is not a pattern is refused by both readings', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'ab(|)[]{}1,2*+?^$.\\\\-pPLdQEzZ:=<>i&'), maxLength: 10 }),
      (source) => {
        const { problem } = compileRegex(source);
        const linear = compileLinear(source);
        if (typeof linear === 'string') assert.notEqual(problem, null, `${source}: ${linear}`);
        else assert.equal(problem, null, `${source}: ${problem?.message}`);
      },
    ),
    { numRuns: 5000 },
  );
});

test('flags alone are nothing that is repeated: what stood before them is', () => {
  for (const source of [
    'a(?i)+',
    'a(?)*',
    'ab(?s){2}b',
    '(ab)(?i)?b',
    'a\\Q\\E+',
    'a+(?i)?',
    '\\Qab\\E(?i)*',
    'a|b(?i)+',
  ]) {
    const { regex, problem } = compileRegex(source);
    const linear = compileLinear(source);
    assert.ok(regex !== null && typeof linear !== 'string', `${source}: ${problem?.message}`);
    for (const text of ['aaab', 'abbb', 'AAb', 'b', 'abab']) {
      assert.deepEqual(regex.find(text, 0), linear.find(text, 0), `${source} on ${text}`);
    }
  }
  for (const source of ['(?i)+', 'a|(?i)*', '((?i)?)', '\\Q\\E+']) {
    assert.notEqual(compileRegex(source).problem, null, source);
    assert.equal(typeof compileLinear(source), 'string', source);
  }
});
