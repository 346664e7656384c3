import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Native, Path } from '../model.ts';
import { commentsOf, createLines, locate, readDocument, recognise } from './index.ts';

const native: Native = { sha256: (text) => text, parseCode: () => null };

const text = `a:
  b: "quoted"   # one
  c: |
    # not a comment
    block
  d: [1, {e: f}]
  empty:
base: &base {x: 1}
alias: *base
merged:
  <<: *base
  own: 2
`;

/** Path → what is marked as key, what as value, and how much is missing. */
const places: readonly (readonly [Path, string | null, string | null, number])[] = [
  [['a', 'b'], 'b', '"quoted"', 0],
  [['a', 'c'], 'c', '|\n    # not a comment\n    block', 0],
  [['a', 'd', 0], null, '1', 0],
  [['a', 'd', 1, 'e'], 'e', 'f', 0],
  [['a', 'd', 7], 'd', '[1, {e: f}]', 1],
  [['a', 'empty'], 'empty', null, 0],
  [['a', 'empty', 'more', 'x'], 'empty', null, 2],
  [['a', 'nothing'], 'a', 'b: "quoted"   # one\n  c: |\n    # not a comment\n    block\n  d: [1, {e: f}]\n  empty', 1],
  [['alias'], 'alias', '*base', 0],
  [['alias', 'x'], 'alias', '*base', 0],
  [['alias', 'y'], 'alias', '*base', 1],
  [['merged', 'x'], '<<', '*base', 0],
  [['merged', 'own'], 'own', '2', 0],
];

for (const [path, key, value, missing] of places) {
  test(`locate ${path.join('.')}`, () => {
    const { content } = readDocument({ path: 'x.yaml', text }, native).parts[0]!;
    const found = locate(content, path);
    const shown = (span: { start: number; end: number } | null) => span && content.text.slice(span.start, span.end);
    assert.deepEqual([shown(found.key), shown(found.value), found.missing], [key, value, missing]);
  });
}

test('comments of each kind', () => {
  const comments = (path: string, source: string) =>
    commentsOf(readDocument({ path, text: source }, native)).map(({ start, end }) => source.slice(start, end));
  assert.deepEqual(comments('x.yaml', text), ['# one']);
  assert.deepEqual(comments('x.yaml', '# a\r\n---  # b\r\nx: "#no" #c\r\n---\ny: a#no\n#'), ['# a', '# b', '#c', '#']);
  assert.deepEqual(comments('x.json', '{"a": "// no"} // yes\n/* and */'), ['// yes', '/* and */']);
  const docker = '# a\nFROM x # no\nRUN a \\\n  # b\n  && c <<EOF\n# no\nEOF\n# c\n';
  assert.deepEqual(comments('Dockerfile', docker), ['# a', '# b', '# c']);
});

test('only line feeds and carriage returns break lines', () => {
  const lines = createLines('a\nb\r\nc\rd\u2028e\n');
  assert.equal(lines.count, 5);
  assert.deepEqual(lines.position(0), { line: 1, column: 1 });
  assert.deepEqual(lines.position(5), { line: 3, column: 1 });
  assert.deepEqual(lines.position(9), { line: 4, column: 3 });
  assert.deepEqual(lines.line(2), { start: 2, end: 3 });
  assert.equal(lines.offset(4, 2), 8);
  assert.equal(lines.offset(2, 99), 3);
  assert.equal(lines.offset(99, 1), 11);
});

const names: readonly (readonly [string, string | undefined, string])[] = [
  ['deploy/web.yaml', undefined, 'yaml'],
  ['Dockerfile', undefined, 'dockerfile'],
  ['docker/Dockerfile.prod', undefined, 'dockerfile'],
  ['build.dockerfile', undefined, 'dockerfile'],
  ['Containerfile', undefined, 'dockerfile'],
  ['Dockerfile.dockerignore', undefined, 'text'],
  ['tsconfig.json', undefined, 'json'],
  ['a.MTS', undefined, 'code typescript'],
  ['a.tsx', undefined, 'code tsx'],
  ['a.jsx', undefined, 'code javascript'],
  ['a.py', undefined, 'code python'],
  ['main.go', undefined, 'code go'],
  ['run.sh', undefined, 'code bash'],
  ['A.java', undefined, 'code java'],
  ['untitled', 'python', 'code python'],
  ['x.yaml', 'plaintext', 'yaml'],
  ['LICENSE', undefined, 'text'],
  ['.npmrc', undefined, 'text'],
];

test('a file without an extension is what its first line says', () => {
  const found = (text: string) => recognise({ path: 'bin/tool', text }).language;
  assert.equal(found('#!/bin/sh\n'), 'bash');
  assert.equal(found('#!/usr/bin/env -S python3.12 -u\n'), 'python');
  assert.equal(found('#!/usr/bin/env node\n'), 'javascript');
  assert.equal(found('#!/usr/bin/perl\n'), null);
  assert.equal(found('node\n'), null);
});

test('files are recognised', () => {
  for (const [path, language, expected] of names) {
    const found = recognise({ path, ...(language === undefined ? {} : { language }) });
    assert.equal(found.language === null ? found.kind : `${found.kind} ${found.language}`, expected, path);
  }
});
