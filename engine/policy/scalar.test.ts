import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scalarPlaces } from './scalar.ts';

const placesIn = (source: string, text: string) =>
  scalarPlaces(source, { text, span: { start: 0, end: source.length } });
const shown = (source: string, text: string, part: string): string => {
  const start = text.indexOf(part);
  const span = placesIn(source, text).toFile({ start, end: start + part.length });
  return source.slice(span.start, span.end);
};

test('a stretch of the text is found in whatever form the file has it', () => {
  assert.equal(shown('a && b', 'a && b', '&& b'), '&& b');
  assert.equal(shown('"a == \\"x\\""', 'a == "x"', 'x'), 'x');
  assert.equal(shown("'it''s'", "it's", "'s"), "''s");
  assert.equal(shown('>-\n    a &&\n    b', 'a && b', '&& b'), '&&\n    b');
});

test('an empty stretch is behind what stands before it, and the end behind everything', () => {
  const { toFile, fromFile } = placesIn('"ab"', 'ab');
  assert.deepEqual(toFile({ start: 1, end: 1 }), { start: 2, end: 2 });
  assert.deepEqual(toFile({ start: 0, end: 0 }), { start: 1, end: 1 });
  assert.deepEqual(toFile({ start: 2, end: 2 }), { start: 3, end: 3 });
  assert.deepEqual([0, 1, 2, 3, 4].map(fromFile), [0, 0, 1, 2, 2]);
});

test('a text is walked once, however often it is asked for, and what is not in the file costs little', () => {
  const text = '!'.repeat(60_000);
  const { toFile } = placesIn(`"${text}"`, text);
  for (let at = 0; at < text.length; at++) assert.equal(toFile({ start: at, end: at + 1 }).start, at + 1);
  const escaped = placesIn(`"${'\\x41'.repeat(30_000)}"`, 'A'.repeat(30_000));
  assert.equal(escaped.toFile({ start: 0, end: 1 }).start, 1);
});
