/** What is read quickly is what the schema says, whatever comes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as z from 'zod';
import { canonicalize } from '../../engine/index.ts';
import { createDevice, decision, uuid } from '../../test/hub/device.ts';
import { type JournalRecord, journalEntry, maxBatchEntries } from '../protocol.ts';
import { canonicalReader, stringOf } from './canonical.ts';
import { readEntries } from './entries.ts';

const fields = ['device', 'seq', 'record.id', 'record.latencyMs', 'record.subject.name', 'record.findings'] as const;
const read = canonicalReader(journalEntry, fields);

/** Whether it is read from its first letter to its last. */
function isRead(text: string): boolean {
  return read(text, 0)?.end === text.length;
}

test('what devices send is read, wherever it stands', () => {
  const gap: JournalRecord = {
    ...{ kind: 'gap', id: uuid(Date.UTC(2026, 10, 20)), at: '2026-11-20T00:00:00.000Z' },
    ...{ reason: 'limit', missing: null },
  };
  const excepted = decision(0).findings.map((finding) => ({
    ...finding,
    exception: { kind: 'approved', id: null } as const,
  }));
  const strange = { name: 'é😀"\\\n\u0001', email: '' };
  const records = [
    ...[decision(0), decision(1, { repository: 'é😀', latencyMs: 4.123456789012345 }), gap],
    ...[decision(2, { findings: excepted, reason: 'ja', subject: strange }), decision(3, { latencyMs: 1e-7 })],
  ];
  for (const entry of createDevice('one').record(records)) {
    const text = canonicalize(entry);
    const reading = read(`,${text},`, 1);
    assert.equal(reading?.end, 1 + text.length);
    const { fields: found } = reading;
    assert.equal(stringOf(found['record.id']!), entry.record.id);
    assert.equal(Number(found.seq), entry.seq);
    if (entry.record.kind === 'gap') continue;
    assert.equal(stringOf(found['record.subject.name']!), entry.record.subject.name);
    assert.equal(Number(found['record.latencyMs']), entry.record.latencyMs);
    assert.deepEqual(JSON.parse(found['record.findings']!), entry.record.findings);
  }
});

test('what is read is the word of the schema, and its canonical text', () => {
  const seen = { yes: 0, no: 0 };
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { maxLength: 3 }),
      fc.nat(1),
      (alterations, number) => {
        const entry = structuredClone(createDevice('one').record([decision(number)])[0]);
        for (const [place, way, value] of alterations) alter(entry!, { place, way, value });
        const text = JSON.stringify(entry);
        const isYes = isRead(text);
        seen[isYes ? 'yes' : 'no']++;
        if (!isYes) return;
        const value: unknown = JSON.parse(text);
        assert.deepEqual(journalEntry.parse(value), value);
        assert.equal(canonicalize(value), text);
      },
    ),
    { numRuns: 3_000 },
  );
  assert.ok(seen.yes > 100 && seen.no > 100, `both are met: ${JSON.stringify(seen)}`);
});

test('canonical texts that the schema takes are read', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (place, value) => {
      const entry = structuredClone(createDevice('one').record([decision(0)])[0]);
      alter(entry!, { place, way: 0, value });
      const text = JSON.stringify(entry);
      const given: unknown = JSON.parse(text);
      if (isCanonical(given)) assert.equal(isRead(text), journalEntry.safeParse(given).success, text);
    }),
    { numRuns: 3_000 },
  );
});

test('a text with one letter changed is read only if it is canonical still', () => {
  const text = canonicalize(createDevice('one').record([decision(0, { subject: { name: '\\ \n 😀', email: '' } })])[0]);
  const letters = ['"', '\\', '0', '1', '.', 'e', 'u', '\n', ']', ',', '\ud83d', ''];
  for (let at = 0; at < text.length; at++) {
    for (const letter of letters) {
      for (const altered of [
        text.slice(0, at) + letter + text.slice(at + 1),
        text.slice(0, at) + letter + text.slice(at),
      ]) {
        if (altered === text || !isRead(altered)) continue;
        const value: unknown = JSON.parse(altered);
        assert.equal(canonicalize(value), altered);
        assert.ok(journalEntry.safeParse(value).success);
      }
    }
  }
});

test('a quick batch and any other come to the same', () => {
  const entries = createDevice('one').record([decision(0), decision(1), decision(2, { reason: 'é"😀' })]);
  const quick = readEntries(`{"entries":[${entries.map(canonicalize).join(',')}]}`);
  assert.deepEqual(quick, readEntries(JSON.stringify({ entries: entries.map(reversed) }, null, 1)));
  assert.equal(quick.length, 3);
  for (const wrong of [
    '',
    '{"entries":[]}',
    '{"entries":[',
    `{"entries":[${canonicalize(entries[0])}]} x`,
    '{"entries":[{}]}',
  ])
    assert.equal(typeof readEntries(wrong), 'string', wrong);
  const many = Array(maxBatchEntries + 1).fill(canonicalize(entries[0]));
  assert.equal(readEntries(`{"entries":[${many.slice(1).join(',')}]}`).length, maxBatchEntries);
  assert.equal(typeof readEntries(`{"entries":[${many.join(',')}]}`), 'string');
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}

test('a schema that it does not understand is refused when the reader is made', () => {
  const strange = [
    ...[z.object({}), z.strictObject({ a: z.string().optional() }), z.string().trim(), z.number().max(1), z.number()],
    ...[z.date(), z.array(z.string()).min(1), z.array(z.string()).nullable(), z.int().min(5), z.email()],
  ];
  for (const schema of strange) assert.throws(() => canonicalReader(schema, []), /is not answered for/);
});

const junk: readonly unknown[] = [
  ...[
    null,
    true,
    0,
    1,
    -1,
    0.5,
    1e300,
    2 ** 53,
    '',
    'a',
    'decision',
    'gap',
    'deny',
    'x'.repeat(501),
    'x'.repeat(2_001),
  ],
  ...[
    '\ud800',
    '2026-02-30T00:00:00.000Z',
    '2026-11-20T00:00:00Z',
    '2026-11-20T00:00:00.000+01:00',
    'ABCDEF'.repeat(12),
  ],
  ...[
    'ab'.repeat(20),
    'ab'.repeat(32),
    `sha256:${'ab'.repeat(32)}`,
    [],
    {},
    [{}],
    ['a'],
    Array(1_001).fill('a'),
    { kind: 'gap' },
  ],
];

interface Alteration {
  readonly place: number;
  readonly way: number;
  readonly value: number;
}

/** Puts something else at a place, takes it away, puts a key beside it, or puts it behind the others. */
function alter(entry: object, { place, way, value }: Alteration): void {
  const places = placesOf(entry);
  const at = places[place % places.length];
  if (at === undefined) return;
  const { holder, key } = at;
  const before = holder[key];
  if (way % 4 === 0) holder[key] = structuredClone(junk[value % junk.length]);
  else if (way % 4 === 1 && !Array.isArray(holder)) delete holder[key];
  else if (way % 4 === 2 && !Array.isArray(holder)) holder.zzz = before;
  else if (!Array.isArray(holder)) {
    delete holder[key];
    holder[key] = before;
  }
}

type Holder = Record<string, unknown>;

function placesOf(value: unknown): readonly { readonly holder: Holder; readonly key: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Holder;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesOf(holder[key])]);
}

function isCanonical(value: unknown): boolean {
  try {
    return canonicalize(value) === JSON.stringify(value);
  } catch {
    return false;
  }
}
