/** What scalars and templates mean. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Native, Unknown, type Value } from '../model.ts';
import { createDocumentCache, readDocument } from './index.ts';

const native: Native = { sha256: (text) => text, parseCode: () => null };

/** As JSON, with `?` for what is unknown. */
function shown(path: string, text: string): unknown {
  const value = readDocument({ path, text }, native).parts[0]!.content.value;
  return JSON.parse(
    JSON.stringify(value, (_, inner: Value) =>
      inner instanceof Unknown ? '?' : typeof inner === 'bigint' ? `${inner}n` : inner,
    ),
  );
}

const scalars: readonly (readonly [string, unknown, unknown])[] = [
  ['yes', 'yes', true],
  ['off', 'off', false],
  ['"yes"', 'yes', 'yes'],
  ['true', true, true],
  ['~', null, null],
  ['null', null, null],
  ['0644', 644, 420],
  ['0o644', 420, 420],
  ['0x1F', 31, 31],
  ['1e3', 1000, 1000],
  ['1.5', 1.5, 1.5],
  ['12345678901234567890', '12345678901234567890n', '12345678901234567890n'],
  ['2026-11-22', '2026-11-22', '2026-11-22'],
  ['1:30', '1:30', '1:30'],
  ['!!str 12', '12', '12'],
  ['!Ref x', '?', '?'],
  ["'it''s'", "it's", "it's"],
  ['', null, null],
];

test('a scalar in a workflow and in a Kubernetes object', () => {
  for (const [source, github, kubernetes] of scalars) {
    assert.deepEqual(shown('.github/workflows/a.yml', `a: ${source}\n`), { a: github }, source);
    const object = `apiVersion: v1\nkind: Pod\na: ${source}\n`;
    assert.deepEqual(shown('a.yaml', object), { apiVersion: 'v1', kind: 'Pod', a: kubernetes }, source);
  }
});

test('keys are strings, as they are written', () => {
  assert.deepEqual(shown('.github/workflows/a.yml', 'on: push\n1: a\ntrue: b\n"q": c\n? d\n: e\n'), {
    1: 'a',
    on: 'push',
    true: 'b',
    q: 'c',
    d: 'e',
  });
});

const templates: readonly (readonly [string, string, unknown])[] = [
  ['a value', 'a: {{ .x }}\n', { a: '?' }],
  ['within quotes', 'a: "b-{{ .x }}"\nc: d\n', { a: '?', c: 'd' }],
  ['with signs of YAML in it', 'a: {{ .x | default "b: c # d" }}\n', { a: '?' }],
  ['control on lines of its own', '{{- if .x }}\na: 1\n{{- end }}\nb: 2\n', { a: 1, b: 2 }],
  ['a comment over lines', '{{- /*\n a: [\n*/ -}}\nb: 2\n', { b: 2 }],
  ['writes the value of a key', 'a:\n  {{- toYaml .x | nindent 2 }}\nb: 2\n', { a: '?', b: 2 }],
  [
    'writes a list at the column of its key',
    'a:\n  b:\n  {{- toYaml .x | nindent 2 }}\n  c: 1\n',
    { a: { b: '?', c: 1 } },
  ],
  ['writes keys into a map', 'a:\n  b: 1\n  {{- toYaml .x | nindent 2 }}\nc: 2\n', { a: '?', c: 2 }],
  ['writes items into a list', 'a:\n  - 1\n  {{- toYaml .x | nindent 2 }}\nc: 2\n', { a: [1, '?'], c: 2 }],
  [
    'writes items between others',
    'a:\n  - 1\n  {{- toYaml .x | nindent 2 }}\n  - b: 2\n  {{- toYaml .y | nindent 2 }}\n',
    { a: [1, { b: 2 }, '?'] },
  ],
  ['writes on from a list, further out', 'a:\n    - 1\n  {{- toYaml .x | nindent 2 }}\nc: 2\n', { a: '?', c: 2 }],
  ['writes at the root', 'a: 1\n{{ include "x" . }}\n', '?'],
  ['in a block scalar', 'a: |\n  x\n{{- if .y }}\n  z\n{{- end }}\nb: 1\n', { a: '?', b: 1 }],
  ['in a key', '{{ .k }}: 1\n', { '{{ .k }}': 1 }],
  ['GitHub expressions outside of GitHub', 'a: ${{ b }}\n', { a: '?' }],
];

for (const [name, text, expected] of templates) {
  test(`template: ${name}`, () => {
    assert.deepEqual(shown('a.yaml', text), expected);
    assert.deepEqual(readDocument({ path: 'a.yaml', text }, native).problems, []);
  });
}

test('GitHub parses the YAML before it fills in expressions', () => {
  const text = 'a: ${{ b }}\nrun: docker ps --format "{{.ID}}"\nc: echo ${{ d }} # comment\n';
  const { parts } = readDocument({ path: '.github/workflows/a.yml', text }, native);
  const { value, templates: spans, comments } = parts[0]!.content;
  const map = value as Record<string, Value>;
  assert.ok(map.a instanceof Unknown && map.c instanceof Unknown);
  assert.equal(map.run, 'docker ps --format "{{.ID}}"');
  assert.deepEqual(
    spans.map(({ start, end }) => text.slice(start, end)),
    ['${{ b }}', '${{ d }}'],
  );
  assert.deepEqual(
    comments.map(({ start, end }) => text.slice(start, end)),
    ['# comment'],
  );
});

test('broken text keeps what can still be seen', () => {
  const broken = 'a: "open\nb: 1\nc: [1,\nd: 2\nword\ne: {x: 1\nf:\n  g: *no\n  h: 3\n';
  assert.deepEqual(shown('a.yaml', broken), {
    a: 'open',
    b: 1,
    c: [1],
    d: 2,
    word: null,
    e: { x: 1 },
    f: { g: '?', h: 3 },
  });
});

test('JSON keeps the identity of what did not change', () => {
  const cache = createDocumentCache();
  const read = (text: string) =>
    readDocument({ path: 'a.json', text }, native, cache).parts[0]!.content.value as Record<string, Value>;
  const before = read('{"a": {"x": [1]}, "b": 1}');
  const after = read('{"a": {"x": [1]}, "b": 2}');
  assert.equal(after.a, before.a);
});
