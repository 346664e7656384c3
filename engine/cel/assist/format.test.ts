import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from '../syntax/parse.ts';
import { formatBlanks } from './format.ts';

function formatted(source: string): string {
  return formatBlanks(source).reduceRight(
    (text, { span, text: by }) => text.slice(0, span.start) + by + text.slice(span.end),
    source,
  );
}

for (const [source, wanted] of [
  ['a&&b||!c', 'a && b || !c'],
  ['! a', '!a'],
  ['a   ==b', 'a == b'],
  ['a-b', 'a - b'],
  ['- a - - b', '-a - -b'],
  ['f( a ,b )', 'f(a, b)'],
  ['a . b . ? c', 'a.b.?c'],
  ['a [ 0 ]', 'a[0]'],
  ['a[ ? 0 ]', 'a[?0]'],
  ['[1,2 ,3]', '[1, 2, 3]'],
  ['a in[1]', 'a in [1]'],
  ["{'a' :1,'b':2}", "{'a': 1, 'b': 2}"],
  ["{ ? 'a' : b}", "{?'a': b}"],
  ['a?b:c', 'a ? b : c'],
  ['a?{1:b?2:3}:c', 'a ? {1: b ? 2 : 3} : c'],
  ['( a )&&( b )', '(a) && (b)'],
  ['x.all( c,c.in_ )', 'x.all(c, c.in_)'],
  ['a /b', 'a / b'],
  ["r'a  b'+ 'c  d'", "r'a  b' + 'c  d'"],
  ['a  // why\n  &&b', 'a  // why\n  && b'],
  ['a&&\n    b', 'a &&\n    b'],
  ['a &&', 'a &&'],
  ["a == 'x", "a == 'x"],
] as const)
  test(`${source} is written ${wanted}`, () => assert.equal(formatted(source), wanted));

/** A tree without its places. */
function shapeOf(source: string): string {
  return JSON.stringify(parse(source).root, (key, value) =>
    /span$/i.test(key) ? undefined : typeof value === 'bigint' ? String(value) : value,
  );
}

function isStable(source: string): void {
  const once = formatted(source);
  assert.equal(shapeOf(once), shapeOf(source), source);
  assert.equal(formatted(once), once, source);
}

/** Words of CEL with blanks between them as they come; most of it does not parse, and then nothing is changed. */
const words = [
  'a',
  'b.c',
  '.?d',
  '[0]',
  '[?0]',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ',',
  '?',
  ':',
  '!',
  '-',
  '&&',
  '||',
  '==',
  'in',
];
const blanks = fc.constantFrom('', ' ', '   ', '\t', '\n  ', ' // so\n');
const loose = fc
  .array(fc.tuple(fc.constantFrom(...words, '+', '1', "'x y'", 'f(a)', 'l.all(x, x)', "{'k': 1}"), blanks), {
    maxLength: 12,
  })
  .map((parts) => parts.flat().join(''));

/** Trees that parse, written with blanks in odd places. */
const { tree } = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'medium' },
    fc.constantFrom('a', 'a.b', '1', '-1', "'x  y'", 'true', 'r"\\d"'),
    fc
      .tuple(tie('tree'), blanks, fc.constantFrom('&&', '||', '==', '-', '+', '<', ' in '), blanks, tie('tree'))
      .map((all) => all.join('')),
    fc.tuple(fc.constantFrom('!', '-', '- '), blanks, tie('tree')).map(([sign, gap, of]) => `${sign}${gap}(${of})`),
    fc
      .tuple(tie('tree'), blanks, tie('tree'), blanks, tie('tree'))
      .map(([c, g, y, h, n]) => `(${c})${g}?${h}(${y}):${g}${n}`),
    fc.tuple(tie('tree'), blanks, tie('tree'), blanks).map(([x, g, y, h]) => `[${g}${x}${h},${g}?${y}${h}]`),
    fc.tuple(tie('tree'), blanks, tie('tree'), blanks).map(([x, g, y, h]) => `{${g}${x}${h}:${g}${y}${h}}`),
    fc.tuple(tie('tree'), blanks, tie('tree')).map(([x, g, y]) => `(${x})${g}.${g}f${g}(${g}${y}${g})`),
    fc.tuple(tie('tree'), blanks, tie('tree')).map(([x, g, y]) => `(${x})${g}[${g}${y}${g}]`),
    fc.tuple(tie('tree'), blanks, tie('tree')).map(([x, g, y]) => `(${x}).exists(v,${g}v${g}==${y})`),
  ),
}));

test('the tree stays as it is, and what is formatted stays as it is', () => {
  fc.assert(fc.property(fc.oneof(tree, loose), isStable), { numRuns: 3_000, seed: 5 });
});
