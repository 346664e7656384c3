import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { createRepository, createWorkTree, type WorkTree } from '../test/workTree.ts';
import { gitFolder } from './git.ts';
import { listAmong, listFiles } from './list.ts';

const files = {
  'a.yaml': '',
  '.gitignore': 'build/\n*.log\n!keep.log\n',
  'keep.log': '',
  'drop.log': '',
  'build/out.yaml': '',
  'sub/.gitignore': 'secret.yaml\n!drop.log\n/only-here.txt\n',
  'sub/secret.yaml': '',
  'sub/drop.log': '',
  'sub/only-here.txt': '',
  'sub/deep/only-here.txt': '',
  'sub/deep/secret.yaml': '',
  'node_modules/x/index.js': '',
  'sub/node_modules/y.js': '',
  'name with spaces.yaml': '',
  '-rf.yaml': '',
  'new\nline.yaml': '',
  'quo"te.yaml': '',
  'ünïcode ☃.yaml': '',
};
const listed = [
  '-rf.yaml',
  '.gitignore',
  'a.yaml',
  'keep.log',
  'name with spaces.yaml',
  'new\nline.yaml',
  'quo"te.yaml',
  'sub/.gitignore',
  'sub/deep/only-here.txt',
  'sub/drop.log',
  'ünïcode ☃.yaml',
];

async function namesIn(tree: WorkTree, ...paths: string[]): Promise<string[]> {
  const listing = await listFiles(
    tree.root,
    (paths.length > 0 ? paths : ['.']).map((each) => path.join(tree.root, each)),
  );
  assert.deepEqual(listing.problems, []);
  return listing.files.map((file) => file.path);
}

test('a repository is listed as git sees it, odd names included', async (context) => {
  const tree = createWorkTree(context, files);
  tree.git('init', '-q');
  assert.deepEqual(await namesIn(tree), listed);
});

test('a folder without git is listed by the same rules', async (context) => {
  assert.deepEqual(await namesIn(createWorkTree(context, files)), listed);
});

test('what git tracks is listed although it is ignored, and what is deleted is not', async (context) => {
  const tree = createRepository(context, { 'a.log': '', 'b.yaml': '' });
  tree.write({ '.gitignore': '*.log' });
  tree.git('rm', '-q', '--cached', 'b.yaml');
  tree.git('add', '-f', 'a.log');
  assert.deepEqual(await namesIn(tree), ['.gitignore', 'a.log', 'b.yaml']);
});

test('the private excludes of a repository hold', async (context) => {
  const tree = createRepository(context, { 'a.yaml': '' });
  tree.write({ '.git/info/exclude': 'mine/\n', 'mine/b.yaml': '' });
  assert.deepEqual(await namesIn(tree), ['a.yaml']);
});

test('what is named is listed although it is ignored', async (context) => {
  const tree = createWorkTree(context, files);
  tree.git('init', '-q');
  assert.deepEqual(await namesIn(tree, 'drop.log', 'build'), ['build/out.yaml', 'drop.log']);
});

test('of named files and folders, those that a listing would hold', async (context) => {
  const tree = createWorkTree(context, files);
  assert.deepEqual(await listAmong(tree.root, ['a.yaml']), [], 'git alone says what is ignored');
  tree.git('init', '-q');
  const names = ['a.yaml', 'drop.log', 'build', 'sub/deep', 'none.yaml', 'node_modules/x/index.js', '-rf.yaml'];
  assert.deepEqual(await listAmong(tree.root, names), ['-rf.yaml', 'a.yaml', 'sub/deep/only-here.txt']);
  assert.deepEqual(await listAmong(tree.root, []), []);
});

test('links are not followed and not listed', async (context) => {
  for (const tree of [createWorkTree(context, { 'd/a.yaml': '' }), createRepository(context, { 'd/a.yaml': '' })]) {
    symlinkSync('.', path.join(tree.root, 'd/loop'));
    symlinkSync('/etc/passwd', path.join(tree.root, 'd/out.yaml'));
    symlinkSync('nowhere', path.join(tree.root, 'd/broken'));
    const listing = await listFiles(tree.root, [tree.root]);
    assert.deepEqual(
      listing.files.map((file) => file.path),
      ['d/a.yaml'],
    );
    assert.equal(listing.skipped, 3);
  }
});

test('a folder that may not be read is a problem, and its neighbours are listed', async (context) => {
  if (process.getuid?.() === 0) return context.skip('root may read everything');
  const untracked = createRepository(context, { 'open/b.yaml': '' });
  untracked.write({ 'shut/a.yaml': '' });
  for (const tree of [createWorkTree(context, { 'shut/a.yaml': '', 'open/b.yaml': '' }), untracked]) {
    chmodSync(path.join(tree.root, 'shut'), 0);
    const listing = await listFiles(tree.root, [tree.root]);
    chmodSync(path.join(tree.root, 'shut'), 0o755);
    assert.deepEqual(
      listing.files.map((file) => file.path),
      ['open/b.yaml'],
    );
    assert.deepEqual(listing.problems, [{ file: 'shut', message: 'may not be read: permission denied' }]);
  }
});

test('a path that does not exist is a problem', async (context) => {
  const tree = createWorkTree(context);
  const listing = await listFiles(tree.root, [path.join(tree.root, 'nowhere')]);
  assert.deepEqual(listing.problems, [{ file: 'nowhere', message: 'does not exist' }]);
});

test('a repository that git refuses is listed without git, which is said', async (context) => {
  const tree = createRepository(context, { 'a.yaml': '' });
  tree.write({ '.git/config': '[core' });
  const listing = await listFiles(tree.root, [tree.root]);
  assert.deepEqual(
    listing.files.map((file) => file.path),
    ['a.yaml'],
  );
  assert.match(listing.notes.join(), /git could not list the files/);
});

test('where a work tree should name its repository may stand anything: no pipe is waited for, no device read', (context) => {
  const { root } = createWorkTree(context);
  symlinkSync('/dev/zero', path.join(root, '.git'));
  assert.equal(gitFolder(root), null);
  rmSync(path.join(root, '.git'));
  if (spawnSync('mkfifo', [path.join(root, '.git')]).status !== 0) return context.skip('there is no mkfifo');
  assert.equal(gitFolder(root), null);
});
