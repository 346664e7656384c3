import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxNamedFindings, maxReplayGroups, replaySummary } from '../../hub/protocol.ts';
import { compareJudged, createTally, type Judged } from './compare.ts';

type Found = Judged['findings'][number];

const finding = (policy: string, about: string, changes: Partial<Found> = {}): Found => ({
  policy,
  fingerprint: about.repeat(32).slice(0, 32),
  enforcement: 'deny',
  outcome: 'fail',
  exception: null,
  ...changes,
});
const judged = (effect: Judged['effect'], ...findings: readonly Found[]): Judged => ({ effect, findings });
const place = { repository: 'github.com/acme/shop', gate: 'commit' };
const none = { allowToDeny: 0, denyToAllow: 0, toNoVerdict: 0, fromNoVerdict: 0 };

test('the same findings in another order are no difference', () => {
  const [a, b] = [finding('x/one', 'a'), finding('x/two', 'b')];
  const { transition, policies } = compareJudged(judged('deny', a, b), judged('deny', b, a, a));
  assert.deepEqual([transition, policies.size], [null, 0]);
});

test('findings come, go, begin to block and block no more, each in its own column', () => {
  const before = judged('deny', finding('x/p', 'a'), finding('x/p', 'b', { enforcement: 'warn' }), finding('x/p', 'c'));
  const after = judged('deny', finding('x/p', 'b'), finding('x/p', 'c', { enforcement: 'audit' }), finding('x/p', 'd'));
  const { policies } = compareJudged(before, after);
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((each) => each.repeat(32));
  assert.deepEqual(policies.get('x/p'), {
    ...{ added: [d], gone: [a], tightened: [b], loosened: [c] },
    weighs: { more: true, less: true },
  });
});

test('what an exception covers is as if it were not found, before and after', () => {
  const covered = finding('x/p', 'a', { exception: { kind: 'baseline' } });
  const open = finding('x/p', 'a');
  assert.equal(compareJudged(judged('allow', covered), judged('allow')).policies.size, 0);
  assert.deepEqual(compareJudged(judged('allow', covered), judged('deny', open)).policies.get('x/p')?.added, [
    open.fingerprint,
  ]);
  assert.deepEqual(compareJudged(judged('deny', open), judged('allow', covered)).policies.get('x/p')?.gone, [
    open.fingerprint,
  ]);
});

test('a rule that breaks blocks, whatever it would enforce: the decision has no verdict, and is not counted as denied', () => {
  const broken = finding('x/p', 'a', { enforcement: 'audit', outcome: 'error' });
  const difference = compareJudged(judged('allow'), judged('indeterminate', broken));
  assert.equal(difference.transition, 'toNoVerdict');
  const tally = createTally();
  tally.add(place, difference);
  const { effects, groups } = tally.summary('2026-11-01T00:00:00.000Z');
  assert.deepEqual(effects, { ...none, toNoVerdict: 1 });
  assert.deepEqual(groups[0]?.decisions, { ...none, toNoVerdict: 1 });
});

test('both directions are told apart, and only a policy whose findings weigh has a part in a decision that turns', () => {
  const tally = createTally();
  const warning = finding('x/mild', 'b', { enforcement: 'warn' });
  tally.add(place, compareJudged(judged('allow'), judged('deny', finding('x/new', 'a'), warning)));
  tally.add(place, compareJudged(judged('deny', finding('x/old', 'c')), judged('allow', warning)));
  tally.add(place, compareJudged(judged('allow'), judged('allow')));
  const { replayed, effects, groups } = tally.summary('2026-11-01T00:00:00.000Z');
  assert.equal(replayed, 3);
  assert.deepEqual(effects, { ...none, allowToDeny: 1, denyToAllow: 1 });
  assert.deepEqual(
    groups.map(({ policy, decisions }) => [policy, decisions]),
    [
      ['x/new', { ...none, allowToDeny: 1 }],
      ['x/old', { ...none, denyToAllow: 1 }],
      ['x/mild', none],
    ],
  );
});

test('one finding in many commits is one finding in many decisions; repositories and gates stand apart', () => {
  const tally = createTally();
  const denied = compareJudged(judged('allow'), judged('deny', finding('x/p', 'a')));
  tally.add(place, denied);
  tally.add(place, denied);
  tally.add({ ...place, gate: 'push' }, denied);
  tally.add({ ...place, repository: 'github.com/acme/web' }, denied);
  const { groups } = tally.summary('2026-11-01T00:00:00.000Z');
  assert.deepEqual(
    groups.map(({ repository, gate, decisions, findings }) => [
      repository,
      gate,
      decisions.allowToDeny,
      findings.added,
    ]),
    [
      ['github.com/acme/shop', 'commit', 2, 1],
      ['github.com/acme/shop', 'push', 1, 1],
      ['github.com/acme/web', 'commit', 1, 1],
    ],
  );
});

test('what could not be replayed is counted by why, and the sum is every decision', () => {
  const tally = createTally();
  tally.miss('objectGone');
  tally.miss('objectGone');
  tally.miss('outOfTime');
  tally.add(place, compareJudged(judged('deny'), judged('deny')));
  const { decisions, replayed, obstacles } = tally.summary('2026-11-01T00:00:00.000Z');
  assert.deepEqual([decisions, replayed, obstacles.objectGone, obstacles.outOfTime, obstacles.failed], [4, 1, 2, 1, 0]);
});

test('however much differs, a summary fits what the hub takes, and says what it leaves out', () => {
  const tally = createTally();
  for (let at = 0; at < maxReplayGroups + 7; at++) {
    const many = Array.from({ length: 30 }, (_, each) =>
      finding(`x/p-${at}`, (at * 30 + each).toString(16).padStart(8, '0')),
    );
    tally.add(place, compareJudged(judged('allow'), judged('deny', ...many)));
  }
  const summary = tally.summary('2026-11-01T00:00:00.000Z');
  assert.deepEqual(replaySummary.parse(summary), summary);
  assert.deepEqual([summary.groups.length, summary.groupsLeftOut], [maxReplayGroups, 7]);
  assert.deepEqual(
    [summary.groups[0]?.findings.added, summary.groups[0]?.fingerprints.added.length],
    [30, maxNamedFindings],
  );
});
