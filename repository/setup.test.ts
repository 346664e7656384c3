import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { createRepository, createWorkTree } from '../test/workTree.ts';
import { isBuiltIn, loadPage, loadPolicies } from './policies.ts';
import { findRoot, isInside, placeOf, relativePath } from './root.ts';
import { loadSetup } from './setup.ts';

const policy = (title: string) => `title: ${title}
severity: low
why: It is a test.
remedy: Do otherwise.
owners: [test]
resource: kubernetes.object
require: "true"
message: never
`;

test('rules come from the work tree, the index or a commit, each as a whole', async (context) => {
  const tree = createRepository(context, {
    'kerb.yaml': 'ignore: [base]\npolicyFolders: [rules]\nbaseline: known.txt\n',
    'rules/shop/one.yaml': policy('Base'),
    'known.txt': '# base\n',
  });
  const base = tree.git('rev-parse', 'HEAD');
  tree.write({
    'kerb.yaml': 'ignore: [index]\npolicyFolders: [rules]\nbaseline: known.txt\n',
    'rules/shop/one.yaml': policy('Index'),
    'known.txt': '# index\n',
  });
  tree.git('add', '-A');
  tree.write({
    'kerb.yaml': 'ignore: [tree]\npolicyFolders: [rules]\nbaseline: known.txt\n',
    'rules/shop/one.yaml': policy('Tree'),
    'known.txt': '# tree\n',
  });
  const origins = [{ kind: 'commit', commit: base }, { kind: 'index' }, { kind: 'workTree' }] as const;
  for (const [index, word] of ['base', 'index', 'tree'].entries()) {
    const setup = await loadSetup({ root: tree.root, origin: origins[index]!, folders: [], organisation: null });
    assert.deepEqual(setup.problems, []);
    assert.deepEqual(setup.configuration.ignore, [word]);
    assert.equal(setup.baseline, `# ${word}\n`);
    assert.equal(setup.policies.find(({ id }) => id === 'shop/one')?.title.toLowerCase(), word);
  }
});

test('without kerb.yaml the built-in policies govern', async (context) => {
  const setup = await loadSetup({
    root: createWorkTree(context).root,
    origin: { kind: 'workTree' },
    folders: [],
    organisation: null,
  });
  assert.deepEqual([setup.problems, setup.notes, setup.baseline], [[], [], null]);
  assert.ok(setup.policies.length >= 80 && setup.policies.every(isBuiltIn));
});

const mistakes: readonly [string, Record<string, string>, RegExp, 'error' | 'warning', string?][] = [
  ['no YAML', { 'kerb.yaml': 'a: [' }, /./, 'error'],
  ['an unknown key', { 'kerb.yaml': 'ignored: []\n' }, /ignore/, 'error'],
  ['a folder that is not there', { 'kerb.yaml': 'policyFolders: [rules]\n' }, /rules has no policies/, 'error', '1:17'],
  ['a folder outside', { 'kerb.yaml': 'policyFolders: [../up]\n' }, /within the repository/, 'error'],
  [
    'a baseline that is not there',
    { 'kerb.yaml': '# here\nbaseline: known.txt\n' },
    /does not exist/,
    'warning',
    '2:11',
  ],
  ['a folder in the place of the file', { 'kerb.yaml/a.yaml': 'ignore: ["**"]\n' }, /is not a regular file/, 'error'],
  [
    'a policy that is wrong',
    { 'kerb.yaml': 'policyFolders: [rules]\n', 'rules/shop/one.yaml': 'title: x\n' },
    /./,
    'error',
  ],
];
for (const [name, files, message, severity, place] of mistakes) {
  test(`${name} is a problem with its place`, async (context) => {
    const { problems } = await loadSetup({
      root: createWorkTree(context, files).root,
      origin: { kind: 'workTree' },
      folders: [],
      organisation: null,
    });
    assert.match(problems[0]?.message ?? '', message);
    assert.equal(problems[0]?.severity, severity);
    const { line, column } = problems[0]!.range.start;
    assert.ok(line >= 1);
    if (place !== undefined) assert.equal(`${line}:${column}`, place);
  });
}

test('what stands in the place of kerb.yaml and is no text is a problem, in git as on disk', async (context) => {
  const shapes: readonly ((root: string) => void)[] = [
    (root) => symlinkSync('nowhere', path.join(root, 'kerb.yaml')),
    (root) => symlinkSync('kerb.yaml', path.join(root, 'kerb.yaml')),
    (root) => writeFileSync(path.join(root, 'kerb.yaml'), Buffer.from([0x61, 0xff, 0x0a])),
    (root) => {
      mkdirSync(path.join(root, 'kerb.yaml'));
      writeFileSync(path.join(root, 'kerb.yaml/a.yaml'), 'ignore: ["**"]\n');
    },
  ];
  for (const shape of shapes) {
    const tree = createRepository(context);
    shape(tree.root);
    const commit = tree.commit('second');
    for (const origin of [{ kind: 'workTree' }, { kind: 'index' }, { kind: 'commit', commit }] as const) {
      const { problems } = await loadSetup({ root: tree.root, origin, folders: [], organisation: null });
      assert.deepEqual(
        problems.map(({ file, severity }) => `${file} ${severity}`),
        ['kerb.yaml error'],
        `${shape} ${origin.kind}`,
      );
    }
  }
});

