/**
 * The Pod Security Standards, complete: every restricted field of every control, in every kind of workload, with what the
 * standard allows and what it does not. All of the level is on at once, and what is found must be just
 * what is expected, so a control that speaks up for another's field fails here too.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { controls } from './controls.ts';
import { foundAt as found, levels } from './levels.ts';
import { type Fields, hardened, workloads } from './workloads.ts';

test('the restricted level includes the baseline level', () => {
  const ids = ({ policies }: (typeof levels)['baseline']) => policies.map(({ policy }) => policy.id);
  assert.deepEqual(
    ids(levels.baseline).filter((id) => !ids(levels.restricted).includes(id)),
    [],
  );
  assert.equal(ids(levels.baseline).length, 15);
  assert.equal(ids(levels.restricted).length, 24);
});

test('a hardened pod meets both levels in every kind of workload', () => {
  for (const workload of workloads) {
    for (const level of ['baseline', 'restricted'] as const) {
      assert.deepEqual(found(level, workload.wrap(hardened({}))), [], `${workload.kind} ${level}`);
    }
  }
});

for (const control of controls) {
  test(`${control.level}: ${control.name}`, () => {
    let verdicts = 0;
    for (const workload of workloads) {
      // Every value in a bare pod; in the other kinds one value of each verdict for each field.
      const all = workload === workloads[0];
      for (const { at, fields, policy } of all ? control.bad : distinct(control.bad, (bad) => bad.at + bad.policy)) {
        const where = [...workload.prefix, at].filter((part) => part !== '').join('.');
        const expected = [`kubernetes/${policy} ${where}`];
        assert.deepEqual(found(control.level, workload.wrap(hardened(fields))), expected, told(workload.kind, fields));
        verdicts++;
      }
      for (const fields of all ? control.good : distinct(control.good, (good) => Object.keys(good).join())) {
        assert.deepEqual(found(control.level, workload.wrap(hardened(fields))), [], told(workload.kind, fields));
        verdicts++;
      }
    }
    assert.ok(verdicts >= workloads.length * 2);
  });
}

/** The first of those that have the same name. */
function distinct<T>(all: readonly T[], name: (one: T) => string): readonly T[] {
  return [...new Map(all.toReversed().map((one) => [name(one), one])).values()];
}

function told(kind: string, fields: Fields): string {
  return `${kind} with\n${stringify(fields)}`;
}
