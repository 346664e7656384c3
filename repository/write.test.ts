import assert from 'node:assert/strict';
import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { createWorkTree } from '../test/workTree.ts';
import { replaceFile } from './write.ts';

const bytes = Buffer.from('new');

test('a file is replaced as a whole and keeps its permissions; nothing else is left behind', (context) => {
  const { root } = createWorkTree(context, { 'a.txt': 'old' });
  chmodSync(path.join(root, 'a.txt'), 0o600);
  replaceFile({ within: root, file: 'a.txt', bytes });
  replaceFile({ within: root, file: 'b.txt', bytes });
  assert.equal(readFileSync(path.join(root, 'a.txt'), 'utf8'), 'new');
  assert.equal(statSync(path.join(root, 'a.txt')).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(root).sort(), ['a.txt', 'b.txt']);
});

test('a link within stays a link; one that leads out is refused, be it the file or a folder', (context) => {
  const { root } = createWorkTree(context, { 'a.txt': 'old' });
  const outside = createWorkTree(context, { 'c.txt': 'theirs' }).root;
  symlinkSync('a.txt', path.join(root, 'link.txt'));
  replaceFile({ within: root, file: 'link.txt', bytes });
  assert.ok(lstatSync(path.join(root, 'link.txt')).isSymbolicLink());
  assert.equal(readFileSync(path.join(root, 'a.txt'), 'utf8'), 'new');
  symlinkSync(path.join(outside, 'c.txt'), path.join(root, 'out.txt'));
  symlinkSync(outside, path.join(root, 'out'));
  for (const file of ['out.txt', 'out/c.txt', 'out/d.txt', '../e.txt', path.join(outside, 'c.txt')]) {
    assert.throws(() => replaceFile({ within: root, file, bytes }), /leads out/, file);
  }
  assert.equal(readFileSync(path.join(outside, 'c.txt'), 'utf8'), 'theirs');
  assert.deepEqual(readdirSync(outside), ['c.txt']);
});

test('a file that is read-only stays as it is', (context) => {
  const { root } = createWorkTree(context, { 'a.txt': 'old' });
  chmodSync(path.join(root, 'a.txt'), 0o444);
  assert.throws(() => replaceFile({ within: root, file: 'a.txt', bytes }), /read-only/);
  assert.equal(readFileSync(path.join(root, 'a.txt'), 'utf8'), 'old');
  assert.deepEqual(readdirSync(root), ['a.txt']);
});
