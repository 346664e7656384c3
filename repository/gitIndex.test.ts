/** The tree that an index says it is, against `git write-tree`. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { createRepository, createWorkTree, type WorkTree } from '../test/workTree.ts';
import { treeOfIndex } from './gitIndex.ts';

test('what git has written as a tree is known, in each version of the index and with both kinds of ids', (context) => {
  for (const format of ['sha1', 'sha256'])
    for (const version of ['2', '3', '4']) {
      const tree = createWorkTree(context, filesOfAllLengths());
      tree.git('init', '-q', '-b', 'main', `--object-format=${format}`);
      tree.git('config', 'index.version', version);
      tree.git('add', '-A');
      tree.git('update-index', '--skip-worktree', 'a.txt');
      // Longer than the index has a number for, and than the disk takes.
      const name = `${'long/'.repeat(900)}a.txt`;
      tree.git('update-index', '--add', '--cacheinfo', `100644,${tree.git('rev-parse', ':a.txt')},${name}`);
      assert.equal(treeOfIndex(indexOf(tree)), null, 'it was not written yet');
      const written = tree.git('write-tree');
      assert.equal(treeOfIndex(indexOf(tree)), written, `${format}, version ${version}`);
      tree.write({ 'src/deep/a.ts': 'changed\n' });
      tree.git('add', '-A');
      assert.equal(treeOfIndex(indexOf(tree)), null, 'a file was staged since');
    }
});

test('git is left what is in conflict, only intended, in two files or in folders', (context) => {
  const conflicted = written(context);
  conflicted.git('checkout', '-q', '-b', 'other');
  conflicted.write({ 'a.txt': 'one\n' });
  conflicted.git('commit', '-q', '-a', '-m', 'one');
  conflicted.git('checkout', '-q', 'main');
  conflicted.write({ 'a.txt': 'two\n' });
  conflicted.git('commit', '-q', '-a', '-m', 'two');
  assert.throws(() => conflicted.git('merge', '-q', 'other'));
  const intended = written(context);
  intended.write({ 'later.txt': 'x\n' });
  intended.git('add', '-N', 'later.txt');
  const split = written(context);
  split.git('update-index', '--split-index');
  const sparse = written(context);
  sparse.git('sparse-checkout', 'set', '--cone', '--sparse-index', 'docs');
  for (const [name, tree] of Object.entries({ conflicted, intended, split, sparse }))
    assert.equal(treeOfIndex(indexOf(tree)), null, name);
});

test('what is cut off, longer than it says or no index has no tree, and is read to no bad end', (context) => {
  const tree = written(context);
  const whole = readFileSync(indexOf(tree));
  const file = path.join(tree.root, 'index');
  const known = treeOfIndex(indexOf(tree));
  for (let length = 0; length < whole.length; length += 5) {
    writeFileSync(file, whole.subarray(0, length));
    assert.equal(treeOfIndex(file), null, `${length} bytes`);
  }
  writeFileSync(file, Buffer.concat([whole, Buffer.alloc(4)]));
  assert.equal(treeOfIndex(file), null);
  for (let at = 0; at < whole.length - 20; at += 3) {
    const altered = Buffer.from(whole);
    altered[at]! ^= 0xff;
    writeFileSync(file, altered);
    const told = treeOfIndex(file);
    assert.ok(told === null || /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(told), `byte ${at}`);
  }
  writeFileSync(file, whole);
  assert.equal(treeOfIndex(file), known);
  assert.equal(treeOfIndex(tree.root), null);
  assert.equal(treeOfIndex(path.join(tree.root, 'nowhere')), null);
});

function written(context: TestContext): WorkTree {
  const tree = createRepository(context, filesOfAllLengths());
  tree.git('write-tree');
  assert.notEqual(treeOfIndex(indexOf(tree)), null);
  return tree;
}

/** Names of all lengths that padding distinguishes. */
function filesOfAllLengths(): Record<string, string> {
  const names = Array.from({ length: 9 }, (_, index) => `docs/${'n'.repeat(index + 1)}.md`);
  return Object.fromEntries(['a.txt', 'src/deep/a.ts', ...names].map((name) => [name, `${name}\n`]));
}

function indexOf({ root }: WorkTree): string {
  return path.join(root, '.git/index');
}
