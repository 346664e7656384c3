/** What stands out, for any counts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fewestObserved, fewestSamples, medianOf, unusual } from './baseline.ts';

const count = fc.nat(10_000);
const learned = fc.array(count, { minLength: fewestSamples, maxLength: 28 });

test('what was learned too little of, and what happens seldom, never stands out', () => {
  const tooFew = fc.array(count, { maxLength: fewestSamples - 1 });
  fc.assert(fc.property(fc.nat(), tooFew, (observed, samples) => unusual(observed, samples) === null));
  fc.assert(
    fc.property(fc.nat(fewestObserved - 1), learned, (observed, samples) => unusual(observed, samples) === null),
  );
});

test('the figures follow from the samples by hand', () => {
  fc.assert(
    fc.property(fc.nat(100_000), learned, (observed, samples) => {
      const figures = unusual(observed, samples);
      const half = (numbers: readonly number[]): number => {
        const sorted = [...numbers].sort((a, b) => a - b);
        return (sorted[Math.ceil(sorted.length / 2) - 1]! + sorted[Math.floor(sorted.length / 2)]!) / 2;
      };
      const median = half(samples);
      const mad = half(samples.map((sample) => Math.abs(sample - median)));
      const threshold = median + 6 * Math.max(1.4826 * mad, median ** 0.5, 1);
      if (observed < 20 || observed <= threshold) assert.equal(figures, null);
      else assert.deepEqual(figures, { observed, samples, median, mad, threshold });
    }),
  );
});

test('the order of the days does not matter, and whoever does more stands out the more', () => {
  fc.assert(
    fc.property(count, learned, fc.nat(1_000), (observed, samples, more) => {
      const stands = unusual(observed, samples) !== null;
      assert.equal(unusual(observed, samples.toReversed()) !== null, stands);
      if (stands) assert.notEqual(unusual(observed + more, samples), null);
    }),
  );
});

test('less than half of the days can neither hide what stands out nor make it', () => {
  const calm = fc.array(fc.nat(3), { minLength: 15, maxLength: 15 });
  const wild = fc.array(count, { minLength: 7, maxLength: 7 });
  fc.assert(
    fc.property(calm, wild, (usual, odd) => {
      const samples = [...usual, ...odd];
      assert.ok(medianOf(samples) <= 3);
      assert.notEqual(unusual(100, samples), null);
    }),
  );
});
