import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { createTestGate } from '../../test/gate.ts';
import { createRepository, createWorkTree, type WorkTree } from '../../test/workTree.ts';

const privileged = `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: nginx:1.27
      securityContext:
        privileged: true
`;

test('a commit of a denied manifest is blocked, recorded, and the answer says what to do', async (context) => {
  const tree = createRepository(context, { 'a.txt': 'a\n' });
  tree.git('config', 'user.email', 'ada@example.com');
  tree.git('config', 'user.name', 'Ada');
  const { commit, store } = createTestGate(context);
  tree.write({ 'deploy/pod.yaml': privileged });
  tree.git('add', '-A');
  const answer = await commit(tree);
  assert.equal(answer.outcome, 'block');
  assert.equal(answer.report.decision.effect, 'deny');
  assert.match(answer.text, /^Kerb: this commit is denied\n\n {2}deploy\/pod.yaml:\d+: /m);
  assert.match(answer.text, /kubernetes\/privileged/);
  const [entry] = store.entries(0, 10);
  assert.equal(answer.seq, 1);
  assert.ok(entry?.record.kind === 'decision');
  assert.equal(entry.record.passed, false);
  assert.equal(entry.record.target.tree, tree.git('write-tree'));
  assert.equal(entry.record.target.base, tree.git('rev-parse', 'HEAD'));
  assert.equal(entry.record.target.ref, 'refs/heads/main');
  assert.equal(entry.record.subject.email, 'ada@example.com');
});

test('what was judged before is not judged again, and says the same', async (context) => {
  const tree = createRepository(context, {});
  const { commit } = createTestGate(context);
  tree.write({ 'deploy/pod.yaml': privileged });
  tree.git('add', '-A');
  const [first, second] = [await commit(tree), await commit(tree)];
  assert.deepEqual(second.report.findings, first.report.findings);
  assert.equal(second.report.decision.inputDigest, first.report.decision.inputDigest);
});

test('the index counts, not the work tree; a name of the commit is asked again each time', async (context) => {
  const tree = createRepository(context, { 'pod.yaml': 'kind: Pod\n' });
  const { commit } = createTestGate(context);
  tree.write({ 'pod.yaml': privileged });
  assert.equal((await commit(tree)).outcome, 'pass');
  tree.git('add', '-A');
  assert.equal((await commit(tree)).outcome, 'block');
  tree.git('commit', '-q', '-m', 'past the gate');
  assert.equal((await commit(tree)).outcome, 'pass');
});

test('the first commit is judged by the policies that come with Kerb, whatever its kerb.yaml says', async (context) => {
  const tree = createWorkTree(context, { 'pod.yaml': privileged, 'kerb.yaml': 'ignore: ["**"]\n' });
  tree.git('init', '-q', '-b', 'main');
  tree.git('add', '-A');
  const { commit } = createTestGate(context);
  const answer = await commit(tree);
  assert.equal(answer.outcome, 'block');
  assert.match(answer.text, /kerb.yaml governs from the next commit on/);
});

test('a change cannot exempt itself; rules of the commit before govern, and a broken kerb.yaml leaves no verdict', async (context) => {
  const tree = createRepository(context, {
    'kerb.yaml': 'policies:\n  kubernetes/privileged: { enforcement: deny }\n',
  });
  const { commit } = createTestGate(context);
  tree.write({ 'pod.yaml': privileged, 'kerb.yaml': 'ignore: ["**"]\n' });
  tree.git('add', '-A');
  assert.equal((await commit(tree)).report.decision.effect, 'deny');
  tree.git('commit', '-q', '-m', 'past the gate');
  tree.write({ 'other.yaml': privileged });
  tree.git('add', '-A');
  assert.equal((await commit(tree)).outcome, 'pass');
  tree.write({ 'kerb.yaml': 'policies: 7\n' });
  tree.git('add', '-A');
  const broken = await commit(tree);
  assert.equal(broken.report.decision.effect, 'indeterminate');
  assert.equal(broken.outcome, 'block');
});

test('in a merge only what differs from every parent is judged', async (context) => {
  const tree = createRepository(context, { 'a.yaml': 'a: 1\n' });
  const { commit } = createTestGate(context);
  tree.git('switch', '-q', '-c', 'side');
  tree.write({ 'pod.yaml': privileged });
  tree.commit('side');
  tree.git('switch', '-q', 'main');
  tree.write({ 'a.yaml': 'a: 2\n' });
  tree.commit('main');
  tree.git('merge', '-q', '--no-commit', '--no-ff', 'side');
  assert.equal((await commit(tree)).outcome, 'pass');
  tree.write({ 'pod.yaml': `${privileged}      command: [x]\n` });
  tree.git('add', '-A');
  assert.equal((await commit(tree)).outcome, 'block');
});

