import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
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

test('where refs lie in a table, git says the branch', async (context) => {
  const tree = createRepository(context, { 'a.txt': 'a\n' });
  const commit = tree.git('rev-parse', 'HEAD');
  // As gitrepository-layout(5) has it. This git may be too old to read a table, so it is answered for.
  tree.write({ 'bin/git': `#!/bin/sh\ncase "$*" in *symbolic-ref*) echo refs/heads/main ;; *) exit 1 ;; esac\n` });
  tree.write({ '.git/HEAD': 'ref: refs/heads/.invalid\n' });
  chmodSync(path.join(tree.root, 'bin/git'), 0o755);
  const before = process.env.PATH;
  context.after(() => {
    process.env.PATH = before;
  });
  process.env.PATH = `${path.join(tree.root, 'bin')}${path.delimiter}${before}`;
  const facts = { id: commit, type: 'commit', sizeBytes: 1 };
  const session = { ...openGitSession(tree.root), resolve: async () => [facts, facts] };
  assert.equal((await readHead(session)).branch, 'main');
});
