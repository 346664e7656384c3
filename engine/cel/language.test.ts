/** Expressions and their values, as CEL would write them; the conformance data says the rest. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Unknown } from '../model.ts';
import { formatValue } from './display.ts';
import { compile, type Evaluation } from './index.ts';
import { dyn } from './type.ts';
import type { CelValue } from './value.ts';

function plain(value: unknown): CelValue {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || value instanceof Unknown) return value as CelValue;
  const map: Record<string, CelValue> = Object.create(null);
  for (const key of Object.keys(value)) map[key] = plain((value as Record<string, unknown>)[key]);
  return map;
}

const self = plain(
  JSON.parse(
    '{"a": 1, "b": "x", "c": null, "l": [1, 2, 3], "e": [], "m": {"k": "v"}, "f": 1.5, "__proto__": 7, "constructor": "c"}',
  ),
);
const partial = plain({
  tag: new Unknown('tag'),
  list: [1, new Unknown('item'), 3],
  map: { known: 1, hidden: new Unknown('hidden') },
});

/** Evaluated with `self` and `partial`; an error is `error: message`, an unknown `unknown: reason`. */
const cases: readonly (readonly [string, string])[] = [
  ['self.a + 1', '2'],
  ['self.f + 0.5', '2.0'],
  ['self.a + 1.0', 'error: + does not take values of these types'],
  ['self.a == 1.0 && self.a in [1.0]', 'true'],
  ['9007199254740991 + 2', '9007199254740993'],
  ['9007199254740993 - 2', '9007199254740991'],
  ['-9223372036854775808', '-9223372036854775808'],
  ['9223372036854775807 + 1', 'error: integer overflow'],
  ['9007199254740991 / 2', '4503599627370495'],
  ['-7 / 2', '-3'],
  ['-7 % 2', '-1'],
  ['0 * -1', '0'],
  ['1 / 0', 'error: division by zero'],
  ['1.0 / 0.0', '+Inf'],
  ['5u - 6u', 'error: unsigned integer overflow'],
  ['size("😀é")', '2'],
  ['"\\u{1}"', 'problem'],
  ['"\\U0001F600" > "\\uFFFD"', 'true'],
  ['b"\\xff" < b"\\xff\\x00"', 'true'],
  ['[1, 2] + [3] == [1, 2, 3]', 'true'],
  ['{"a": 1, 2: "b", true: 3u}', '{"a": 1, 2: "b", true: 3u}'],
  ['{1: 1, 1u: 2}', 'error: a key comes twice'],
  ['self.missing', 'error: no such key: "missing"'],
  ['self.missing || true', 'true'],
  ['true || self.missing', 'true'],
  ['self.missing && false', 'false'],
  ['self.missing ? 1 : 2', 'error: no such key: "missing"'],
  ['has(self.c) && !has(self.zz) && !has(self.c.zz)', 'true'],
  ['self.__proto__ == 7 && self.constructor == "c"', 'true'],
  ['has(self.m.__proto__) || has(self.m.constructor) || has(self.m.toString)', 'false'],
  ['"hasOwnProperty" in self.m || "__proto__" in self.m', 'false'],
  ['self.m.toString', 'error: no such key: "toString"'],
  ['self["__proto__"]', '7'],
  ['self.l[5]', 'error: index out of bounds'],
  ['self.l[-1]', 'error: index out of bounds'],
  ['self.l["0"]', 'error: the index of a list is an int'],
  ['self.l["length"]', 'error: the index of a list is an int'],
  ['self.b.length', 'error: no such key: "length"'],
  ['self.?m.k.orValue("z")', '"v"'],
  ['self.?m.?zz.orValue("z")', '"z"'],
  ['self.?c.?zz.hasValue()', 'false'],
  ['self.?a.orValue(1 / 0)', '1'],
  ['self.l[?7].orValue(0)', '0'],
  ['[?self.?zz, ?self.?a]', '[1]'],
  ['{?"x": self.?zz, ?"y": self.?a}', '{"y": 1}'],
  ['self.?a.optMap(x, x + 1).value()', '2'],
  ['self.?zz.optFlatMap(x, optional.of(x)).hasValue()', 'false'],
  ['self.l.all(x, x > 0) && self.l.exists(x, x == 2) && self.l.exists_one(x, x > 2)', 'true'],
  ['self.l.all(x, x != 2 && 1 / 0 == 1)', 'false'],
  ['self.l.exists(x, x == 3 || 1 / 0 == 1)', 'true'],
  ['self.l.all(x, 1 / (x - 2) < 5)', 'error: division by zero'],
  ['self.m.all(k, self.m[k] == "v")', 'true'],
  ['self.m.all(k, v, k == "k" && v == "v")', 'true'],
  ['self.l.map(x, x > 1, x * 10)', '[20, 30]'],
  ['self.l.transformList(i, v, i * v)', '[0, 2, 6]'],
  ['self.l.transformMap(i, v, v * 2)', '{0: 2, 1: 4, 2: 6}'],
  ['self.l.transformMapEntry(i, v, {string(v): i})', '{"1": 0, "2": 1, "3": 2}'],
  ['self.l.map(x, self.l.map(x, x + 1).size() + x)', '[4, 5, 6]'],
  ['["b", "a"].sortBy(x, x)', '["a", "b"]'],
  ['cel.bind(x, self.l.size(), x * x)', '9'],
  ['type(self.l) == list && type(1.0) == double && type(null) == null_type', 'true'],
  ['type(timestamp(0)) == google.protobuf.Timestamp', 'true'],
  ['string(1.0) + string(0.1) + string(1e100)', '"10.11e+100"'],
  ['int("0x1")', 'error: the value cannot be converted to int'],
  ['duration("1h30m") - duration("90m") == duration("0s")', 'true'],
  ['string(duration("-1.5s"))', '"-1.5s"'],
  ['timestamp("2026-03-29T01:30:00Z").getHours("Europe/Zurich")', '3'],
  ['timestamp("2026-02-30T00:00:00Z")', 'error: this timestamp has a part that is out of range'],
  ['"a" in ["a", "b"] && !("c" in ["a", "b"]) && dyn(1u) in [1]', 'true'],
  ['dyn("x").matches("^(a+)+$")', 'false'],
  ['r"\\n" == "\\\\n"', 'true'],
  ["'''a\"b'''", '"a\\"b"'],
  ['self.l // a comment\n .size()', '3'],
  ['[1, 2,]', '[1, 2]'],
  ['self.`b` == "x"', 'true'],
  ['double("NaN") == double("NaN")', 'false'],
  ['dyn(1) == "1"', 'false'],
  // unknowns
  ['partial.tag == "x"', 'unknown: tag'],
  ['partial.tag == "x" || true', 'true'],
  ['partial.tag == "x" && false', 'false'],
  ['partial.tag == "x" || self.missing', 'unknown: tag'],
  ['partial.tag ? 1 : 2', 'unknown: tag'],
  ['has(partial.tag)', 'true'],
  ['partial.?tag.orValue("z")', 'unknown: tag'],
  ['size(partial.list)', '3'],
  ['partial.list[1] + 1', 'unknown: item'],
  ['partial.list[0] + 1', '2'],
  ['3 in partial.list', 'true'],
  ['4 in partial.list', 'unknown: item'],
  ['partial.list == [2, 2, 3]', 'false'],
  ['partial.list == [1, 2, 3]', 'unknown: item'],
  ['partial.list.all(x, x < 2)', 'false'],
  ['partial.list.all(x, x < 9)', 'unknown: item'],
  ['partial.list.exists(x, x == 3)', 'true'],
  ['partial.list.map(x, 1)', '[1, 1, 1]'],
  ['partial.list.map(x, x)', 'unknown: item'],
  ['[partial.tag, 1]', 'unknown: tag'],
  ['partial.map.known + 1', '2'],
  ['"hidden" in partial.map', 'true'],
  ['partial.map == {"known": 2, "hidden": 1}', 'false'],
  ['sets.contains(partial.list, [1])', 'unknown: item'],
];

