import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { readDraft } from './draft.ts';
import { foldsOf } from './folds.ts';
import { edited, formatDraft } from './format.ts';

const formatted = (text: string): string => edited(text, formatDraft(text));
const resource = 'resource: kubernetes.container\n';

for (const [text, wanted] of [
  ['require: self.a==1&&self.b', 'require: self.a == 1 && self.b'],
  ["require: 'self.a==\"it''s\"'", "require: 'self.a == \"it''s\"'"],
  ['require: "self.a==\\"x  y\\" && true"', 'require: "self.a == \\"x  y\\" && true"'],
  ['require: >-\n  self.a==1 &&\n  self.b==2\n', 'require: >-\n  self.a == 1 &&\n  self.b == 2\n'],
  ['require: |\n  self.a==1   // why\n    &&self.b\n', 'require: |\n  self.a == 1   // why\n    && self.b\n'],
  ['message: "{self.a+1} of { self.b }"', 'message: "{self.a + 1} of { self.b }"'],
  // As a plain text it would be a map afterwards.
  ['require: self.a?self.b:self.c', 'require: self.a?self.b:self.c'],
  ["require: 'self.a?self.b:self.c'", "require: 'self.a ? self.b : self.c'"],
  ['require: self.a==', 'require: self.a=='],
  ['require: [self.a==1]', 'require: [self.a==1]'],
] as const)
  test(`${JSON.stringify(text)} becomes ${JSON.stringify(wanted)}`, () =>
    assert.equal(formatted(resource + text), resource + wanted));

test('nothing outside of a stretch is changed', () => {
  const text = `${resource}where: self.a==1\nrequire: self.b==2\n`;
  const from = text.indexOf('require');
  const within = { start: from, end: text.length };
  assert.equal(edited(text, formatDraft(text, within)), text.replace('b==2', 'b == 2'));
});

test("Kerb's own policies are formatted", () => {
  const folder = path.resolve(import.meta.dirname, '../../../policies');
  for (const name of globSync('*/*.yaml', { cwd: folder }))
    assert.deepEqual(formatDraft(readFileSync(path.join(folder, name), 'utf8')), [], name);
});

test('whatever is in the file, it says the same afterwards, and is formatted then', () => {
  const pieces = [
    'self.a',
    '==',
    '&&',
    '?',
    ':',
    '"x y"',
    "'",
    '"',
    '\\',
    '#',
    ' ',
    '\n  ',
    '{',
    '}',
    '- ',
    '|',
    '>',
    '1',
  ];
  const garbage = fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((some) => some.join(''));
  const file = fc.tuple(fc.constantFrom('require: ', 'message: ', 'where: >-\n  '), garbage);
  fc.assert(
    fc.property(file, ([key, value]) => {
      const text = resource + key + value;
      const once = formatted(text);
      const words = (file: string) => readDraft(file).expressions.map(({ source }) => source.replace(/\s/g, ''));
      assert.deepEqual(words(once), words(text));
      assert.equal(formatted(once), once);
    }),
    { numRuns: 2_000, seed: 7 },
  );
});

test('what goes on over several lines can be folded', () => {
  const text = `${resource}owners:\n  - a\n  - b\nrequire: >-\n  true &&\n  true\n\nfix:\n  insert:\n    after: |\n      a\n      b\n`;
  const lines = foldsOf(text).map(({ start, end }) =>
    [text.slice(0, start), text.slice(0, end)].map((s) => s.split('\n').length),
  );
  assert.deepEqual(lines, [
    [2, 4],
    [5, 7],
    [9, 13],
    [10, 13],
    [11, 13],
  ]);
  assert.deepEqual(foldsOf('a: ['), []);
  assert.deepEqual(foldsOf(''), []);
});
