import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from '../cel/index.ts';
import { dyn } from '../cel/type.ts';
import { readsOf, readValue } from './reads.ts';

const variables = { self: dyn, job: dyn, workflow: dyn, file: dyn };
const cases: readonly (readonly [string, readonly string[]])[] = [
  ['self.a == file.path', []],
  ['workflow.on == 1 && self.x', ['workflow.on']],
  ['workflow.?on.orValue(1) == job . name', ['job.name', 'workflow.on']],
  ['workflow != null && workflow.triggers.exists(t, t == "workflow_run")', ['workflow.', 'workflow.triggers']],
  ['workflow["on"] == 1', ['workflow']],
  ['workflow == self', ['workflow']],
  ['workflow.size() > 1', ['workflow']],
  ['has(workflow.on) && "x" in workflow', ['workflow']],
  ['self.workflow == workflow.on', ['workflow']],
  ['["workflow"].exists(x, x == workflow.on)', ['workflow']],
  ['job.exists(workflow, workflow.x == 1)', ['job']],
];
for (const [source, expected] of cases) {
  test(`reads of ${source}`, () => {
    const { program } = compile(source, { variables });
    const reads = readsOf(program === null ? [] : [program]).map(({ name, field }) =>
      field === null ? name : `${name}.${field}`,
    );
    assert.deepEqual(reads, expected);
  });
}

test('a read follows what may change a verdict', () => {
  assert.equal(readValue({ a: null }, { name: 'a', field: '' }), true);
  assert.equal(readValue({ a: { b: 1 } }, { name: 'a', field: '' }), false);
  assert.equal(readValue({ a: { b: 1 } }, { name: 'a', field: 'b' }), 1);
  assert.equal(readValue({ a: { b: 1 } }, { name: 'a', field: 'toString' }), undefined);
  assert.equal(readValue({ a: 'text' }, { name: 'a', field: 'b' }), 'text');
  assert.equal(readValue({}, { name: 'a', field: null }), undefined);
});
