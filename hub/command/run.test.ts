/** What a running hub says to whoever runs it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oneLine } from './run.ts';

test('a name that others chose begins no line and steers no terminal', () => {
  const name = 'ops\nkerb hub: all is well\r\u001b[31m\u009b0m\u202e\u2028';
  assert.equal(
    oneLine(`alerts did not get to ${name}: it answers 500`),
    'alerts did not get to ops kerb hub: all is well [31m 0m : it answers 500',
  );
});