test('observe lets everything pass and says what would be denied', async (context) => {
  const tree = createRepository(context, {});
  const { commit, store } = createTestGate(context, { mode: () => 'observe' });
  tree.write({ 'pod.yaml': privileged });
  tree.git('add', '-A');
  const answer = await commit(tree);
  assert.equal(answer.outcome, 'pass');
  assert.match(answer.text, /would be denied/);
  // It is written a moment later.
  await new Promise((resolve) => setImmediate(resolve));
  const [entry] = store.entries(0, 1);
  assert.ok(entry?.record.kind === 'decision' && entry.record.effect === 'deny' && entry.record.passed);
});

test('break-glass passes, loudly, and is recorded with its reason', async (context) => {
  const tree = createRepository(context, {});
  const { commit, store } = createTestGate(context);
  tree.write({ 'pod.yaml': privileged });
  tree.git('add', '-A');
  const answer = await commit(tree, 'the shop is down');
  assert.equal(answer.outcome, 'pass');
  assert.match(answer.text, /BREAK-GLASS.*the shop is down/);
  const [entry] = store.entries(0, 1);
  assert.ok(entry?.record.kind === 'decision');
  assert.equal(entry.record.origin, 'breakGlass');
  assert.equal(entry.record.reason, 'the shop is down');
});

test('a file that is only announced (add -N) is in no commit, and not judged', async (context) => {
  const tree = createRepository(context, { 'a.txt': 'a\n' });
  const { commit } = createTestGate(context);
  tree.write({ 'pod.yaml': privileged, 'b.txt': 'b\n' });
  tree.git('add', 'b.txt');
  tree.git('add', '-N', 'pod.yaml');
  const answer = await commit(tree);
  assert.equal(answer.outcome, 'pass', answer.text);
  // The other file, and the change itself.
  assert.equal(answer.report.files.checked, 2);
  tree.git('add', 'pod.yaml');
  assert.equal((await commit(tree)).outcome, 'block');
});

test('of a sparse checkout, a change is judged like any other, and what is not checked out is not', async (context) => {
  const tree = createRepository(context, { 'here/a.txt': 'a\n', 'there/pod.yaml': privileged });
  const { commit } = createTestGate(context);
  tree.git('sparse-checkout', 'set', '--no-cone', '/here/');
  assert.equal(existsSync(path.join(tree.root, 'there')), false);
  tree.write({ 'here/a.txt': 'b\n' });
  tree.git('add', 'here/a.txt');
  const answer = await commit(tree);
  assert.equal(answer.outcome, 'pass', answer.text);
  assert.equal(answer.report.files.checked, 2);
  tree.write({ 'there/pod.yaml': `${privileged}# changed\n` });
  tree.git('add', '--sparse', 'there/pod.yaml');
  assert.equal((await commit(tree)).outcome, 'block');
});

test('a submodule is no file, and inside it its own commits are judged', async (context) => {
  const library = createRepository(context, { 'pod.yaml': privileged });
  const tree = createRepository(context, { 'a.txt': 'a\n' });
  const { commit } = createTestGate(context);
  tree.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library.root, 'library');
  const outside = await commit(tree);
  assert.equal(outside.outcome, 'pass', outside.text);
  assert.equal(outside.report.files.checked, 2, '.gitmodules, and the change itself');
  const inside: WorkTree = {
    ...tree,
    root: path.join(tree.root, 'library'),
    git: (...args) => tree.git('-C', 'library', ...args),
  };
  tree.write({ 'library/other.yaml': privileged });
  inside.git('add', '-A');
  assert.equal((await commit(inside)).outcome, 'block');
});

test('a repository that was deleted and made again at its place is judged, not the one that was there', async (context) => {
  const tree = createRepository(context, { 'a.txt': 'a\n' });
  const { commit } = createTestGate(context);
  tree.write({ 'b.txt': 'b\n' });
  tree.git('add', '-A');
  assert.equal((await commit(tree)).outcome, 'pass');
  rmSync(tree.root, { recursive: true });
  mkdirSync(tree.root);
  tree.git('init', '-q', '-b', 'main');
  tree.write({ 'pod.yaml': privileged });
  tree.git('add', '-A');
  assert.match((await commit(tree)).text, /pod\.yaml:\d+: .*privileged/);
});
