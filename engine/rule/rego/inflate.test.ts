import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constants, deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { gunzip } from './inflate.ts';
import { Refusal } from './refusal.ts';

const { Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY } = constants;

test('what zlib has packed comes out again, stored, with fixed codes and with its own', () => {
  const repetitive = fc
    .array(fc.constantFrom('kerb', 'replicas: 2\n', '\0', 'é'), { maxLength: 2_000 })
    .map((words) => Buffer.from(words.join('')));
  const content = fc.oneof(repetitive, fc.uint8Array({ maxLength: 3_000 }).map(Buffer.from));
  const packing = fc.record({
    level: fc.constantFrom(0, 1, 9),
    strategy: fc.constantFrom(Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY),
  });
  fc.assert(
    fc.property(content, packing, (bytes, options) => {
      assert.deepEqual(Buffer.from(gunzip(gzipSync(bytes, options), 100_000)), bytes);
    }),
    { numRuns: 200 },
  );
});

test('a name, a comment and further fields of the header are passed over', () => {
  const header = [0x1f, 0x8b, 8, 4 | 8 | 16 | 2, 0, 0, 0, 0, 0, 3];
  const optional = [2, 0, 7, 7, ...Buffer.from('name\0comment\0'), 1, 2];
  const packed = Buffer.concat([Buffer.from([...header, ...optional]), deflateRawSync('text')]);
  assert.equal(Buffer.from(gunzip(packed, 10)).toString(), 'text');
});

test('it ends at the bound, however small what was packed is', () => {
  const bomb = gzipSync(Buffer.alloc(1_000_000));
  assert.throws(() => gunzip(bomb, 999_999), new Refusal('it is larger than 999999 bytes'));
  assert.equal(gunzip(bomb, 1_000_000).length, 1_000_000);
});

test('damaged bytes are refused or read as others, and nothing else happens', () => {
  const packed = gzipSync(Buffer.from('replicas: 2\n'.repeat(50)));
  fc.assert(
    fc.property(fc.nat(packed.length - 1), fc.nat(255), fc.nat(packed.length), (at, byte, end) => {
      const damaged = Uint8Array.from(packed);
      damaged[at] = byte;
      try {
        gunzip(damaged.subarray(0, end), 10_000);
      } catch (cause) {
        assert.ok(cause instanceof Refusal, String(cause));
      }
    }),
    { numRuns: 2_000 },
  );
});
