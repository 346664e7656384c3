/** What entries add to figures, whatever those who sent them say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalize } from '../../engine/index.ts';
import { decision } from '../../test/hub/device.ts';
import { columnsOf } from '../intake/columns.ts';
import { newEntry } from '../log/entry.ts';
import { countsOf, sumOf } from './counts.ts';

test('a device that says it took longer than there is time spoils no sum', () => {
  const entries = [1, 2, 3].map((number) => {
    const record = decision(number, { latencyMs: number === 3 ? 5 : Number.MAX_VALUE });
    const body = { id: record.id, at: Date.parse(record.at), received: 0, seq: null, device: 'laptop' };
    return newEntry({ ...body, kind: 'decision', text: canonicalize(record), decision: columnsOf(record) });
  });
  const { gates } = sumOf([countsOf(entries), countsOf(entries)]);
  const latencyMs = gates.reduce((sum, { latency_ms: ms }) => sum + ms, 0);
  assert.equal(latencyMs, 2 * (2 * 3_600_000 + 5));
});
