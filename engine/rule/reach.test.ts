import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localPart, splitFileConditions } from './reach.ts';

const call = { kind: 'call_expression' };
const local: readonly object[] = [
  call,
  { pattern: 'eval($A)' },
  { any: [call, { pattern: 'a' }] },
  { all: [{ regex: 'a' }, call] },
  { ...call, inside: { kind: 'class_body', stopBy: 'end' } },
  { ...call, has: { field: 'arguments', has: { nthChild: 1, regex: 'a' } } },
  { ...call, not: { inside: { any: [{ kind: 'a' }, { pattern: 'b' }], stopBy: { kind: 'c' } } } },
];
const reaching: readonly object[] = [
  { regex: 'a' },
  { kind: 'program' },
  { any: [call, { regex: 'a' }] },
  { ...call, nthChild: 1 },
  { ...call, follows: { kind: 'comment' } },
  { ...call, has: { kind: 'a', precedes: { kind: 'b' } } },
  { ...call, inside: { regex: 'a', stopBy: 'end' } },
  { ...call, inside: { any: [{ kind: 'class_body' }, { kind: 'program' }], has: { kind: 'a' } } },
  { ...call, not: { inside: { kind: 'source_file', stopBy: 'end', has: { kind: 'a' } } } },
  { ...call, unknown: true },
];

test('a rule is local where it looks at nothing outside of a top-level statement', () => {
  for (const rule of local) assert.equal(isLocal({ rule: { ...rule } }), true, JSON.stringify(rule));
  for (const rule of reaching) assert.equal(isLocal({ rule: { ...rule } }), false, JSON.stringify(rule));
});

test('utilities and constraints count, also those that name themselves', () => {
  const rule = { matches: 'a' };
  assert.equal(isLocal({ rule, utils: { a: { ...call, has: { matches: 'a' } } } }), true);
  assert.equal(isLocal({ rule, utils: { a: { any: [call, { matches: 'a' }] } } }), false);
  assert.equal(isLocal({ rule, utils: {} }), false);
  assert.equal(isLocal({ rule: call, constraints: { A: { follows: call } } }), false);
});

test('of a rule that looks further, what is local is left', () => {
  const beside = { follows: { kind: 'comment' } };
  assert.deepEqual(localPart({ rule: { ...call, ...beside } }), { rule: call });
  assert.deepEqual(localPart({ rule: { all: [call, beside, { regex: 'a' }] } }), {
    rule: { all: [call, { regex: 'a' }] },
  });
  assert.deepEqual(localPart({ rule: { any: [call, { ...call, ...beside }] } }), null);
  const constraints = { A: { regex: 'a' }, B: beside };
  assert.deepEqual(localPart({ rule: call, constraints }), { rule: call, constraints: { A: { regex: 'a' } } });
});

function isLocal(searched: Parameters<typeof localPart>[0]): boolean {
  return localPart(searched) === searched;
}

test('what a rule asks of the whole file is split off', () => {
  const has = { kind: 'string', regex: 'a' };
  const inside = { kind: 'program', stopBy: 'end', has: { ...has, stopBy: 'end' } };
  assert.deepEqual(splitFileConditions({ ...call, inside }, ['typescript', 'java']), { rule: call, conditions: [has] });
  assert.deepEqual(splitFileConditions({ all: [call, { inside }] }, ['typescript']), {
    rule: { all: [call] },
    conditions: [has],
  });
});

test('a condition that is tied to the node, or asks something else, stays in the rule', () => {
  const kept = [
    { kind: 'program', stopBy: 'end', has: { kind: 'string', pattern: '$A', stopBy: 'end' } },
    { kind: 'program', stopBy: 'end', has: { kind: 'string' } },
    { kind: 'program', has: { kind: 'string', stopBy: 'end' } },
    { kind: 'class_body', stopBy: 'end', has: { kind: 'string', stopBy: 'end' } },
    { kind: 'program', stopBy: 'end', has: { regex: 'a', stopBy: 'end' } },
    { kind: 'module', stopBy: 'end', has: { kind: 'string', stopBy: 'end' } },
  ];
  for (const inside of kept) {
    const rule = { all: [call, { inside }] };
    assert.deepEqual(splitFileConditions(rule, ['typescript']), { rule, conditions: [] });
  }
});
