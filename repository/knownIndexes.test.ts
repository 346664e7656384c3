/** What an index says of itself is staged, against `git diff-index`. */
import assert from 'node:assert/strict';
import { chmodSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { createWorkTree, type WorkTree } from '../test/workTree.ts';
import { type Change, type ChangeEntry, changeOfEntries, readStagedSince } from './change.ts';
import { createKnownIndexes, type KnownIndexes } from './knownIndexes.ts';

const files = { 'a.txt': 'a\n', 'docs/b.md': 'b\n', 'docs/é.md': 'é\n', 'src/run.sh': ':\n', 'src/z.ts': 'z\n' };

const stagings: Readonly<Record<string, (tree: WorkTree) => void>> = {
  nothing: () => undefined,
  'files that are new, in folders too': (tree) => tree.write({ 'a.md': '1\n', 'docs/a/b.md': '2\n', 'zz/ü.md': '3\n' }),
  'files that are changed': (tree) => tree.write({ 'a.txt': 'b\n', 'docs/é.md': 'è\n' }),
  'files that are gone, and others changed': (tree) => {
    rmSync(path.join(tree.root, 'src'), { recursive: true });
    tree.write({ 'docs/b.md': 'c\n' });
  },
  'a mode, and a file that becomes a link': (tree) => {
    chmodSync(path.join(tree.root, 'src/run.sh'), 0o755);
    rmSync(path.join(tree.root, 'a.txt'));
    symlinkSync('docs/b.md', path.join(tree.root, 'a.txt'));
  },
};

test('what differs from the index that was a tree is what git says of that tree, with both kinds of ids', async (context) => {
  for (const format of ['sha1', 'sha256'])
    for (const [name, change] of Object.entries(stagings)) {
      const { tree, known, from } = committed(context, format);
      change(tree);
      tree.git('add', '-A');
      assert.deepEqual(staged(tree, known, from), await saidByGit(tree, from), `${name}, ${format}`);
    }
});

test('a file that is only intended is none', async (context) => {
  const { tree, known, from } = committed(context, 'sha1');
  tree.write({ 'later.txt': 'x\n', 'a.txt': 'b\n' });
  tree.git('add', '-N', 'later.txt');
  tree.git('add', 'a.txt');
  assert.deepEqual(staged(tree, known, from), await saidByGit(tree, from));
});

test('git is asked where a file may be another one renamed, of submodules, and of trees that nobody has seen', (context) => {
  const { tree, known, from } = committed(context, 'sha1');
  tree.git('mv', 'a.txt', 'b.txt');
  assert.equal(changes(tree, known, from), null);
  tree.git('reset', '-q', '--hard');
  tree.git('update-index', '--add', '--cacheinfo', `160000,${tree.git('rev-parse', 'HEAD')},library`);
  assert.equal(changes(tree, known, from), null);
  assert.equal(changes(tree, createKnownIndexes(tree.root), from), null);
});

interface Committed {
  readonly tree: WorkTree;
  readonly known: KnownIndexes;
  /** The tree of HEAD. */
  readonly from: string;
}

function committed(context: TestContext, format: string): Committed {
  const tree = createWorkTree(context, files);
  tree.git('init', '-q', '-b', 'main', `--object-format=${format}`);
  tree.commit('first');
  const known = createKnownIndexes(tree.root);
  assert.equal(known.read()?.tree, tree.git('rev-parse', 'HEAD^{tree}'));
  return { tree, known, from: tree.git('rev-parse', 'HEAD^{tree}') };
}

function changes(tree: WorkTree, known: KnownIndexes, from: string): readonly ChangeEntry[] | null {
  return known.changes(known.read() ?? assert.fail(`only git can read the index of ${tree.root}`), from);
}

function staged(tree: WorkTree, known: KnownIndexes, from: string): Change {
  const entries = changes(tree, known, from) ?? assert.fail('git has to be asked');
  return changeOfEntries({ root: tree.root, base: from, head: null }, entries);
}

async function saidByGit({ root }: WorkTree, from: string): Promise<Change> {
  const change = await readStagedSince(root, { base: from, from });
  return 'kind' in change ? assert.fail(change.message) : change;
}
