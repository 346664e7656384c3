/** Approved exceptions at a gate: they let a finding pass until they end, the record names them, and uses are counted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { approvedException, organisationWith } from '../../test/exception.ts';
import { createTestGate } from '../../test/gate.ts';
import { noon } from '../../test/store.ts';
import { createRepository } from '../../test/workTree.ts';

const privileged = `apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop }
spec:
  containers: [{ name: web, image: registry.example/web:1.4.2, securityContext: { privileged: true } }]
`;
/** What else is wrong with the pod does not block here. */
const configuration = 'sets: [kubernetes/privileged]\n';

test('a commit passes while an exception covers its finding, to the millisecond, though its verdict is kept', async (context) => {
  const tree = createRepository(context, { 'kerb.yaml': configuration });
  const exception = approvedException(noon);
  const organisation = organisationWith([exception]);
  let now = noon;
  const { commit, store } = createTestGate(context, { now: () => now, organisation: () => organisation });
  tree.write({ 'pod.yaml': privileged });
  tree.git('add', '-A');
  const ends = Date.parse(exception.expiresAt);
  const outcomes: string[] = [];
  for (now of [noon, noon, ends - 1, ends, ends - 1]) outcomes.push((await commit(tree)).outcome);
  assert.deepEqual(outcomes, ['pass', 'pass', 'pass', 'block', 'pass']);
  const records = store.entries(0, 10).map(({ record }) => record);
  assert.deepEqual(
    records.map((record) => record.kind === 'decision' && [record.effect, record.exceptions]),
    [
      ['allow', ['EX-1']],
      ['allow', ['EX-1']],
      ['allow', ['EX-1']],
      ['deny', []],
      ['allow', ['EX-1']],
    ],
  );
  const [first] = records;
  assert.ok(first?.kind === 'decision');
  assert.deepEqual(first.findings[0]?.exception, { kind: 'approved', id: 'EX-1' });
});

test('an exception that may be used twice lets two commits pass', async (context) => {
  const tree = createRepository(context, { 'kerb.yaml': configuration });
  const organisation = organisationWith([approvedException(noon, { maxUses: 2 })]);
  const { commit } = createTestGate(context, { now: () => noon, organisation: () => organisation });
  tree.write({ 'pod.yaml': privileged, 'second.yaml': privileged });
  tree.git('add', '-A');
  const outcomes: string[] = [];
  for (let count = 0; count < 3; count++) outcomes.push((await commit(tree)).outcome);
  assert.deepEqual(outcomes, ['pass', 'pass', 'block']);
});

test('one for another repository or for another gate covers nothing', async (context) => {
  const tree = createRepository(context, { 'kerb.yaml': configuration });
  tree.git('remote', 'add', 'origin', 'git@github.com:acme/shop.git');
  tree.write({ 'pod.yaml': privileged });
  tree.git('add', '-A');
  const { scope } = approvedException(noon);
  const outcomeOf = async (changes: Partial<typeof scope>) => {
    const organisation = organisationWith([approvedException(noon, { scope: { ...scope, ...changes } })]);
    const { commit } = createTestGate(context, { now: () => noon, organisation: () => organisation });
    return (await commit(tree)).outcome;
  };
  assert.equal(await outcomeOf({ repositories: ['github.com/acme/*'], gates: ['commit'] }), 'pass');
  assert.equal(await outcomeOf({ repositories: ['github.com/acme/api'] }), 'block');
  assert.equal(await outcomeOf({ gates: ['push'] }), 'block');
});
