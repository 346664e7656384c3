import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDocument } from '../engine/index.ts';
import { createNative } from './native.ts';

const native = createNative();

test('SHA-256 of the text in UTF-8, in lower-case hex', () => {
  assert.equal(native.sha256('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  assert.equal(native.sha256('é'), '4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c');
});

const sources = {
  'a.ts': 'const a: string = "// no"; // yes\n/* and */',
  'a.tsx': 'const a = <b>x</b>; // yes\n/* and */',
  'a.js': 'const a = "// no"; // yes\n/* and */',
  'a.py': 'a = "# no"  # yes\n# and\n',
  'a.go': 'package a // yes\nvar b = "// no"\n/* and */\n',
  'a.sh': 'echo "# no" # yes\n# and\n',
  'A.java': 'class A { String b = "// no"; } // yes\n/* and */',
};

for (const [path, text] of Object.entries(sources)) {
  test(`comments in ${path}`, () => {
    const document = readDocument({ path, text }, native);
    assert.deepEqual(document.problems, []);
    const comments = (document.code?.tree.comments() ?? []).map(({ start, end }) => text.slice(start, end));
    assert.deepEqual(
      comments.map((comment) => comment.replace(/[^a-z]/g, '')),
      ['yes', 'and'],
    );
  });
}

test('where there is no binding, the document says so', () => {
  const document = readDocument({ path: 'a.py', text: 'x' }, { ...native, parseCode: () => null });
  assert.equal(document.code, null);
  assert.match(document.problems[0]!.message, /No parser for python/);
});