test('kerb.yml is not read, which is said', async (context) => {
  const { root } = createWorkTree(context, { 'kerb.yml': 'ignore: ["**"]\n' });
  const setup = await loadSetup({ root, origin: { kind: 'workTree' }, folders: [], organisation: null });
  assert.deepEqual([setup.configuration.ignore, setup.problems], [[], []]);
  assert.match(setup.notes.join(), /kerb\.yml is not read: did you mean kerb\.yaml\?/);
});

test('the last policy with an id wins, which is said; the same one again is not worth a word', () => {
  const folder = (name: string, title: string) => ({
    name,
    texts: new Map([[`${name}/shop/one.yaml`, policy(title)]]),
  });
  const loaded = loadPolicies([folder('a', 'First'), folder('b', 'Second'), folder('c', 'Second')], null);
  assert.equal(loaded.policies.find(({ id }) => id === 'shop/one')?.title, 'Second');
  assert.deepEqual(loaded.notes, ['b/shop/one.yaml replaces shop/one of a/shop/one.yaml']);
});

test('pages are found beside policies, built-in or not', async (context) => {
  const tree = createWorkTree(context, {
    'kerb.yaml': 'policyFolders: [rules]\n',
    'rules/shop/one.yaml': policy('One'),
    'rules/shop/one.md': '# shop/one\n',
  });
  const { policies } = await loadSetup({
    root: tree.root,
    origin: { kind: 'workTree' },
    folders: [],
    organisation: null,
  });
  const page = (id: string) =>
    loadPage({ root: tree.root, organisation: null }, policies.find((each) => each.id === id)!);
  assert.equal(page('shop/one'), '# shop/one\n');
  assert.match(page('kubernetes/privileged') ?? '', /^# kubernetes\/privileged/);
});

test('a folder of policies is not followed round and round through links, and one that is too large says so', async (context) => {
  const tree = createWorkTree(context, {
    'kerb.yaml': 'policyFolders: [rules, many, all]\n',
    'rules/shop/one.yaml': policy('Loop'),
    ...Object.fromEntries(Array.from({ length: 5_001 }, (_, index) => [`many/${index}.md`, ''])),
  });
  for (const name of ['a', 'b']) symlinkSync('.', path.join(tree.root, 'rules', name));
  symlinkSync('/', path.join(tree.root, 'all'));
  const setup = await loadSetup({ root: tree.root, origin: { kind: 'workTree' }, folders: [], organisation: null });
  assert.equal(setup.policies.find(({ id }) => id === 'shop/one')?.title, 'Loop');
  const said = setup.problems.map(({ file, message }) => `${file} ${message}`).join('\n');
  assert.match(said, /^many holds 5001 /m);
  assert.match(said, /^all is a link that leads out of the repository$/m);
});

test('the root is the repository, else the folder with kerb.yaml, else what the paths have in common', (context) => {
  const repository = createRepository(context, { 'a/b/c.yaml': '', 'a/kerb.yaml': '' }).root;
  const plain = createWorkTree(context, { 'a/kerb.yaml': '', 'a/b/c.yaml': '', 'd/e.yaml': '', 'd/f/g.yaml': '' }).root;
  const at = (root: string, name: string) => path.join(root, name);
  assert.equal(findRoot(at(repository, 'a/b')), repository);
  assert.equal(findRoot(at(plain, 'a/b')), at(plain, 'a'));
  assert.deepEqual(placeOf([at(repository, 'a/b/c.yaml'), repository], '/'), { kind: 'root', root: repository });
  assert.deepEqual(placeOf([at(plain, 'd/e.yaml')], plain), { kind: 'root', root: plain });
  assert.deepEqual(placeOf([at(plain, 'd/e.yaml'), at(plain, 'd/f/g.yaml')], repository), {
    kind: 'root',
    root: at(plain, 'd'),
  });
  assert.equal(placeOf([at(plain, 'd'), repository], plain).kind, 'problem');
  assert.deepEqual(
    [isInside('/a/b', '/a'), isInside('/ab', '/a'), isInside('/a', '/a'), isInside('/a/..b', '/a')],
    [true, false, true, true],
  );
  assert.equal(relativePath('/a', '/a/b/c'), 'b/c');
});
