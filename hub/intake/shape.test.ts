/** What the quick yes says is what the schema says, whatever comes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as z from 'zod';
import { canonicalize } from '../../engine/index.ts';
import { createDevice, decision, uuid } from '../../test/hub/device.ts';
import { type JournalRecord, journalBatch } from '../protocol.ts';
import { shapeOf } from './shape.ts';

const isPlain = shapeOf(journalBatch);

test('what devices send is said yes to', () => {
  const gap: JournalRecord = {
    ...{ kind: 'gap', id: uuid(Date.UTC(2026, 10, 20)), at: '2026-11-20T00:00:00.000Z' },
    ...{ reason: 'limit', missing: null },
  };
  const excepted = decision(0).findings.map((finding) => ({
    ...finding,
    exception: { kind: 'approved', id: null } as const,
  }));
  const records = [
    decision(0),
    decision(1, { repository: 'é😀' }),
    gap,
    decision(2, { findings: excepted, reason: 'ja' }),
  ];
  assert.equal(isPlain({ entries: createDevice('one').record(records) }), true);
});

test('a yes is the word of the schema, and the text is canonical', () => {
  const seen = { yes: 0, no: 0 };
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { maxLength: 3 }), (alterations) => {
      const batch = JSON.parse(JSON.stringify({ entries: createDevice('one').record([decision(0), decision(1)]) }));
      for (const [place, way, value] of alterations) alter(batch, { place, way, value });
      const text = JSON.stringify(batch);
      const value: unknown = JSON.parse(text);
      const isYes = isPlain(value);
      seen[isYes ? 'yes' : 'no']++;
      if (!isYes) return;
      assert.deepEqual(journalBatch.parse(value), value);
      assert.equal(canonicalize(value), JSON.stringify(value));
    }),
    { numRuns: 3_000 },
  );
  assert.ok(seen.yes > 100 && seen.no > 100, `both are met: ${JSON.stringify(seen)}`);
});

test('in order, a no is the word of the schema too', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (place, value) => {
      const batch = JSON.parse(JSON.stringify({ entries: createDevice('one').record([decision(0)]) }));
      alter(batch, { place, way: 0, value });
      const read: unknown = JSON.parse(JSON.stringify(batch));
      if (isCanonical(read)) assert.equal(isPlain(read), journalBatch.safeParse(read).success);
    }),
    { numRuns: 3_000 },
  );
});

test('a schema that it does not understand is refused when it is made', () => {
  const strange = [
    z.object({}),
    z.strictObject({ a: z.string().optional() }),
    z.string().trim(),
    z.number().max(1),
    z.date(),
  ];
  for (const schema of strange) assert.throws(() => shapeOf(schema), /is not answered for/);
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
function alter(batch: object, { place, way, value }: Alteration): void {
  const places = placesOf(batch);
  const at = places[place % places.length];
  if (at === undefined) return;
  const { holder, key } = at;
  const before = holder[key];
  if (way % 4 === 0) holder[key] = junk[value % junk.length];
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
