import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { formatBundle } from '../../engine/index.ts';
import type { ReplayObstacle, ReplaySummary } from '../../hub/protocol.ts';
import { createNative } from '../../repository/index.ts';
import { createTestGate, type TestGate } from '../../test/gate.ts';
import { createRepository, type WorkTree } from '../../test/workTree.ts';
import { createRulings, type Rulings } from '../gate/ruling.ts';
import { version } from '../version.ts';
import { bundleRulings } from './candidate.ts';
import { type Replay, type ReplayOptions, replay } from './replay.ts';

const native = createNative();
const standard = createRulings({ native, organisation: () => null });
const policy = (require: string): string => `title: Names end well
severity: high
enforcement: deny
why: So that the test has something to say.
remedy: Rename it.
owners: [acme]
resource: kubernetes.object
require: ${JSON.stringify(require)}
mark: metadata.name
message: "{self.metadata.name} is refused"
`;
const proposed = (policies: Readonly<Record<string, string>>) =>
  bundleRulings(formatBundle({ version: 1, organisation: '', policies }), { native, organisation: null });
const map = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata: {}\n`;
const isNotBad = policy('self.metadata.name != "bad"');
const names = proposed({ 'acme/names.yaml': isNotBad });
const replayed = async (
  { store }: TestGate,
  candidate: Rulings,
  options: Partial<ReplayOptions> = {},
): Promise<Replay> =>
  replay({
    ...{ store, native, version: version() },
    recent: { sinceMs: 0, most: 100, repository: null },
    inForce: standard,
    candidate,
    isSpent: () => false,
    ...options,
  });
const missed = ({ obstacles }: ReplaySummary): Partial<Record<ReplayObstacle, number>> =>
  Object.fromEntries(Object.entries(obstacles).filter(([, count]) => count > 0));

/** Stages files, asks the gate, and commits where it lets pass. */
async function commit(gate: TestGate, tree: WorkTree, files: Readonly<Record<string, string>>, message = 'x') {
  tree.write(files);
  tree.git('add', '-A');
  const { outcome } = await gate.commit(tree);
  if (outcome === 'pass') tree.commit(message);
  return outcome;
}

function create(context: TestContext): { readonly gate: TestGate; readonly tree: WorkTree } {
  return { gate: createTestGate(context), tree: createRepository(context, { 'readme.md': 'shop\n' }) };
}

test('a commit that passed would be denied: it is named, with the policy and what it is about', async (context) => {
  const { gate, tree } = create(context);
  await commit(gate, tree, { 'a.yaml': map('good') }, 'A good one');
  await commit(gate, tree, { 'b.yaml': map('bad') }, 'A bad one');
  const { summary, turned } = await replayed(gate, names);
  assert.deepEqual([summary.decisions, summary.replayed, missed(summary)], [2, 2, {}]);
  assert.deepEqual(summary.effects, { allowToDeny: 1, denyToAllow: 0, toNoVerdict: 0, fromNoVerdict: 0 });
  assert.deepEqual(
    turned.map(({ commit: made, after }) => [made?.subject, made?.id, after]),
    [['A bad one', tree.git('rev-parse', 'HEAD'), 'deny']],
  );
  const [group] = summary.groups;
  assert.deepEqual([group?.policy, group?.findings.added, group?.fingerprints.added.length], ['acme/names', 1, 1]);
  assert.doesNotMatch(JSON.stringify(summary), /b\.yaml|bad/);
});

test('a commit that was denied would pass, and what was never committed is found by its tree', async (context) => {
  const { gate, tree } = create(context);
  tree.write({
    'kerb.yaml': 'policyFolders: [policies]\n',
    'policies/acme/names.yaml': isNotBad,
  });
  tree.commit('rules');
  assert.equal(await commit(gate, tree, { 'b.yaml': map('bad') }), 'block');
  const candidate = { of: async () => standard.of(nowhere, atNothing) };
  const { summary, turned } = await replayed(gate, candidate);
  assert.deepEqual(summary.effects, { allowToDeny: 0, denyToAllow: 1, toNoVerdict: 0, fromNoVerdict: 0 });
  assert.deepEqual(
    [turned[0]?.commit, summary.groups[0]?.findings],
    [null, { added: 0, gone: 1, tightened: 0, loosened: 0 }],
  );
});

test('the same change asked about again counts once', async (context) => {
  const { gate, tree } = create(context);
  tree.write({ 'b.yaml': map('bad') });
  tree.git('add', '-A');
  await gate.commit(tree);
  await gate.commit(tree);
  const { summary } = await replayed(gate, names);
  assert.deepEqual([summary.decisions, summary.effects.allowToDeny], [1, 1]);
});

test('what is in the way is counted: messages, objects and repositories that are gone, time that is spent', async (context) => {
  const { gate, tree } = create(context);
  await gate.message(tree, 'a message');
  tree.write({ 'b.yaml': map('bad') });
  tree.git('add', '-A');
  await gate.commit(tree);
  tree.git('reset', '-q', '--hard');
  tree.git('reflog', 'expire', '--expire=now', '--all');
  tree.git('gc', '-q', '--prune=now');
  assert.deepEqual(missed((await replayed(gate, names)).summary), { notRecorded: 1, objectGone: 1 });
  await commit(gate, tree, { 'c.yaml': map('good') });
  let asked = 0;
  const { summary } = await replayed(gate, names, { isSpent: () => asked++ > 0 });
  assert.deepEqual([summary.replayed, missed(summary)], [1, { outOfTime: 2 }]);
  rmSync(tree.root, { recursive: true, force: true });
  assert.deepEqual(missed((await replayed(gate, names)).summary), { repositoryGone: 3 });
});

test('other policies than those in force decided it: replayed where git knows all of it, and counted where not', async (context) => {
  const { gate, tree } = create(context);
  await commit(gate, tree, { 'b.yaml': map('bad') }, 'made');
  tree.write({ 'c.yaml': map('bad') });
  tree.git('add', '-A');
  await gate.commit(tree);
  const inForce = proposed({ 'acme/other.yaml': policy('true') });
  const { summary, turned } = await replayed(gate, names, { inForce });
  assert.deepEqual([summary.replayed, missed(summary)], [1, { olderPolicies: 1 }]);
  assert.equal(turned[0]?.commit?.subject, 'made');
});

test('a decision that the same policies do not come to any more proves nothing, and is not compared', async (context) => {
  const { gate, tree } = create(context);
  const { store } = gate;
  await commit(gate, tree, { 'b.yaml': map('bad') });
  const entries: typeof store.entries = (after, limit) =>
    store
      .entries(after, limit)
      .map((entry) =>
        entry.record.kind === 'decision' ? { ...entry, record: { ...entry.record, effect: 'deny' } } : entry,
      );
  const altered = { ...gate, store: { ...bound(store), entries } as typeof store };
  const { summary } = await replayed(altered, names);
  assert.deepEqual([summary.replayed, missed(summary)], [0, { notReproduced: 1 }]);
});

test('a merge is judged as what its author brought, not as what the other side had', async (context) => {
  const { gate, tree } = create(context);
  tree.git('checkout', '-q', '-b', 'side');
  tree.write({ 'b.yaml': map('bad') });
  tree.commit('side');
  tree.git('checkout', '-q', 'main');
  await commit(gate, tree, { 'c.yaml': map('good') });
  tree.git('merge', '-q', '--no-ff', '--no-commit', 'side');
  await commit(gate, tree, {}, 'merged');
  const { summary } = await replayed(gate, names);
  assert.deepEqual([summary.replayed, summary.effects.allowToDeny], [2, 0]);
});

test('nothing is written: the journal, the verdicts and the state are as they were', async (context) => {
  const { gate, tree } = create(context);
  await commit(gate, tree, { 'b.yaml': map('bad') });
  // The gate writes verdicts when it has answered.
  await turn();
  const before = gate.store.status();
  await replayed(gate, names);
  assert.deepEqual(gate.store.status(), before);
});

const nowhere = { root: '/', resolve: async (names: readonly string[]) => names.map(() => null) };
const atNothing = { commit: null, gate: 'commit' };

function bound(store: TestGate['store']): Pick<TestGate['store'], 'status' | 'state' | 'verdicts'> {
  return {
    status: () => store.status(),
    state: (key) => store.state(key),
    verdicts: (keys) => store.verdicts(keys),
  };
}
