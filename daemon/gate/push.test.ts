import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import type { DecisionRecord } from '../../hub/protocol.ts';
import { createTestGate } from '../../test/gate.ts';
import { createRepository, createWorkTree, type WorkTree } from '../../test/workTree.ts';
import type { Store } from '../store/store.ts';

const none = '0'.repeat(40);
// Put together here, so that no scanner takes this file for a leak.
const token = `ghp_${'k3J9dLq0ZxV7bN2mW8rT5yU1oP4aS6fGhE2c'}`;
const privileged = `apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - { name: web, image: "nginx:1.27", securityContext: { privileged: true } }
`;

/** A repository whose `main` is on the remote, as a fetch would have it. */
function createPushed(context: Parameters<typeof createRepository>[0]): { tree: WorkTree; remoteId: string } {
  const tree = createRepository(context, { 'a.yaml': 'a: 1\n' });
  const remoteId = tree.git('rev-parse', 'HEAD');
  tree.git('update-ref', 'refs/remotes/origin/main', remoteId);
  return { tree, remoteId };
}

/** Two commits that the remote has not: one writes a secret down, the next takes it away. */
function createTakenAway(context: Parameters<typeof createPushed>[0]) {
  const pushed = createPushed(context);
  const { tree } = pushed;
  tree.write({ 'config.txt': `token ${token}\n` });
  const guilty = tree.commit('add');
  tree.write({ 'config.txt': 'token from the vault\n' });
  return { ...pushed, guilty, localId: tree.commit('take away') };
}

test('a secret that a later commit took away is found in the pushed history', async (context) => {
  const { tree, remoteId, guilty, localId } = createTakenAway(context);
  const { push, store } = createTestGate(context);
  const answer = await push(tree, [{ ref: 'refs/heads/main', localId, remoteId }]);
  assert.equal(answer.outcome, 'block');
  assert.match(answer.text, new RegExp(`config.txt:1: .*in commit ${guilty.slice(0, 12)}`));
  assert.doesNotMatch(JSON.stringify([answer, store.entries(0, 10)]), new RegExp(token));
  const entry = store.entries(0, 10).at(-1);
  assert.ok(entry?.record.kind === 'decision');
  assert.deepEqual(entry.record.target, {
    base: remoteId,
    commit: localId,
    tree: null,
    ref: 'refs/heads/main',
  });
});

test('a secret in the message of a commit is found', async (context) => {
  const { tree, remoteId } = createPushed(context);
  const { push } = createTestGate(context);
  const localId = tree.commit(`use the token\n${token}`);
  const answer = await push(tree, [{ ref: 'refs/heads/main', localId, remoteId }]);
  assert.equal(answer.outcome, 'block');
  assert.match(answer.text, new RegExp(`message of commit ${localId.slice(0, 12)}`));
});

test('what only the way there had is no finding of other policies; the end state is', async (context) => {
  const { tree, remoteId } = createPushed(context);
  const { push } = createTestGate(context);
  tree.write({ 'pod.yaml': privileged });
  const middle = tree.commit('add');
  tree.git('rm', '-q', 'pod.yaml');
  const localId = tree.commit('remove');
  assert.equal((await push(tree, [{ ref: 'refs/heads/main', localId, remoteId }])).outcome, 'pass');
  assert.equal((await push(tree, [{ ref: 'refs/heads/main', localId: middle, remoteId }])).outcome, 'block');
});

test('what the remote has already is not judged again: a new branch, and a merge of what was pulled', async (context) => {
  const { tree, remoteId } = createPushed(context);
  const { push } = createTestGate(context);
  tree.write({ 'pod.yaml': privileged });
  const theirs = tree.commit('theirs');
  tree.git('update-ref', 'refs/remotes/origin/main', theirs);
  tree.git('switch', '-q', '-c', 'feature', remoteId);
  tree.write({ 'b.yaml': 'b: 1\n' });
  tree.commit('mine');
  tree.git('merge', '-q', '--no-ff', '-m', 'merge', 'main');
  const localId = tree.git('rev-parse', 'HEAD');
  const answer = await push(tree, [{ ref: 'refs/heads/feature', localId, remoteId: none }]);
  assert.equal(answer.outcome, 'pass', answer.text);
});

