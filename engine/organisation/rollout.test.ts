/** Who is in which ring: deterministic, even, sticky; nobody who is in falls out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { native } from '../../test/policySet.ts';
import {
  beginRollout,
  bucketOf,
  formatRollout,
  isRolledOut,
  type Rollout,
  readRollout,
  readRolloutPlan,
  ringOf,
} from './rollout.ts';

const stage = fc.record({
  name: fc.constantFrom('canary', 'early', 'most', 'all'),
  selector: fc.dictionary(
    fc.constantFrom('team', 'site'),
    fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 2 }),
    { maxKeys: 2 },
  ),
  percent: fc.integer({ min: 0, max: 10_000 }).map((hundredths) => hundredths / 100),
  enforcement: fc.dictionary(
    fc.constantFrom('*', 'commit', 'push'),
    fc.constantFrom('audit' as const, 'warn' as const, 'deny' as const),
  ),
  minSuccessHours: fc.nat(100),
});
const mild = { enforcement: {}, minSuccessHours: 0 };
const guards = { denyRise: 5, errorRise: 1, leastDecisions: 100 };
const rollout = fc
  .record({
    id: fc.string({ minLength: 1, maxLength: 20 }),
    base: fc.integer({ min: 1, max: 100 }),
    step: fc.integer({ min: 1, max: 5 }),
    changed: fc.constant(['kubernetes/privileged']),
    stages: fc.array(stage, { minLength: 1, maxLength: 5 }),
    guards: fc.constant(guards),
    begun: fc.nat(5),
  })
  .map(
    ({ step, begun, ...rest }): Rollout => ({
      ...rest,
      version: rest.base + step,
      begun: Math.min(begun, rest.stages.length),
    }),
  );
const device = fc.record({
  id: fc.uuid(),
  labels: fc.dictionary(fc.constantFrom('team', 'site'), fc.constantFrom('a', 'b', 'c')),
  version: fc.constant(null),
});

test('a device that is in stays in while shares grow and stages begin', () => {
  fc.assert(
    fc.property(rollout, device, fc.nat(10_000), fc.nat(5), (before, one, more, further) => {
      const stages = before.stages.map((each) => ({ ...each, percent: Math.min(100, each.percent + more / 100) }));
      const after = { ...before, stages, begun: Math.min(stages.length, before.begun + further) };
      if (ringOf(before, one, native).version === before.version)
        assert.equal(ringOf(after, one, native).version, before.version);
    }),
    { numRuns: 2_000 },
  );
});

test('a device that has the new bundle keeps it, whatever becomes of labels and shares', () => {
  fc.assert(
    fc.property(rollout, device, (plan, one) => {
      assert.equal(ringOf(plan, { ...one, version: plan.version }, native).version, plan.version);
    }),
    { numRuns: 2_000 },
  );
});

test('nobody is in before a stage begins, everybody once a stage without selector has 100 percent', () => {
  fc.assert(
    fc.property(rollout, device, (plan, one) => {
      assert.equal(ringOf({ ...plan, begun: 0 }, one, native).version, plan.base);
      const all = { name: 'all', selector: {}, percent: 100, enforcement: {}, minSuccessHours: 0 };
      const whole = { ...plan, stages: [...plan.stages, all], begun: plan.stages.length + 1 };
      assert.equal(ringOf(whole, one, native).version, plan.version);
    }),
  );
});

test('a selector wants every one of its labels', () => {
  const plan: Rollout = {
    id: 'r',
    version: 2,
    base: 1,
    changed: [],
    stages: [{ name: 'canary', selector: { team: ['a', 'b'], site: ['x'] }, percent: 100, ...mild }],
    guards,
    begun: 1,
  };
  const ring = (labels: Record<string, string>) => ringOf(plan, { id: 'd', labels, version: null }, native).name;
  assert.equal(ring({ team: 'b', site: 'x' }), 'canary');
  assert.equal(ring({ team: 'c', site: 'x' }), null);
  assert.equal(ring({ team: 'a' }), null);
  assert.equal(ring({}), null);
});

test('devices fall evenly into 10,000 buckets, and differently for each rollout', () => {
  const devices = Array.from({ length: 20_000 }, (_, index) => `device-${index}`);
  const counts = new Array<number>(20).fill(0);
  for (const id of devices) counts[Math.floor(bucketOf('rollout', id, native) / 500)]! += 1;
  const chiSquare = counts.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0);
  assert.ok(chiSquare < 36.19, `19 degrees of freedom, p = 0.01: ${chiSquare}`);
  const same = devices.filter((id) => bucketOf('rollout', id, native) < 1_000 && bucketOf('next', id, native) < 1_000);
  assert.ok(same.length < 300, `one in a hundred is first twice: ${same.length}`);
});

test('what is written is read again; what is no rollout is refused', () => {
  fc.assert(fc.property(rollout, (plan) => assert.deepEqual(readRollout(formatRollout(plan)), structuredClone(plan))));
  assert.match(String(readRollout('{')), /no JSON/);
  assert.match(String(readRollout('{"schema":2}')), /update Kerb/);
  const good = JSON.parse(
    formatRollout({
      id: 'r',
      version: 2,
      base: 1,
      changed: [],
      stages: [{ name: 's', selector: {}, percent: 1, ...mild }],
      guards,
      begun: 0,
    }),
  );
  for (const wrong of [{ base: 2 }, { begun: 2 }, { stages: [] }, { version: 0 }, { extra: 1 }])
    assert.equal(typeof readRollout(JSON.stringify({ ...good, ...wrong })), 'string', JSON.stringify(wrong));
});

test('of the stages that take a device the one that began last says how strict gates are', () => {
  const stages = (['audit', 'deny'] as const).map((most) => ({
    ...{ name: most, selector: {}, percent: 100 },
    ...mild,
    enforcement: { '*': most },
  }));
  const plan: Rollout = { id: 'r', version: 2, base: 1, changed: [], stages, guards, begun: 1 };
  const ring = (begun: number) => ringOf({ ...plan, begun }, { id: 'd', labels: {}, version: 2 }, native).name;
  assert.deepEqual([ring(1), ring(2)], ['audit', 'deny']);
});

test('a plan ends with everybody, and says what is wrong with it at its place', () => {
  const read = (text: string) => readRolloutPlan({ path: 'rollout.yaml', text });
  const { plan } = read('stages: [{ name: canary, selector: { team: [a] } }, { name: all }]\n');
  assert.deepEqual(plan?.stages[1], { name: 'all', selector: {}, percent: 100, ...mild });
  assert.deepEqual(plan?.guards, guards);
  for (const [text, words] of [
    ['stages: [{ name: canary, percent: 50 }]\n', /every device/],
    ['stages: [{ name: canary, percent: 101 }]\n', /100/],
    ['stages: []\n', /./],
    ['a', /map/],
  ] as const) {
    const { plan: none, problems } = read(text);
    assert.equal(none, null);
    assert.match(problems[0]?.message ?? '', words);
  }
});

test('what a rollout changes is the policies whose text differs, and it begins with its first stage', () => {
  const bundle = (version: number, policies: Record<string, string>) => ({ version, organisation: '', policies });
  const { plan } = readRolloutPlan({ path: 'p', text: 'stages: [{ name: some, percent: 1 }, { name: all }]' });
  const before = bundle(3, { 'a/same.yaml': 'x', 'a/other.yaml': 'x', 'a/gone.yaml': 'x', 'a/same.md': 'x' });
  const after = bundle(4, { 'a/same.yaml': 'x', 'a/other.yaml': 'y', 'a/new.yaml': 'x', 'a/same.md': 'y' });
  const begun = beginRollout('r', { before, after, plan: plan! });
  assert.deepEqual([begun.base, begun.version, begun.begun], [3, 4, 1]);
  assert.deepEqual(begun.changed, ['a/gone', 'a/new', 'a/other']);
  assert.deepEqual([isRolledOut(begun), isRolledOut({ ...begun, begun: 2 })], [false, true]);
});
