import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Finding, inFile, type PartContent, type PlacedFindings } from '../engine/index.ts';
import { holdOver, moved } from './hold.ts';

const finding = (policy: string, start: number, end: number): Finding => ({
  policy,
  severity: 'high',
  enforcement: 'deny',
  outcome: 'fail',
  file: 'a.yaml',
  resource: 'Pod/a',
  path: `spec.${policy}`,
  span: { start, end },
  message: policy,
  related: [],
  fingerprint: `${policy} ${start}`,
  exception: null,
  fixes: [],
});

/** A document of parts, each 100 long; a part with a problem has it at its offset 10. */
const parts = (...broken: boolean[]) => ({
  document: {
    parts: broken.map((isBroken, index) => ({
      offset: index * 100,
      content: {
        text: 'x'.repeat(100),
        problems: isBroken ? [{ span: { start: 10, end: 11 }, message: '' }] : [],
      } as unknown as PartContent,
    })),
  } as never,
});

test('spans move with edits before them, stay with edits behind them, and go with edits inside', () => {
  const edit = (start: number, end: number, text: string) => [{ span: { start, end }, text }];
  assert.deepEqual(moved({ start: 10, end: 14 }, edit(0, 2, 'abc')), { start: 11, end: 15 });
  assert.deepEqual(moved({ start: 10, end: 14 }, edit(10, 10, 'abc')), { start: 13, end: 17 });
  assert.deepEqual(moved({ start: 10, end: 14 }, edit(14, 20, '')), { start: 10, end: 14 });
  assert.equal(moved({ start: 10, end: 14 }, edit(13, 14, '')), null);
  assert.equal(moved({ start: 10, end: 14 }, edit(12, 12, 'x')), null);
});

const at = (offset: number, ...findings: Finding[]): PlacedFindings => ({ offset, findings });

test('held findings join those of the part that they stand in', () => {
  const shown = { placed: [at(100, finding('held', 50, 55))], edits: [] };
  const placed = [at(0, finding('first', 2, 5)), at(200, finding('last', 2, 5))];
  const held = holdOver(shown, { placed, ...parts(false, true, false) });
  assert.deepEqual(
    inFile(held).map(({ policy, span }) => [policy, span.start]),
    [
      ['first', 2],
      ['held', 150],
      ['last', 202],
    ],
  );
  assert.equal(held.at(-1), placed.at(-1));
});

test('only what a syntax problem hides is held over', () => {
  const shown = {
    placed: [at(0, finding('before', 2, 5), finding('behind', 50, 55)), at(100, finding('elsewhere', 50, 55))],
    edits: [],
  };
  const held = inFile(holdOver(shown, { placed: [], ...parts(true, false) }));
  assert.deepEqual(
    held.map(({ policy }) => policy),
    ['behind'],
  );
  assert.deepEqual(holdOver(shown, { placed: [], ...parts(false, false) }), []);
});

test('what is seen replaces what was held, in the order of the text', () => {
  const shown = {
    placed: [at(0, finding('a', 20, 22), finding('b', 50, 55))],
    edits: [{ span: { start: 0, end: 0 }, text: 'xx' }],
  };
  const seen = { ...finding('b', 57, 60), fingerprint: 'changed value' };
  const held = inFile(holdOver(shown, { placed: [at(0, seen)], ...parts(true) }));
  assert.deepEqual(
    held.map(({ policy, span }) => [policy, span.start]),
    [
      ['a', 22],
      ['b', 57],
    ],
  );
});
