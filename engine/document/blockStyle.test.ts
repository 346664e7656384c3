import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { findTemplates, maskTemplates } from './template.ts';
import { readBlockStyle } from './yaml/blockStyle.ts';
import { buildParsed, buildReading } from './yaml/build.ts';
import type { Mode, Stretch } from './yaml/piece.ts';
import { documentStarts } from './yaml/stream.ts';

const folder = path.join('test', 'fixtures', 'document');
const texts = readdirSync(folder)
  .filter((name) => /\.ya?ml$/.test(name))
  .flatMap((name) => documentsOf(readFileSync(path.join(folder, name), 'utf8')));

function documentsOf(text: string): string[] {
  const starts = documentStarts(text);
  return starts.map((start, index) => text.slice(start, starts[index + 1] ?? text.length));
}

function request(text: string, kubernetes: boolean) {
  const templates = text.includes('{{') ? findTemplates(text, 'any') : [];
  const masked = templates.length === 0 ? { text, insertions: [] } : maskTemplates(text, templates);
  const stretch: Stretch = { raw: text, ...masked };
  const mode: Mode = { style: 'any', kubernetes, templated: masked.text !== text };
  return { stretch, mode, templates };
}

/** How it is read in block style, which has to agree with how the parser of the whole language reads it. */
function agree(text: string, kubernetes = false): 'read' | 'broken' | 'left' {
  const { stretch, mode, templates } = request(text, kubernetes);
  const block = readBlockStyle(stretch, mode, templates);
  if (block === null) return 'left';
  const parsed = buildParsed(stretch, mode, templates);
  if (block === 'broken') assert.ok(parsed.problems.length > 0, JSON.stringify(text));
  else assert.deepStrictEqual(buildReading(stretch, mode), parsed, JSON.stringify(text));
  return block === 'broken' ? 'broken' : 'read';
}

const own: readonly [string, string][] = [
  ['nothing', ''],
  ['comments', '# one\n\n  # two'],
  ['a map', 'a: 1\nb:\n  c: true # yes\n  d:\n\ne: ~'],
  ['a list at the column of its key', '---\na:\n- b\n- c: d\n  e: f\n-   - g\n    - -1\ng: h\n'],
  ['an item on the line below its dash', '-\n  a: b\n-\n  - c\n'],
  [
    'scalars that look like others',
    'a: 0x1F\nb: 1e3\nc: .5\nd: 0o17\ne: "1"\nf: no\ng: 0644\nh: 12345678901234567890\n',
  ],
  ['signs that mean nothing here', 'a: b:c#d\ne: -f\ng: :h\ni: ?j\nk l : m, n] {o\n'],
  ['quotes', `'it''s': "a \\"b\\" \\u00e9\\n"\n"c: d": 'e # f'\n`],
  [
    'block scalars',
    'a: |\n\n  one\n   two\n\n  # three\n\n# four\nb: >-\n  five\n  six\n\n\n  seven\nc:\n  - |-\n    eight',
  ],
  ['brackets', 'a: [b, "c", -1, [d, {e: f}]]\ng: {}\nh: [ ]\ni: { j: [k] , l: m n }\n'],
  ['templates', 'a: {{ b }}-c\nd: ${{ e }}\n{{ f }}: g\n{{- if h }}\ni: 1\n{{- else }}\ni: 2\n{{- end }}\n'],
];
for (const [name, text] of own)
  test(`${name}: read in block style, as by the parser of the whole language`, () => {
    assert.deepEqual([agree(text, false), agree(text, true)], ['read', 'read']);
  });

const others: readonly [string, string][] = [
  ['anchors', 'a: &b 1\nc: *b\n'],
  ['tags', 'a: !b c\n'],
  ['merges', '<<: a\n'],
  ['keys that are there twice', 'a: 1\na: 2\n'],
  ['scalars of several lines', 'a: b\n  c\n'],
  ['brackets of several lines', 'a: [\n  b]\n'],
  ['tabs', 'a:\tb\n'],
  ['wrong indentation', 'a:\n    b: 1\n  c: 2\n'],
  ['a key without its colon', 'a\n'],
  ['a map within a line', 'a: b: c\n'],
  ['a list within a line', 'a: - b\n'],
  ['quotes that do not end', 'a: "b\n'],
  ['escapes of YAML alone', 'a: "\\x41"\n'],
  ['another document', 'a: 1\n---\nb: 2\n'],
];
for (const [name, text] of others)
  test(`${name}: left to the parser of the whole language`, () => {
    assert.equal(agree(text), 'left');
  });

for (const text of ['a: 1\nb', 'a:\n  b: c\n  d \n', '- a: 1\n  "b"\n- c: 2\n', 'a:\nb\n: c\n'])
  test(`${JSON.stringify(text)}: broken at the first look`, () => {
    assert.equal(agree(text), 'broken');
  });

const inserts = [
  ...['', ' ', '  ', '\n', '\n\n', '\t', '\r\n', '#', ' #', '- ', '- - ', '-x', ': ', ':', ':x', '::', '? ', '?x', ','],
  ...[
    'x',
    '~',
    '0x1',
    '.5',
    '1e3',
    'yes',
    '"',
    "'",
    '""',
    '\\',
    '\\n',
    '\\u0041',
    '[',
    ']',
    '{',
    '}',
    '[a, b]',
    '{a: b}',
  ],
  ...['|', '>', '|-\n', '>-\n', ': |\n   x\n', '&a ', '*a', '!t ', '%', '@', '`', '<<: 1\n', 'a: 1\n', 'a:\n- b\n'],
  ...['---\n', '\n---\n', '...\n', '# c\n', '{{ x }}', 'é', '\u2028', '\u0001', '\uFEFF'],
];
const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.oneof(fc.constant(0), fc.nat(3)),
  insert: fc.constantFrom(...inserts),
});

test('whatever is read in block style is as the parser of the whole language reads it', () => {
  const lines = texts.map((text) => text.split('\n'));
  const excerpt = fc
    .tuple(fc.constantFrom(...lines), fc.nat(), fc.integer({ min: 1, max: 25 }))
    .map(([all, from, count]) =>
      all
        .slice(from % all.length)
        .slice(0, count)
        .join('\n'),
    );
  const property = fc.property(excerpt, fc.array(edit, { maxLength: 3 }), fc.boolean(), (text, edits, kubernetes) => {
    const edited = edits.reduce((now, { at, remove, insert }) => {
      const start = Math.floor(at * now.length);
      return now.slice(0, start) + insert + now.slice(start + remove);
    }, text);
    agree(edited, kubernetes);
  });
  fc.assert(property, { numRuns: Number(process.env.RUNS ?? 2_000) });
});