test('several refs, tags and deletions are one decision, each with a record', async (context) => {
  const { tree, remoteId } = createPushed(context);
  const { push, store } = createTestGate(context);
  tree.write({ 'pod.yaml': privileged });
  const localId = tree.commit('mine');
  tree.git('tag', '-a', 'v1', '-m', 'one');
  const answer = await push(tree, [
    { ref: 'refs/tags/v1', localId: tree.git('rev-parse', 'v1'), remoteId: none },
    { ref: 'refs/heads/main', localId, remoteId },
    { ref: 'refs/heads/old', localId: none, remoteId },
  ]);
  assert.equal(answer.outcome, 'block');
  const records = decisionsOf(store).filter(({ gate }) => gate === 'push');
  assert.deepEqual(
    records.map((record) => record.target.ref),
    ['refs/tags/v1', 'refs/heads/main', 'refs/heads/old'],
  );
  assert.equal(new Set(records.map((record) => record.id)).size, 3);
  assert.ok(records.every((record) => record.effect === 'deny'));
});

test('the first push of all is judged from the root; a force push by its own commits', async (context) => {
  const { tree, remoteId } = createPushed(context);
  const { push } = createTestGate(context);
  const fresh = createWorkTree(context, { 'pod.yaml': privileged });
  fresh.git('init', '-q', '-b', 'main');
  const first = fresh.commit('first');
  assert.equal((await push(fresh, [{ ref: 'refs/heads/main', localId: first, remoteId: none }])).outcome, 'block');
  tree.git('commit', '-q', '--amend', '-m', 'another');
  tree.write({ 'c.txt': token });
  const forced = tree.commit('forced');
  const answer = await push(tree, [{ ref: 'refs/heads/main', localId: forced, remoteId }]);
  assert.equal(answer.outcome, 'block');
  assert.match(answer.text, /c\.txt:1/);
});

test('in a repository of SHA-256', async (context) => {
  const tree = createWorkTree(context, { 'pod.yaml': privileged });
  tree.git('init', '-q', '-b', 'main', '--object-format=sha256');
  const localId = tree.commit('first');
  const { push, commit } = createTestGate(context);
  const answer = await push(tree, [{ ref: 'refs/heads/main', localId, remoteId: '0'.repeat(64) }]);
  assert.equal(answer.outcome, 'block');
  assert.match(answer.text, /kubernetes\/privileged/);
  assert.equal((await commit(tree)).outcome, 'pass');
});

function decisionsOf(store: Store): DecisionRecord[] {
  return store.entries(0, 100).flatMap(({ record }) => (record.kind === 'decision' ? [record] : []));
}

test('a commit that passed no gate is noticed at push, judged by its own change and recorded once', async (context) => {
  const { tree, remoteId } = createPushed(context);
  tree.git('config', 'user.email', 'test@example.com');
  const { commit, push, gate, store } = createTestGate(context);
  tree.write({ 'b.yaml': 'b: 1\n' });
  tree.git('add', '-A');
  assert.equal((await commit(tree)).outcome, 'pass');
  tree.git('commit', '-q', '-m', 'judged');
  tree.write({ 'pod.yaml': privileged });
  tree.git('add', '-A');
  assert.equal((await commit(tree)).outcome, 'block');
  tree.git('commit', '-q', '--no-verify', '-m', 'past the gate');
  const bypass = tree.git('rev-parse', 'HEAD');
  tree.git('rm', '-q', 'pod.yaml');
  const localId = tree.commit('past it again, with a tree that is known');
  const answer = await push(tree, [{ ref: 'refs/heads/main', localId, remoteId }]);
  assert.equal(answer.outcome, 'pass');
  assert.match(answer.text, /1 commit has passed no gate/);
  const [found, ...more] = decisionsOf(store).filter(({ origin }) => origin === 'bypass');
  assert.deepEqual(more, []);
  assert.equal(found?.target.commit, bypass);
  assert.equal(found?.effect, 'deny');
  assert.equal(await gate.noticeBypasses(tree.root), 0);
  tree.write({ 'c.yaml': 'c: 1\n' });
  tree.commit('another one');
  assert.equal(await gate.noticeBypasses(tree.root), 1);
});

