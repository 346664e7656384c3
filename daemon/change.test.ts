/** Changes judged: what is staged, ranges, hooks, and what an older state of the repository excuses. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { kerbPath, type Ran, runKerb } from '../test/command.ts';
import { harmless, privileged } from '../test/manifests.ts';
import { createRepository, createWorkTree } from '../test/workTree.ts';
import { jsonReport } from './report/contract.ts';

const id = 'kubernetes/privileged';

function findingsOf(ran: Ran) {
  return jsonReport.parse(JSON.parse(ran.stdout)).findings;
}

test('the same content gives the same findings, whichever way it comes', (context) => {
  const tree = createRepository(context, { 'deploy/web.yaml': harmless });
  const first = tree.git('rev-parse', 'HEAD');
  tree.write({ 'deploy/web.yaml': privileged });
  const plain = runKerb(['check', '--format', 'json', 'deploy/web.yaml'], { cwd: tree.root });
  const fromBelow = runKerb(['check', '--format', 'json', '.'], { cwd: path.join(tree.root, 'deploy') });
  tree.git('add', '-A');
  tree.write({ 'deploy/web.yaml': 'something: else\n' });
  const staged = runKerb(['check', '--staged', '--format', 'json'], { cwd: tree.root });
  const typed = runKerb(['check', '--stdin-path', 'deploy/web.yaml', '--format', 'json'], {
    cwd: tree.root,
    input: privileged,
  });
  tree.git('commit', '-q', '-m', 'second');
  const range = runKerb(['check', '--range', `${first}..HEAD`, '--format', 'json'], { cwd: tree.root });
  const expected = findingsOf(plain);
  assert.ok(expected.some(({ policy }) => policy === id));
  for (const [name, ran] of Object.entries({ fromBelow, staged, typed, range }))
    assert.deepEqual(findingsOf(ran), expected, name);
});

test('a change cannot exempt itself, by suppression or by configuration', (context) => {
  const tree = createRepository(context, { 'a.yaml': harmless });
  const allowed = privileged.replace(
    'privileged: true',
    `privileged: true # kerb: allow ${id} until ${soon()} -- the node agent`,
  );
  tree.write({ 'a.yaml': allowed, 'kerb.yaml': `policies:\n  ${id}: { enforcement: off }\nignore: ["**"]\n` });
  tree.git('add', '-A');
  assert.equal(runKerb(['check', '--staged'], { cwd: tree.root }).status, 1);
  assert.equal(runKerb(['check'], { cwd: tree.root }).status, 0);
  const base = tree.git('rev-parse', 'HEAD');
  tree.commit('second');
  assert.equal(runKerb(['check', '--range', `${base}..HEAD`], { cwd: tree.root }).status, 1);
});

test('the first commit is judged by the policies of Kerb, not by the kerb.yaml that comes with it', (context) => {
  const tree = createWorkTree(context, { 'a.yaml': privileged, 'kerb.yaml': 'sets: [npm]\nignore: ["**"]\n' });
  tree.git('init', '-q', '-b', 'main');
  tree.git('add', '-A');
  const ran = runKerb(['check', '--staged'], { cwd: tree.root });
  assert.equal(ran.status, 1, ran.stdout);
  assert.match(ran.stderr, /^kerb: kerb\.yaml governs from the next commit on: /);
  tree.git('rm', '-q', '--cached', 'kerb.yaml');
  assert.equal(runKerb(['check', '--staged'], { cwd: tree.root }).stderr, '');
});

test('a change that would break the rules gets no verdict, though the rules of the base govern it', (context) => {
  const rule = `title: Pods need a team
severity: low
why: Nobody knows whom to ask.
remedy: Say it.
owners: [shop]
resource: kubernetes.object
require: "'team' in self.?metadata.?labels.orValue({})"
message: no team
`;
  const sound = { 'kerb.yaml': 'policyFolders: [rules]\n', 'rules/team/owner.yaml': rule, 'a.yaml': harmless };
  const cases: readonly [Record<string, string | null>, number, RegExp][] = [
    [{ 'kerb.yaml': 'sets: [nope]\n' }, 2, /problem {2}kerb\.yaml:1:8: no policy is in this set/],
    [{ 'kerb.yaml': 'ignored: []\n' }, 2, /problem {2}kerb\.yaml:1:1/],
    [{ 'rules/team/owner.yaml': rule.replace('self.', 'selv.') }, 2, /problem {2}rules\/team\/owner\.yaml:7/],
    [{ 'rules/team/owner.yaml': null }, 2, /problem {2}kerb\.yaml:1:17: .*rules has no policies/],
    [{ 'kerb.yaml': 'sets: [github]\n' }, 0, /allowed/],
    [{ 'rules/team/owner.yaml': rule.replace('low', 'medium') }, 0, /allowed/],
  ];
  const tree = createRepository(context, sound);
  const base = tree.git('rev-parse', 'HEAD');
  for (const [files, status, stdout] of cases) {
    for (const [name, text] of Object.entries(files)) {
      if (text === null) tree.git('rm', '-q', name);
      else tree.write({ [name]: text });
    }
    tree.git('add', '-A');
    const staged = runKerb(['check', '--staged'], { cwd: tree.root });
    assert.equal(staged.status, status, staged.stdout);
    assert.match(staged.stdout, stdout);
    tree.git('commit', '-q', '-m', 'change');
    const range = runKerb(['check', '--range', `${base}..HEAD`], { cwd: tree.root });
    assert.equal(range.status, status, range.stdout);
    tree.git('reset', '-q', '--hard', base);
  }
});

test('a suppression that was there before the change governs, and so does one where the base allows it', (context) => {
  const allowed = privileged.replace(
    'privileged: true',
    `privileged: true # kerb: allow ${id} until ${soon()} -- the node agent`,
  );
  const before = createRepository(context, { 'a.yaml': allowed });
  before.write({ 'a.yaml': `${allowed}# a comment\n` });
  before.git('add', '-A');
  const staged = runKerb(['check', '--staged', '--format', 'json'], { cwd: before.root });
  assert.equal(findingsOf(staged).find(({ policy }) => policy === id)?.exception?.kind, 'suppression', staged.stdout);
  const permissive = createRepository(context, {
    'kerb.yaml': 'suppressions: { sameChange: allow }\n',
    'a.yaml': harmless,
  });
  permissive.write({ 'a.yaml': allowed });
  permissive.git('add', '-A');
  assert.equal(runKerb(['check', '--staged'], { cwd: permissive.root }).status, 0);
});

test('a baseline covers what was there and nothing new', (context) => {
  const tree = createRepository(context, { 'a.yaml': privileged });
  const written = runKerb(['check', '--write-baseline'], { cwd: tree.root });
  assert.equal(written.status, 0, written.stderr);
  assert.match(written.stderr, /baseline: kerb-baseline.txt/);
  tree.write({ 'kerb.yaml': 'baseline: kerb-baseline.txt\n' });
  assert.equal(runKerb(['check'], { cwd: tree.root }).status, 0);
  const lines = readFileSync(path.join(tree.root, 'kerb-baseline.txt'), 'utf8').trimEnd().split('\n').slice(1);
  assert.deepEqual(lines, [...lines].sort());
  tree.write({ 'a.yaml': `# moved\n\n${privileged}`, 'b.yaml': privileged });
  const report = findingsOf(runKerb(['check', '--format', 'json'], { cwd: tree.root })).filter(
    ({ policy }) => policy === id,
  );
  assert.deepEqual(
    report.map(({ file, exception }) => [file, exception?.kind ?? null]),
    [
      ['a.yaml', 'baseline'],
      ['b.yaml', null],
    ],
  );
  assert.equal(runKerb(['check', '--write-baseline'], { cwd: tree.root }).status, 0);
  assert.equal(runKerb(['check'], { cwd: tree.root }).status, 0);
});

test('a baseline is made of the whole repository or not at all', (context) => {
  const tree = createRepository(context, {
    'a.yaml': privileged,
    'empty/none.txt': '',
    'kerb.yaml': 'baseline: b.txt\n',
  });
  const written = () => readFileSync(path.join(tree.root, 'b.txt'), 'utf8');
  assert.equal(runKerb(['check', '--write-baseline'], { cwd: tree.root }).status, 0);
  const whole = written();
  assert.match(whole, /^[0-9a-f]{32}/m);
  assert.equal(runKerb(['check', '--write-baseline'], { cwd: path.join(tree.root, 'empty') }).status, 0);
  assert.equal(written(), whole);
  for (const named of ['a.yaml', 'nosuch', '.']) {
    const refused = runKerb(['check', '--write-baseline', named], { cwd: tree.root });
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /whole repository.*name no PATH/);
  }
  tree.write({ 'broken.yaml': 'a: [1,\nb: }\n' });
  const partial = runKerb(['check', '--write-baseline'], { cwd: tree.root });
  assert.equal(partial.status, 2);
  assert.match(partial.stderr, /broken\.yaml: .*\nkerb: b\.txt is not written/);
  assert.equal(written(), whole);
});

test('inside a hook exactly what this commit holds is judged, also in a linked work tree', (context) => {
  const main = createRepository(context, { 'a.yaml': harmless, 'b.yaml': harmless });
  const linked = createWorkTree(context).root;
  main.git('worktree', 'add', '-q', '-b', 'side', path.join(linked, 'tree'));
  for (const root of [main.root, path.join(linked, 'tree')]) {
    const git = (...args: string[]) => main.git('-C', root, ...args);
    const hook = `#!/bin/sh\nKERB_NO_BUILD=1 "${process.execPath}" "${kerbPath}" check --staged --format json > "${linked}/report.json"\nexit 0\n`;
    writeFileSync(path.join(main.root, '.git/hooks/pre-commit'), hook, { mode: 0o755 });
    writeFileSync(path.join(root, 'a.yaml'), privileged);
    writeFileSync(path.join(root, 'b.yaml'), privileged);
    git('add', 'b.yaml');
    git('commit', '-q', '-m', 'only a', 'a.yaml');
    const files = () =>
      jsonReport
        .parse(JSON.parse(readFileSync(path.join(linked, 'report.json'), 'utf8')))
        .findings.map(({ file }) => file);
    assert.deepEqual([...new Set(files())], ['a.yaml']);
    git('commit', '-q', '-m', 'then b');
    assert.deepEqual([...new Set(files())], ['b.yaml']);
  }
});

function soon(): string {
  return new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
}
