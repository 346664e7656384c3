import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from '../cel/index.ts';
import { dyn } from '../cel/type.ts';
import { isSameAt, isSameRead, readsOf } from './reads.ts';

const variables = { self: dyn, job: dyn, workflow: dyn, file: dyn };
const cases: readonly (readonly [string, readonly string[]])[] = [
  ['self.a == file.path', ['self.a']],
  ['self.a.b == 1 && has(self.a.c)', ['self.a.b', 'self.a.c']],
  ['self.?a.?b.c.orValue([]).size() == 0', ['self.a.b.c']],
  ['self.a.b == 1 && self.a.exists(x, x == "y")', ['self.a']],
  ['self.a[0].b == 1', ['self.a']],
  ['self.a.b.c.d.e.f.g == 1', ['self.a.b.c.d.e.f']],
  ['self.`a-b`.c == 1', ['self']],
  ['workflow.on == 1 && self.x', ['self.x', 'workflow.on']],
  ['workflow.?on.orValue(1) == job . name', ['job.name', 'workflow.on']],
  ['workflow != null && workflow.triggers.exists(t, t == "workflow_run")', ['workflow is null', 'workflow.triggers']],
  ['workflow == null || workflow == self', ['self', 'workflow']],
  ['workflow["on"] == 1', ['workflow']],
  ['workflow.size() > 1', ['workflow']],
  ['has(workflow.on) && "x" in workflow', ['workflow']],
  ['self.workflow == workflow.on', ['self.workflow', 'workflow']],
  ['["workflow"].exists(x, x == workflow.on)', ['workflow']],
  ['job.exists(workflow, workflow.x == 1)', ['job']],
];
for (const [source, expected] of cases) {
  test(`reads of ${source}`, () => {
    const { program } = compile(source, { variables });
    const { relatives, self } = readsOf(program === null ? [] : [program], []);
    const texts = [...relatives, ...self].map(({ name, path }) =>
      path === null ? `${name} is null` : [name, ...path].join('.'),
    );
    assert.deepEqual(texts.sort(), expected);
  });
}

test('a read follows what may change a verdict', () => {
  assert.equal(isSameRead(null, { b: 1 }, null), false);
  assert.equal(isSameRead({ b: 2 }, { b: 1 }, null), true);
  assert.equal(isSameRead({ b: 1, c: 1 }, { b: 1, c: 2 }, ['b']), true);
  assert.equal(isSameRead({ b: 1 }, { b: 2 }, ['b']), false);
  assert.equal(isSameRead({ b: 1 }, { b: '1' }, ['b']), false);
  assert.equal(isSameRead({}, { b: null }, ['b']), false);
  assert.equal(isSameRead({}, { c: 1 }, ['b', 'd']), true);
  assert.equal(isSameRead({}, { b: {} }, ['b', 'd']), false);
  assert.equal(isSameRead({ b: 'x' }, { b: { d: 'x' } }, ['b', 'd']), false);
  assert.equal(isSameRead({ b: null }, { b: null, c: 1 }, ['b', 'd']), true);
  assert.equal(isSameRead({ toString: 1 }, {}, ['toString']), false);
  assert.equal(isSameRead('text', 'text', ['b']), true);
  assert.equal(isSameRead(undefined, undefined, []), true);
});

test('a list is the same where its elements are identical', () => {
  const item = { name: 'a', x: 1 };
  assert.equal(isSameAt({ l: [item] }, { l: [item] }, ['l', 0, 'x']), true);
  assert.equal(isSameAt({ l: [item] }, { l: [{ name: 'b', x: 1 }] }, ['l', 0, 'x']), false);
});
