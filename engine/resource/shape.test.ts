import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Unknown, type Value } from '../model.ts';
import { createMemo } from './adapter.ts';
import { containerShape, lockedShape, shaped, workflowShape } from './shape.ts';

const unknown = new Unknown('a template');

const cases: readonly { shape: typeof workflowShape; value: Value; fit: unknown }[] = [
  { shape: containerShape, value: { image: 'a', ports: [1] }, fit: { image: 'a', ports: [1] } },
  { shape: containerShape, value: { image: 5, env: null }, fit: { image: '5' } },
  { shape: containerShape, value: { image: { a: 1 }, credentials: 'x' }, fit: {} },
  { shape: containerShape, value: { image: unknown }, fit: { image: unknown } },
  { shape: lockedShape, value: { version: null, link: 'yes', inBundle: true }, fit: { inBundle: true } },
  { shape: workflowShape, value: [], fit: undefined },
  {
    shape: workflowShape,
    value: { jobs: { a: null, b: { steps: [null, { run: 1 }] } } },
    fit: { jobs: { b: { steps: [{}, { run: '1' }] } } },
  },
];

for (const { shape, value, fit } of cases) {
  test(`what fits of ${JSON.stringify(value)}`, () => {
    const found = shaped(value, shape, createMemo());
    assert.deepEqual(JSON.parse(JSON.stringify(found ?? null)), JSON.parse(JSON.stringify(fit ?? null)));
  });
}

test('what fits as a whole is the very same object', () => {
  const value = { jobs: { a: { steps: [{ run: 'make', with: {} }] } } };
  assert.equal(shaped(value, workflowShape, createMemo()), value);
});
