import assert from 'node:assert/strict';
import { existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { createRepository, createWorkTree, type WorkTree } from '../test/workTree.ts';
import { type Change, readChange, readRange, readStaged } from './change.ts';
import type { GitFailure } from './git.ts';
import { readWorkFile } from './read.ts';

/** Path → [text as it will be, text as it was]. */
async function textsOf(change: Change | GitFailure): Promise<Record<string, [string, string | null]>> {
  assert.ok(!('kind' in change), 'kind' in change ? change.message : '');
  const texts: Record<string, [string, string | null]> = {};
  for await (const { reading, baseText } of readChange(change)) {
    texts[reading.path] = [reading.kind === 'text' ? reading.file.text : reading.kind, baseText];
  }
  return texts;
}

test('the index is read, never the work tree', async (context) => {
  const tree = createRepository(context, { 'a.yaml': 'old\n', 'same.yaml': 'same\n', 'gone.yaml': 'x\n' });
  tree.write({ 'a.yaml': 'staged\n', 'b.yaml': 'new\n' });
  tree.git('add', '-A');
  tree.git('rm', '-q', 'gone.yaml');
  tree.write({ 'a.yaml': 'work tree\n', 'b.yaml': 'work tree\n', 'same.yaml': 'work tree\n', 'untracked.yaml': 'x\n' });
  assert.deepEqual(await textsOf(await readStaged(tree.root)), {
    'a.yaml': ['staged\n', 'old\n'],
    'b.yaml': ['new\n', null],
  });
});

test('before the first commit everything staged is new', async (context) => {
  const tree = createWorkTree(context, { 'a.yaml': 'a\n' });
  tree.git('init', '-q');
  tree.git('add', 'a.yaml');
  const change = await readStaged(tree.root);
  assert.deepEqual(await textsOf(change), { 'a.yaml': ['a\n', null] });
  assert.equal(!('kind' in change) && change.base, null);
});

test('a renamed file has the text that it had under its old name', async (context) => {
  const text = Array.from({ length: 30 }, (_, at) => `line ${at}\n`).join('');
  const tree = createRepository(context, { 'old name.yaml': text });
  tree.git('mv', 'old name.yaml', 'new\tname.yaml');
  tree.write({ 'new\tname.yaml': `${text}more\n` });
  tree.git('add', '-A');
  assert.deepEqual(await textsOf(await readStaged(tree.root)), { 'new\tname.yaml': [`${text}more\n`, text] });
});

test('a file that is only announced (add -N) is not staged', async (context) => {
  const tree = createRepository(context, { 'a.yaml': 'a\n' });
  tree.write({ 'b.yaml': 'b\n' });
  tree.git('add', '-N', 'b.yaml');
  assert.deepEqual(await textsOf(await readStaged(tree.root)), {});
});

test('links and submodules are skipped', async (context) => {
  const tree = createRepository(context, { 'a.yaml': 'a\n' });
  const other = createRepository(context, { 'b.yaml': 'b\n' });
  symlinkSync('/etc/passwd', path.join(tree.root, 'link.yaml'));
  tree.git('add', '-A');
  tree.git('update-index', '--add', '--cacheinfo', `160000,${other.git('rev-parse', 'HEAD')},module`);
  const change = await readStaged(tree.root);
  assert.deepEqual(await textsOf(change), {});
  assert.ok(!('kind' in change) && change.skipped >= 1);
});

test('an unresolved merge is a problem of its file; what the merge brings is judged', async (context) => {
  const tree = createRepository(context, { 'a.yaml': 'a\n' });
  tree.git('switch', '-q', '-c', 'side');
  tree.write({ 'a.yaml': 'side\n', 'b.yaml': 'side\n' });
  tree.commit('side');
  tree.git('switch', '-q', 'main');
  tree.write({ 'a.yaml': 'main\n' });
  tree.commit('main');
  assert.throws(() => tree.git('merge', 'side'));
  const change = await readStaged(tree.root);
  assert.deepEqual(await textsOf(change), { 'b.yaml': ['side\n', null] });
  assert.ok(!('kind' in change));
  assert.match(change.problems[0]?.message ?? '', /merge conflict/);
  assert.equal(change.problems[0]?.file, 'a.yaml');
});

test('ranges: two dots, three dots, a new branch, odd names', async (context) => {
  const tree = createRepository(context, { 'a.yaml': 'one\n' });
  const first = tree.git('rev-parse', 'HEAD');
  tree.git('switch', '-q', '-c', 'side');
  tree.write({ 'a.yaml': 'two\n', '-x "y"\n.yaml': 'odd\n' });
  tree.commit('side');
  tree.git('switch', '-q', 'main');
  tree.write({ 'main.yaml': 'main\n' });
  tree.commit('main');
  const changed = { 'a.yaml': ['two\n', 'one\n'], '-x "y"\n.yaml': ['odd\n', null] };
  assert.deepEqual(await textsOf(await readRange(tree.root, `${first}..side`)), changed);
  assert.deepEqual(await textsOf(await readRange(tree.root, 'main...side')), changed);
  assert.deepEqual(Object.keys(await textsOf(await readRange(tree.root, `${'0'.repeat(40)}..main`))).sort(), [
    'a.yaml',
    'main.yaml',
  ]);
  assert.deepEqual(Object.keys(await textsOf(await readRange(tree.root, `${first}..`))), ['main.yaml']);
});

const badRanges: readonly [string, RegExp][] = [
  ['main', /two commits/],
  ['nowhere..main', /no commit "nowhere"/],
  ['main..nowhere', /no commit "nowhere"/],
  ['--output=x..main', /no commit/],
  ['main..--output=x', /no commit/],
];
for (const [range, message] of badRanges) {
  test(`the range ${range} is refused`, async (context) => {
    const tree = createRepository(context);
    const change = await readRange(tree.root, range);
    assert.ok('kind' in change);
    assert.match(change.message, message);
  });
}

/** What a repository's own configuration could make git start. */
const traps: readonly ((tree: WorkTree, command: string) => void)[] = [
  (tree, command) => tree.git('config', 'core.fsmonitor', command),
  (tree, command) => tree.git('config', 'diff.external', command),
  (tree, command) => {
    tree.git('config', 'diff.trap.textconv', command);
    tree.git('config', 'diff.trap.command', command);
    tree.git('config', 'filter.trap.smudge', command);
    tree.git('config', 'filter.trap.clean', command);
    tree.write({ '.gitattributes': '* diff=trap filter=trap\n' });
  },
  (tree, command) => tree.git('config', 'core.pager', command),
];
test('nothing that a repository configures is started', async (context) => {
  for (const [index, trap] of traps.entries()) {
    const tree = createRepository(context, { 'a.yaml': 'a\n' });
    const mark = path.join(tree.root, '.git', 'sprung');
    tree.write({ 'a.yaml': 'b\n' });
    tree.git('add', 'a.yaml');
    trap(tree, `touch ${mark} #`);
    rmSync(mark, { force: true });
    const { listFiles } = await import('./list.ts');
    await listFiles(tree.root, [tree.root]);
    assert.deepEqual(Object.keys(await textsOf(await readStaged(tree.root))).includes('a.yaml'), true);
    assert.equal(existsSync(mark), false, `trap ${index}`);
  }
});

test('a corrupt repository is a failure with git’s words', async (context) => {
  const tree = createRepository(context, { 'a.yaml': 'a\n' });
  writeFileSync(path.join(tree.root, '.git', 'index'), 'garbage');
  const change = await readStaged(tree.root);
  assert.ok('kind' in change);
  assert.match(change.message, /index/);
});

test('beyond the limit a binary is left out, and what is text, or always text, is a problem', async (context) => {
  const tree = createRepository(context, {});
  const beyond = Buffer.alloc(11 * 1024 * 1024, 'a\n');
  const pieces = {
    'film.mp4': [0, 1, 2],
    'notes.txt': [],
    'deploy.yaml': [0],
    'wide.txt': [0xff, 0xfe, 0x61, 0],
  } as const;
  for (const [name, beginning] of Object.entries(pieces)) {
    const bytes = Buffer.from(beyond);
    bytes.set(beginning);
    writeFileSync(path.join(tree.root, name), bytes);
  }
  tree.git('add', '-A');
  const kinds = { 'deploy.yaml': 'problem', 'film.mp4': 'skipped', 'notes.txt': 'problem', 'wide.txt': 'problem' };
  const staged = await textsOf(await readStaged(tree.root));
  for (const [name, kind] of Object.entries(kinds)) {
    assert.equal(staged[name]?.[0], kind, name);
    assert.equal(readWorkFile(tree.root, name).kind, kind, name);
  }
});
