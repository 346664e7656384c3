/** Loose blobs are what git says that they are; whatever is anything else is left to git. */
import assert from 'node:assert/strict';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { createRepository } from '../test/workTree.ts';
import { looseBlobs } from './looseObjects.ts';

test('a blob that was staged is read, also from a linked work tree', (context) => {
  const tree = createRepository(context, { 'a.txt': 'first\n' });
  tree.write({ 'b.txt': 'staged\0é\n' });
  tree.git('add', 'b.txt');
  const id = tree.git('rev-parse', ':b.txt').trim();
  assert.equal(looseBlobs(tree.root)(id)?.toString(), 'staged\0é\n');
  const linked = path.join(tree.root, 'linked');
  tree.git('worktree', 'add', '-q', linked);
  assert.equal(looseBlobs(linked)(id)?.toString(), 'staged\0é\n');
});

test('git is left what is packed, absent, or no blob', (context) => {
  const tree = createRepository(context, { 'a.txt': 'first\n' });
  const [blob, commit] = [':a.txt', 'HEAD'].map((name) => tree.git('rev-parse', name).trim());
  const read = looseBlobs(tree.root);
  assert.equal(read(blob!)?.toString(), 'first\n');
  assert.equal(read(commit!), null);
  assert.equal(read('0'.repeat(40)), null);
  tree.git('repack', '-q', '-a', '-d');
  assert.equal(read(blob!), null);
});

test('git is left what is damaged, or stands under another’s name', (context) => {
  const tree = createRepository(context, { 'a.txt': 'first\n' });
  const id = tree.git('rev-parse', ':a.txt').trim();
  const file = path.join(tree.root, '.git/objects', id.slice(0, 2), id.slice(2));
  chmodSync(file, 0o644);
  const read = looseBlobs(tree.root);
  for (const bytes of [
    deflateSync('blob 7\0second\n'),
    deflateSync('blob 60\0first\n'),
    deflateSync('first'),
    'no zlib',
    deflateSync('blob 6\0first\n').subarray(0, 12),
  ]) {
    writeFileSync(file, bytes);
    assert.equal(read(id), null);
  }
  writeFileSync(file, deflateSync('blob 6\0first\n'));
  assert.equal(read(id)?.toString(), 'first\n');
  rmSync(file);
  assert.equal(read(id), null);
});

test('what is larger than a file that is judged is not unpacked', (context) => {
  const tree = createRepository(context, { 'a.txt': 'first\n' });
  tree.write({ 'zeros.bin': '0'.repeat(11 * 1024 * 1024) });
  tree.git('add', 'zeros.bin');
  assert.equal(looseBlobs(tree.root)(tree.git('rev-parse', ':zeros.bin').trim()), null);
});
