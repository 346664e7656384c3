import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchIndex } from '../../repository/index.ts';
import { createTestGate, type TestGate } from '../../test/gate.ts';
import { privileged } from '../../test/manifests.ts';
import { until } from '../../test/until.ts';
import { createRepository, type WorkTree } from '../../test/workTree.ts';
import type { LocalGate } from './localGate.ts';
import { lookingAhead } from './lookAhead.ts';

test('what is staged is judged before the gate is asked, and the gate says the same of it', async (context) => {
  const tree = createRepository(context, { 'a.txt': 'a\n' });
  const [here, elsewhere] = [createTestGate(context), createTestGate(context)];
  const ahead = lookAheadOf(here);
  context.after(() => ahead.close());
  await ask(ahead, tree);
  // Of a change without files there is its document.
  const before = 1;
  await until(() => here.store.status().verdicts === before);
  tree.write({ 'deploy/pod.yaml': privileged, 'src/a.ts': 'export const a = 1;\n' });
  tree.git('add', '-A');
  // Two files, and the document of the change.
  await until(() => here.store.status().verdicts === before + 3);
  const [told, judged] = [await ask(ahead, tree), await elsewhere.commit(tree)];
  assert.equal(here.store.status().verdicts, before + 3, 'nothing was left to be judged');
  assert.equal(told.outcome, 'block');
  assert.deepEqual(told.report.findings, judged.report.findings);
  assert.equal(told.report.decision.inputDigest, judged.report.decision.inputDigest);
  assert.equal(here.store.status().entries, 2, 'only what was asked is recorded');
});

test('a commit that git begins is judged when git has written its tree, and taken over for as long as all is the same', async (context) => {
  const tree = createRepository(context, { 'a.txt': 'a\n' });
  const [{ gate, store, commit }, elsewhere] = [createTestGate(context), createTestGate(context)];
  tree.write({ 'deploy/pod.yaml': privileged });
  tree.git('add', '-A');
  tree.git('write-tree');
  await gate.judgeAhead(tree.root, () => true);
  const { mock } = context.mock.method(store, 'verdicts');
  const [told, judged] = [await commit(tree), await elsewhere.commit(tree)];
  assert.equal(mock.callCount(), 0, 'nothing was looked up');
  assert.equal(told.outcome, 'block');
  assert.deepEqual(told.report.findings, judged.report.findings);
  assert.equal(told.report.decision.inputDigest, judged.report.decision.inputDigest);
  tree.git('config', 'user.email', 'ben@example.com');
  tree.git('checkout', '-q', '-b', 'other');
  assert.equal((await commit(tree)).outcome, 'block');
  assert.ok(mock.callCount() > 0, 'it is another branch');
  assert.equal(store.status().entries, 2);
});

test('a rebase and a first commit are left to the gate', async (context) => {
  const { gate, store } = createTestGate(context);
  const tree = createRepository(context, { 'a.txt': 'a\n' });
  tree.write({ 'deploy/pod.yaml': privileged });
  tree.git('add', '-A');
  tree.write({ '.git/rebase-merge/head-name': 'refs/heads/main\n' });
  await gate.judgeAhead(tree.root, () => true);
  assert.equal(store.status().verdicts, 0);
  const fresh = createRepository(context, {});
  fresh.git('checkout', '-q', '--orphan', 'other');
  fresh.write({ 'deploy/pod.yaml': privileged });
  fresh.git('add', '-A');
  await gate.judgeAhead(fresh.root, () => true);
  assert.equal(store.status().verdicts, 0);
});

test('what nobody wants any more is not judged to its end', async (context) => {
  const { gate, store } = createTestGate(context);
  const tree = createRepository(context, { 'a.txt': 'a\n' });
  tree.write(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`${index}.md`, `# ${index}\n`])));
  tree.git('add', '-A');
  let asked = 0;
  await gate.judgeAhead(tree.root, () => ++asked < 2);
  assert.equal(store.status().verdicts, 8);
});

test('a question waits for what is judged, stops it, and comes before what is staged meanwhile', async () => {
  const told: string[] = [];
  let staged: () => void = () => assert.fail('nobody watches');
  let judged: () => void = () => assert.fail('nothing is judged');
  let isWanted: () => boolean = () => assert.fail('nothing is judged');
  const gate = lookingAhead(
    { decide: async () => void told.push('decided') as never, close: async () => void told.push('closed') },
    {
      watch: (_, changed) => {
        staged = changed;
        return () => void told.push('unwatched');
      },
      judge: (_, wanted) => {
        told.push('judging');
        isWanted = wanted;
        return new Promise((resolve) => (judged = resolve));
      },
      onFault: (error) => assert.fail(String(error)),
    },
  );
  const question = {
    gate: 'commit',
    root: '/shop',
    tree: '',
    breakGlass: null,
    client: { name: '', version: '' },
  } as const;
  await gate.decide(question);
  staged();
  assert.ok(isWanted());
  staged();
  assert.ok(!isWanted(), 'more was staged, and that is looked at next');
  const answered = gate.decide(question);
  staged();
  assert.ok(!isWanted());
  assert.deepEqual(told, ['decided', 'judging']);
  judged();
  await answered;
  assert.deepEqual(told, ['decided', 'judging', 'decided'], 'what was staged during a question is judged by it');
  staged();
  const closed = gate.close();
  assert.ok(!isWanted());
  judged();
  await closed;
  assert.deepEqual(told.slice(3), ['judging', 'unwatched', 'closed']);
});

function lookAheadOf({ gate }: TestGate): LocalGate {
  return lookingAhead(gate, {
    judge: gate.judgeAhead,
    watch: watchIndex,
    onFault: (error) => assert.fail(String(error)),
  });
}

function ask(gate: LocalGate, tree: WorkTree) {
  const client = { name: 'test', version: '0.0.0' };
  return gate.decide({ gate: 'commit', root: tree.root, tree: tree.git('write-tree'), breakGlass: null, client });
}
