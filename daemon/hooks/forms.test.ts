/** The ways in which git makes a commit: what was judged is what is committed, and what is not to pass does not. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { runKerb, stopDaemonOf } from '../../test/command.ts';
import { privileged } from '../../test/manifests.ts';
import { createHome, openTestStore } from '../../test/store.ts';
import { createRepository, type WorkTree } from '../../test/workTree.ts';

const files = { 'a.yaml': 'a: 1\n', 'b.yaml': 'b: 1\n', 'd/e.yaml': 'e: 1\n' };

/** How a text gets into a commit; returns what git is told, and where if not in the work tree. */
type Form = (tree: WorkTree, text: string) => { readonly args: readonly string[]; readonly root?: string };

const forms: Readonly<Record<string, Form>> = {
  'all that is tracked': (tree, text) => {
    tree.write({ 'a.yaml': text });
    return { args: ['commit', '-q', '-a', '-m', 'x'] };
  },
  'one path, while another is staged': (tree, text) => {
    tree.write({ 'b.yaml': privileged });
    tree.git('add', 'b.yaml');
    tree.write({ 'a.yaml': text });
    return { args: ['commit', '-q', '-m', 'x', '--only', 'a.yaml'] };
  },
  'what is staged, not the work tree': (tree, text) => {
    tree.write({ 'a.yaml': text });
    tree.git('add', 'a.yaml');
    tree.write({ 'a.yaml': 'a: 3\n' });
    return { args: ['commit', '-q', '-m', 'x'] };
  },
  'an amended commit': (tree, text) => {
    tree.write({ 'a.yaml': text });
    return { args: ['commit', '-q', '-a', '--amend', '--no-edit'] };
  },
  'an index in two files': (tree, text) => {
    tree.git('update-index', '--split-index');
    tree.write({ 'a.yaml': text });
    return { args: ['commit', '-q', '-a', '-m', 'x'] };
  },
  'an index of folders': (tree, text) => {
    tree.git('sparse-checkout', 'set', '--cone', '--sparse-index', 'd');
    tree.write({ 'd/e.yaml': text });
    return { args: ['commit', '-q', '-a', '-m', 'x'] };
  },
  'a linked work tree, from elsewhere': (tree, text) => {
    const root = path.join(tree.root, 'linked');
    tree.git('worktree', 'add', '-q', '--detach', '--force', root);
    tree.write({ 'linked/a.yaml': text });
    return { args: ['-C', root, 'commit', '-q', '-a', '-m', 'x'], root };
  },
};

test('what was judged is what is committed, whichever way', (context) => {
  // Registered before the home is, so that the daemon ends before its home goes.
  let end = (): void => {};
  context.after(() => end());
  const home = createHome(context);
  end = () => stopDaemonOf(home.folder);
  const kerb = (cwd: string, ...args: string[]): void => {
    const { status, stderr } = runKerb(args, { cwd, env: { KERB_HOME: home.folder } });
    assert.equal(status, 0, stderr);
  };
  const store = openTestStore(context, home);
  kerb(home.folder, 'daemon', 'start');
  for (const [name, form] of Object.entries(forms))
    for (const [text, passes] of [
      [privileged, false],
      ['kind: Pod\n', true],
    ] as const) {
      const tree = createRepository(context, files);
      kerb(tree.root, 'hooks', 'install');
      const before = store.status().head.seq;
      const { args, root = tree.root } = form(tree, text);
      const commit = (): string => tree.git(...args);
      if (passes) commit();
      else assert.throws(commit, /this commit is denied/, name);
      const [entry, ...more] = store.entries(before, 10);
      assert.ok(entry?.record.kind === 'decision' && more.length === 0, name);
      assert.equal(entry.record.passed, passes, name);
      if (passes) assert.equal(entry.record.target.tree, tree.git('-C', root, 'rev-parse', 'HEAD^{tree}'), name);
    }
});