test('of more commits past the gate than are judged at once, it is said how many there are and how many were', async (context) => {
  const { tree, remoteId } = createPushed(context);
  tree.git('config', 'user.email', 'test@example.com');
  const { push, store } = createTestGate(context);
  const commits = Array.from(
    { length: 203 },
    (_, at) =>
      `commit refs/heads/main\ncommitter Test <test@example.com> ${1_700_000_000 + at} +0000\ndata 1\nx\n${at === 0 ? `from ${remoteId}\n` : ''}M 644 inline n.yaml\ndata ${`n: ${at}`.length}\nn: ${at}\n`,
  );
  const imported = spawnSync('git', ['fast-import', '--quiet'], { cwd: tree.root, input: commits.join('') });
  assert.equal(imported.status, 0, imported.stderr.toString());
  const localId = tree.git('rev-parse', 'main');
  const answer = await push(tree, [{ ref: 'refs/heads/main', localId, remoteId }]);
  assert.match(
    answer.text,
    /203 commits have passed no gate .*: 200 of them are judged now.*; of 3 no decision is kept/,
  );
  assert.equal(store.status().head.seq, 201);
});

test('tags that point to what a branch brings bring nothing themselves, wherever they stand in the push', async (context) => {
  const { tree, remoteId, guilty, localId } = createTakenAway(context);
  const { push, store } = createTestGate(context);
  const tags = Array.from({ length: 40 }, (_, at) => ({
    ref: `refs/tags/t${at}`,
    localId: at % 2 === 0 ? guilty : localId,
    remoteId: none,
  }));
  const answer = await push(tree, [...tags, { ref: 'refs/heads/main', localId, remoteId }]);
  assert.match(answer.text, new RegExp(`config.txt:1: .*in commit ${guilty.slice(0, 12)}`));
  const records = decisionsOf(store);
  assert.deepEqual(
    records.map(({ target, effect }) => [target.ref, target.commit, target.base, effect]),
    [
      ...tags.map(({ ref, localId: commit }) => [ref, commit, null, 'deny']),
      ['refs/heads/main', localId, remoteId, 'deny'],
    ],
  );
});

test('what a partial clone does not have leaves no verdict, and how to get it is said', async (context) => {
  const { tree } = createPushed(context);
  tree.git('config', 'uploadpack.allowFilter', 'true');
  tree.write({ 'a.yaml': 'a: 2\n' });
  tree.commit('second');
  for (const filter of ['blob:none', 'tree:0']) {
    const clone = createWorkTree(context, {});
    clone.git('clone', '-q', '--no-checkout', `--filter=${filter}`, `file://${tree.root}`, '.');
    // The other remote has nothing of it.
    clone.git('remote', 'rename', 'origin', 'upstream');
    const { push } = createTestGate(context);
    const localId = clone.git('rev-parse', 'HEAD');
    const answer = await push(clone, [{ ref: 'refs/heads/main', localId, remoteId: none }]);
    assert.equal(answer.outcome, 'block', filter);
    assert.match(
      answer.text,
      /not in this partial clone.*`git fetch --refetch --no-filter`[\s\S]*\n\nMend that and push again/,
    );
  }
});

test('a tag that points to no commit is judged for what it brings, and a tag by its message', async (context) => {
  const { tree } = createPushed(context);
  const { push } = createTestGate(context);
  tree.write({ 'token.txt': `token ${token}\n`, 'deploy/pod.yaml': privileged });
  const blob = tree.git('hash-object', '-w', 'token.txt');
  tree.git('add', 'deploy');
  const whole = tree.git('write-tree');
  tree.git('tag', 'of-blob', blob);
  tree.git('tag', '-a', '-m', 'a tag of a tag', 'of-tag', 'of-blob');
  tree.git('tag', 'of-tree', whole);
  tree.git('tag', '-a', '-m', `use ${token}`, 'spoken', 'HEAD');
  tree.git('tag', '-a', '-m', 'the first release', 'good', 'HEAD');
  const cases: readonly [string, 'pass' | 'block', RegExp][] = [
    ['of-blob', 'block', /refs\/tags\/of-blob:1: /],
    ['of-tag', 'block', /refs\/tags\/of-tag:1: /],
    ['of-tree', 'block', /deploy\/pod\.yaml:6: .*privileged/],
    ['spoken', 'block', /message of tag spoken: [\s\S]*\n\nMake the tag anew/],
    ['good', 'pass', /^$/],
  ];
  for (const [name, outcome, words] of cases) {
    const ref = `refs/tags/${name}`;
    const answer = await push(tree, [{ ref, localId: tree.git('rev-parse', ref), remoteId: none }]);
    assert.deepEqual([name, answer.outcome], [name, outcome]);
    assert.match(answer.text, words);
    assert.doesNotMatch(answer.text, new RegExp(token));
  }
});
