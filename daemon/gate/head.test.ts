import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { openGitSession } from '../../repository/index.ts';
import { createRepository, type WorkTree } from '../../test/workTree.ts';
import { readHead } from './head.ts';

test('HEAD is what git says it is, wherever that is written', async (context) => {
  const tree = createRepository(context, { 'a.txt': 'a\n' });
  const linked = path.join(tree.root, 'linked');
  tree.git('branch', 'symbolic-target');
  tree.git('symbolic-ref', 'refs/heads/symbolic', 'refs/heads/symbolic-target');
  tree.git('worktree', 'add', '-q', '-b', 'feature/linked', linked);
  const states: readonly (readonly [string, ...string[]])[] = [
    ['status'],
    ['commit', '-q', '--allow-empty', '-m', 'next'],
    ['pack-refs', '--all'],
    ['checkout', '-q', 'symbolic'],
    ['checkout', '-q', '--detach', 'main'],
    ['checkout', '-q', '-b', 'deep/er'],
  ];
  for (const root of [tree.root, linked]) {
    const session = openGitSession(root);
    context.after(() => session.close());
    const ask = (...args: readonly string[]): string => tree.git('-C', root, ...args);
    for (const state of root === linked ? states.slice(0, 3) : states) {
      ask(...state);
      const head = await readHead(session);
      assert.equal(head.commit, ask('rev-parse', 'HEAD'), `${state}`);
      assert.equal(head.tree, ask('rev-parse', 'HEAD^{tree}'), `${state}`);
      // git follows a branch that stands for another one; a commit is made on what HEAD names.
      if (head.branch !== 'symbolic') assert.equal(head.branch, ask('branch', '--show-current') || null, `${state}`);
    }
  }
});

test('before the first commit there is none', async (context) => {
  const tree: WorkTree = createRepository(context, { 'a.txt': 'a\n' });
  tree.git('checkout', '-q', '--orphan', 'fresh');
  const session = openGitSession(tree.root);
  context.after(() => session.close());
  assert.deepEqual(await readHead(session), { commit: null, tree: null, branch: 'fresh', merged: [] });
});