for (const [source, wanted] of cases) {
  test(`value of ${source}`, () => {
    const { program } = compile(source, { variables: { self: dyn, partial: dyn } });
    assert.equal(program === null ? 'problem' : show(program.evaluate({ self, partial })), wanted);
  });
}

test('a program says what it reads', () => {
  const reads = (source: string) => [
    ...(compile(source, { variables: { self: dyn, other: dyn, 'a.b': dyn } }).program?.reads ?? []),
  ];
  assert.deepEqual(reads('self.l.all(other, other > 1) && true'), ['self']);
  assert.deepEqual(reads('other || self.x || other'), ['other', 'self']);
  assert.deepEqual(reads('a.b.c == 1'), ['a.b']);
  assert.deepEqual(reads('1 + 1'), []);
});

test('a variable without a value is an error, not a default', () => {
  const { program } = compile('self == null', { variables: { self: dyn, toString: dyn } });
  assert.equal(show(program!.evaluate({})), 'error: the variable "self" has no value');
  const inherited = compile('toString == null', { variables: { toString: dyn } }).program;
  assert.equal(show(inherited!.evaluate({})), 'error: the variable "toString" has no value');
});

function show(evaluation: Evaluation): string {
  switch (evaluation.kind) {
    case 'value':
      return formatValue(evaluation.value);
    case 'error':
      return `error: ${evaluation.message}`;
    case 'unknown':
      return `unknown: ${evaluation.unknowns.map((one) => one.reason).join(', ')}`;
  }
}
