import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeCrash, framesOf } from './crash.ts';

test('a crash says its kind and its place, and no line of its message', () => {
  const error = new RangeError('too deep:\n    at secret (token.yaml:1:1)\n  at another:2:2');
  assert.match(describeCrash(error), /^RangeError at crash\.test\.ts:\d+:\d+$/);
  assert.match(framesOf(error), /^RangeError\n\s+at .*crash\.test\.ts:\d+:\d+/);
  assert.doesNotMatch(framesOf(error), /secret|token|another/);
});

test('of an error whose stack tells of another message only the kind is said', () => {
  const error = new TypeError('too deep');
  error.stack = 'TypeError: too\n    at secret:1:1\n    at file.ts:1:1';
  assert.equal(describeCrash(error), 'TypeError');
  assert.equal(framesOf(error), 'TypeError');
});

test('what is no error is said to be none', () => assert.equal(framesOf('secret'), 'an error of no known kind'));
