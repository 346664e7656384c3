/** What stands beside the code of a case that failed: a few words, and not the first characters of both texts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differenceOf } from './difference.ts';

const code = 'apiVersion: v1\nenv:\n  - value: debug';

test('a finding is named that is not drawn, is drawn and not found, or is drawn otherwise', () => {
  const one = `${code}\n    #      ^^^^^ the level is debug\nlast: 1`;
  const other = `${code}\n    #      ^^^^^ LOG_LEVEL is debug\nlast: 1`;
  const none = `${code}\nlast: 1`;
  assert.equal(differenceOf(none, one), 'found: the level is debug');
  assert.equal(differenceOf(one, none), 'not found: the level is debug');
  assert.equal(differenceOf(other, one), 'found: the level is debug (drawn: LOG_LEVEL is debug)');
});

test('what is only at another place, at the end, or no drawing is told too', () => {
  const at = (column: number) => `${code}\n${' '.repeat(column)}# ^^ here`;
  assert.equal(differenceOf(at(2), at(3)), 'found: here');
  assert.equal(differenceOf(code, at(2)), 'found: here');
  assert.equal(differenceOf('a: 1\nb: 2', 'a: 1\nb: 3'), 'found: b: 3 (drawn: b: 2)');
  // A finding that is drawn twice and found once.
  assert.equal(differenceOf('a\n# ^ x\n# ^ x', 'a\n# ^ x'), 'not drawn as it is judged');
});
