/** What is masked: values of any shape, whoever chose their keys. */
import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import { maskedValue } from './mask.ts';

const mask = (text: string): string => text.replace(/AKIA\w+/g, 'AKIA…');

test('keys that differ in their secrets alone stay apart, and a hundred thousand of them take no longer than others', () => {
  const kept = maskedValue({ AKIA1: 1, 'AKIA… (2)': 2, AKIA2: 3, AKIA3: 4 }, mask);
  assert.deepEqual(kept, { 'AKIA…': 1, 'AKIA… (2)': 2, 'AKIA… (3)': 3, 'AKIA… (4)': 4 });
  const flood = Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`AKIA${at}`, at]));
  const before = process.cpuUsage();
  assert.equal(Object.keys(maskedValue(flood, mask) as object).length, 100_000);
  const { user } = process.cpuUsage(before);
  // One look at all that came before for each would take minutes.
  assert.ok(user < 10_000_000, `${user} µs`);
});
