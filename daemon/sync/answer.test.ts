/** What a hub's answer is taken for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { readAnswer } from './hub.ts';
import type { HubFailure } from './network.ts';

const schema = z.looseObject({});

function failureOf(status: number, body: string): HubFailure | null {
  try {
    readAnswer('the journal', { status, headers: new Headers(), body: Buffer.from(body) }, schema);
    return null;
  } catch (error) {
    return error as HubFailure;
  }
}

test('a refusal is one from 400 on, in the hub’s words where it has any, whatever its body would pass for', () => {
  const words = '{"error":{"code":"invalid","message":"entries: too many"}}';
  const failure = failureOf(400, words);
  assert.equal(failure?.message, 'the journal: the hub refuses: entries: too many');
  assert.deepEqual([failure?.code, failure?.status, failure?.reason], ['refused', 400, 'invalid']);
  assert.match(failureOf(400, '{}')!.message, /refuses \(400\) and does not say why/);
  assert.match(failureOf(499, 'oops')!.message, /refuses \(499\)/);
  assert.equal(failureOf(399, '{}'), null);
  assert.equal(failureOf(200, '{}'), null);
  assert.equal(failureOf(200, 'oops')?.code, 'garbage');
});
