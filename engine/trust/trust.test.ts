/** Canonical JSON by the rules of RFC 8785, and the chain that is made of it. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { CanonicalError, canonicalize } from './canonical.ts';
import { breakOf, chainStart, headOf, link } from './chain.ts';

const sha256 = (text: string) => hash('sha256', text, 'hex');

test('numbers are written as ECMAScript writes them (section 3.2.2.3)', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0'],
    [-0, '0'],
    [1e21, '1e+21'],
    [999999999999999900000, '999999999999999900000'],
    [1e-7, '1e-7'],
    [0.000001, '0.000001'],
    [0.1 + 0.2, '0.30000000000000004'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [2 ** 68, '295147905179352830000'],
    [Number.MIN_VALUE, '5e-324'],
    [Number.MAX_VALUE, '1.7976931348623157e+308'],
    [-1.5, '-1.5'],
  ];
  for (const [number, text] of cases) assert.equal(canonicalize(number), text);
  for (const none of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    assert.throws(() => canonicalize({ a: [none] }), /^CanonicalError: \$\.a\[0\]: /);
});

test('numbers keep every bit, whatever their bits are', () => {
  const bits = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  fc.assert(
    fc.property(bits, (word) => {
      const view = new DataView(new ArrayBuffer(8));
      view.setBigUint64(0, word);
      const number = view.getFloat64(0);
      fc.pre(Number.isFinite(number));
      assert.equal(JSON.parse(canonicalize(number)), number === 0 ? 0 : number);
    }),
    { numRuns: 2_000 },
  );
});

test('strings escape what has to be, in the shortest way, and nothing else (section 3.2.2.2)', () => {
  assert.equal(canonicalize('\b\t\n\f\r"\\/'), String.raw`"\b\t\n\f\r\"\\/"`);
  assert.equal(canonicalize('\u0000\u001f\u007f\u2028é😀'), '"\\u0000\\u001f\u007f\u2028é😀"');
});

test('a lone surrogate is refused, in a key too (section 3.2.2.2)', () => {
  for (const value of ['\ud83d', { a: ['x\udc00y'] }, { '\ud800': 1 }, '\udc00\ud800'])
    assert.throws(() => canonicalize(value), CanonicalError);
});

test('keys stand in the order of their UTF-16 units, at every depth (section 3.2.3)', () => {
  // By code points, U+FB33 would come before U+1F600; by units the surrogate pair does.
  const value = {
    '\ufb33': 1,
    '\u{1f600}': 2,
    ö: 3,
    '€': 4,
    '\r': 5,
    1: 6,
    10: 7,
    2: 8,
    '': { b: 1, a: [{ d: 1, c: 2 }] },
  };
  assert.equal(
    canonicalize(value),
    '{"":{"a":[{"c":2,"d":1}],"b":1},"\\r":5,"1":6,"10":7,"2":8,"ö":3,"€":4,"\u{1f600}":2,"\ufb33":1}',
  );
  assert.equal(canonicalize({ __proto__: null, toString: 1 }), '{"toString":1}');
  assert.equal(canonicalize(JSON.parse('{"__proto__":1,"a":2}')), '{"__proto__":1,"a":2}');
});

test('what JSON has no word for is refused, and never left out', () => {
  const values = [undefined, { a: undefined }, [undefined], Array(2), 1n, Symbol('a'), () => 1, new Date(0), new Map()];
  for (const value of values) assert.throws(() => canonicalize(value), CanonicalError);
  assert.throws(() => canonicalize({ toJSON: () => 1 }), CanonicalError);
});

test('depth is bounded', () => {
  const nested = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown;
  assert.equal(canonicalize(nested(200)).length, 400);
  assert.throws(() => canonicalize(nested(50_000)), CanonicalError);
});

test('any JSON comes back as it was, and in whichever order it was built the text is the same', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalize(value);
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
      assert.equal(canonicalize(reversed(value)), text);
      assert.equal(canonicalize(JSON.parse(text)), text);
    }),
    { numRuns: 1_000 },
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  // `__proto__` as a key has to stay one.
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}

test('a chain is checked by number, device and the hash of the one before', () => {
  const place = { device: 'laptop', head: chainStart };
  const first = link({ ...place, record: { a: 1 } }, { sha256 });
  const second = link({ device: 'laptop', head: first.head, record: { b: 2 } }, { sha256 });
  assert.equal(first.text, `{"device":"laptop","previous":"${'0'.repeat(64)}","record":{"a":1},"seq":1}`);
  assert.deepEqual(headOf(first.entry, { sha256 }), first.head);
  assert.equal(breakOf(first.entry, place), null);
  assert.equal(breakOf(second.entry, { device: 'laptop', head: first.head }), null);
  assert.match(breakOf(second.entry, place) ?? '', /number 2 where 1 belongs/);
  assert.match(breakOf(first.entry, { ...place, device: 'other' }) ?? '', /of device laptop/);
  const changed = { ...first.entry, record: { a: 2 } };
  assert.match(breakOf(second.entry, { device: 'laptop', head: headOf(changed, { sha256 }) }) ?? '', /was changed/);
});
