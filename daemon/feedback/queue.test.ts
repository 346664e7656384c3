/** Feedback in the store: the last word on a finding, bounded, and beside requests that it does not disturb. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FindingFeedback } from '../../engine/index.ts';
import { createHome, openTestStore } from '../../test/store.ts';
import { readQueue } from '../exception/queue.ts';
import { keepFeedback, type QueuedFeedback, readFeedbackQueue, settleFeedback } from './queue.ts';

function queued(number: number, changes: Partial<FindingFeedback> = {}, sentAt: string | null = null): QueuedFeedback {
  const at = new Date(Date.UTC(2027, 0, 1) + number).toISOString();
  const feedback: FindingFeedback = {
    ...{ id: `F-${number}`, at, policy: 'acme/own', policySha256: 'a'.repeat(64), repository: 'shop' },
    ...{ fingerprint: number.toString(16).padStart(32, '0'), complaint: 'wrong', comment: null, by: 'ada' },
    ...changes,
  };
  return { feedback, sentAt, refusal: null };
}

test('the last word on a finding takes the place of the one before, also while that is on its way', (context) => {
  const store = openTestStore(context, createHome(context), { device: 'laptop', now: Date.now });
  const first = queued(1);
  assert.equal(keepFeedback(store, first), null);
  const { fingerprint } = first.feedback;
  assert.equal(keepFeedback(store, queued(2, { fingerprint, complaint: 'unclear' })), null);
  // The hub answers for the first only now.
  assert.equal(settleFeedback(store, { ...first, sentAt: '2027-01-02T00:00:00.000Z' }), null);
  assert.deepEqual(ids(store), ['F-2']);
  assert.equal(keepFeedback(store, queued(3, { fingerprint, repository: 'other' })), null);
  assert.deepEqual(ids(store), ['F-2', 'F-3']);
  assert.deepEqual(readQueue(store), []);
});

test('what was sent makes room; what waits does not', (context) => {
  const store = openTestStore(context, createHome(context), { device: 'laptop', now: Date.now });
  for (let number = 0; number < 300; number++) assert.equal(keepFeedback(store, queued(number)), null);
  assert.match(keepFeedback(store, queued(300)) ?? '', /300 findings were spoken of and wait/);
  assert.equal(settleFeedback(store, queued(7, {}, '2027-01-02T00:00:00.000Z')), null);
  assert.equal(keepFeedback(store, queued(300)), null);
  assert.equal(ids(store).length, 300);
  assert.ok(!ids(store).includes('F-7'));
  assert.equal(store.putRequest('broken', '{"feedback":1}').kind, 'written');
  assert.equal(ids(store).length, 300);
});

function ids(store: Parameters<typeof readFeedbackQueue>[0]): readonly string[] {
  return readFeedbackQueue(store).map(({ feedback }) => feedback.id);
}
