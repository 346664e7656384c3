import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { commonPrefix, commonSuffix } from './difference.ts';

test('what two texts share is found by stretches as it is unit by unit', () => {
  const long = fc.integer({ min: 0, max: 3_000 }).map((length) => 'ab\n'.repeat(length).slice(0, length));
  fc.assert(
    fc.property(long, fc.string({ maxLength: 3 }), fc.string({ maxLength: 3 }), long, (front, one, other, back) => {
      const [a, b] = [front + one + back, front + other + back];
      let prefix = 0;
      while (prefix < Math.min(a.length, b.length) && a[prefix] === b[prefix]) prefix++;
      assert.equal(commonPrefix(a, b), prefix);
      const most = Math.min(a.length, b.length) - prefix;
      let suffix = 0;
      while (suffix < most && a.at(-1 - suffix) === b.at(-1 - suffix)) suffix++;
      assert.equal(commonSuffix(a, b, prefix), suffix);
    }),
  );
});
