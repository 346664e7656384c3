/** Input that nobody wrote in good faith, or that a broken tool left: a clear problem, soon, and no crash. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Document, type Native, Unknown, type Value } from '../model.ts';
import { createDocumentCache, readDocument } from './index.ts';

const native: Native = { sha256: (text) => text, parseCode: () => null };
const read = (path: string, text: string): Document => readDocument({ path, text }, native);
const deep = (open: string, close = '') => open.repeat(20_000) + close.repeat(20_000);

const bomb = Array.from({ length: 12 }, (_, level) =>
  level === 0
    ? 'l0: &l0 [x, x]'
    : `l${level}: &l${level} [${Array(9)
        .fill(`*l${level - 1}`)
        .join(', ')}]`,
).join('\n');

const cases: readonly { name: string; path: string; text: string; problem: RegExp | null }[] = [
  { name: 'a bomb of aliases', path: 'a.yaml', text: bomb, problem: /more than 100000 values/ },
  { name: 'an alias within its own anchor', path: 'a.yaml', text: 'a: &a [*a]', problem: /No anchor/ },
  { name: 'a merge of itself', path: 'a.yaml', text: 'a: &a\n  <<: *a\n', problem: /No anchor/ },
  { name: 'deep flow lists', path: 'a.yaml', text: deep('['), problem: /./ },
  { name: 'deep flow lists that close', path: 'a.yaml', text: deep('[', ']'), problem: /./ },
  { name: 'deep block lists', path: 'a.yaml', text: deep('- '), problem: /./ },
  { name: 'deep complex keys', path: 'a.yaml', text: deep('? '), problem: /./ },
  { name: 'deep flow maps', path: 'a.yaml', text: deep('{a: '), problem: /./ },
  { name: 'deep JSON', path: 'a.json', text: deep('[', ']'), problem: /Nested deeper/ },
  { name: 'deep JSON objects', path: 'a.json', text: deep('{"a":'), problem: /Nested deeper/ },
  { name: 'deep code', path: 'a.ts', text: deep('(', ')'), problem: /Nested deeper/ },
  { name: 'a long chain of calls', path: 'a.ts', text: `x${'.a()'.repeat(50_000)}`, problem: /chain of more/ },
  { name: 'a long chain over lines', path: 'a.ts', text: `x${'\n  .a(1, 2)'.repeat(5_000)}`, problem: /chain of more/ },
  { name: 'a long list', path: 'a.go', text: `x(${'a.b, '.repeat(50_000)})`, problem: /No parser/ },
  { name: 'one line of 9 million characters', path: 'a.yaml', text: `a: ${'x'.repeat(9_000_000)}`, problem: null },
  {
    name: 'one line of 50 million characters',
    path: 'a.yaml',
    text: `a: ${'x'.repeat(50_000_000)}`,
    problem: /Larger than/,
  },
  { name: 'a long line of JSON', path: 'a.json', text: `["${'x'.repeat(9_000_000)}"]`, problem: null },
  { name: 'a long line of code', path: 'a.py', text: 'x'.repeat(3_000_000), problem: /Larger than/ },
  { name: 'NUL in YAML', path: 'a.yaml', text: 'a: \0b\n', problem: /NUL/ },
  { name: 'NUL in text', path: 'a.txt', text: 'a\0', problem: /NUL/ },
  {
    name: 'conflict markers',
    path: 'a.yaml',
    text: '<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> x\n',
    problem: /merge conflict/,
  },
  {
    name: 'conflict markers in JSON',
    path: 'a.json',
    text: '{\n<<<<<<< HEAD\n"a": 1\n=======\n"a": 2\n>>>>>>> x\n}',
    problem: /merge conflict/,
  },
  {
    name: 'conflict markers in a yarn.lock',
    path: 'yarn.lock',
    text: 'a@1:\n<<<<<<< HEAD\n  version "1"\n=======\n  version "2"\n>>>>>>> x\n',
    problem: /merge conflict/,
  },
  {
    name: 'a yarn.lock further in with each line',
    path: 'yarn.lock',
    text: Array.from({ length: 2_000 }, (_, column) => `${' '.repeat(column)}a:\n`).join(''),
    problem: null,
  },
  { name: 'a yarn.lock of open quotes', path: 'yarn.lock', text: 'a "\n'.repeat(100_000), problem: null },
  { name: 'a yarn.lock in one line', path: 'yarn.lock', text: '"a" '.repeat(100_000), problem: null },
  { name: 'open quotes', path: 'a.yaml', text: 'a: "'.repeat(10_000), problem: /./ },
  { name: 'anchors without end', path: 'a.yaml', text: '&a '.repeat(10_000), problem: /./ },
  { name: 'tags without end', path: 'a.yaml', text: '! '.repeat(10_000), problem: /./ },
  { name: 'templates without end', path: 'a.yaml', text: `a: ${'{{ '.repeat(20_000)}`, problem: /./ },
  { name: 'templates that close', path: 'a.yaml', text: 'a: {{ x }}\n'.repeat(3_000), problem: null },
  { name: 'many documents', path: 'a.yaml', text: '---\n'.repeat(5_000), problem: null },
  { name: 'a lone surrogate', path: 'a.yaml', text: 'a: \ud800\n', problem: null },
  { name: 'a byte order mark', path: 'a.json', text: '\uFEFF{"a": 1}', problem: null },
];

for (const { name, path, text, problem } of cases) {
  test(name, () => {
    const { problems } = read(path, text);
    if (problem === null) assert.deepEqual(problems, []);
    else assert.match(problems[0]?.message ?? 'no problem', problem);
    if (name.startsWith('conflict')) assert.equal(problems.length, 1);
  });
}

test('a byte order mark is no part of a key', () => {
  for (const text of ['\uFEFFa: 1\n', '\uFEFF---\na: 1\n', `\uFEFF${'a: 1\nb: 2\n'.slice(0, 5)}`]) {
    assert.deepEqual(Object.keys(read('a.yaml', text).parts[0]!.content.value as object), ['a']);
  }
});

test('keys of objects mean nothing', () => {
  const text = '__proto__: {polluted: true}\nconstructor: x\ntoString: y\n';
  const value = read('a.yaml', text).parts[0]!.content.value as Record<string, Value>;
  assert.deepEqual(Object.keys(value), ['__proto__', 'constructor', 'toString']);
  assert.equal(Object.getPrototypeOf(value), null);
  const json = read('a.json', '{"__proto__": {"polluted": true}}').parts[0]!.content.value as Record<string, Value>;
  assert.deepEqual(Object.keys(json), ['__proto__']);
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
});

test('what a bomb of aliases would bring is unknown', () => {
  const value = read('a.yaml', bomb).parts[0]!.content.value as Record<string, readonly Value[]>;
  assert.ok(value.l11!.every((item) => item instanceof Unknown));
});

test('no problem quotes the document', () => {
  const secret = 'hunter2hunter2';
  const texts = [
    `a: "${secret}`,
    `${secret}\nb: ${secret}: x`,
    `a: *${secret}`,
    `a: [${secret}`,
    `a: !${secret} x\n ${secret}`,
    `%${secret}\n---\n`,
    `a: @${secret}`,
  ];
  for (const text of texts) {
    for (const path of ['a.yaml', 'a.json']) {
      for (const { message } of read(path, text).problems) assert.ok(!message.includes(secret), message);
    }
  }
});

test('the cache forgets what was not used for long', () => {
  const cache = createDocumentCache();
  for (let index = 0; index < 1_000; index++) readDocument({ path: `${index}.yaml`, text: 'a: 1' }, native, cache);
  assert.equal(cache.take('0.yaml'), null);
  assert.notEqual(cache.take('999.yaml'), null);
});
