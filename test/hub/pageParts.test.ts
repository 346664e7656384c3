/** The parts of the hub's page that are functions of values: addresses, steps of the chart, texts, the pace of looking. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bundleDifference } from '../../engine/index.ts';
import { summaryOf } from '../../hub/log/summary.ts';
import { createPace } from '../../hub/web/pace.ts';
import { bucketsOf, spanOf } from '../../hub/web/page/hours.ts';
import { placedLines } from '../../hub/web/part/difference.ts';
import { hrefOf, readRoute } from '../../hub/web/route.ts';
import { ago, counted, plain } from '../../hub/web/text.ts';
import { decision } from './device.ts';

test('an address says a place, whatever is in it', () => {
  for (const [page, id, query] of [
    ['overview', null, {}],
    ['decisions', null, { repository: 'a&b=c#d?e', effect: 'deny' }],
    ['policies', 'acme/own-registry', {}],
    ['policies', 'a//../b?c#d%', {}],
  ] as const) {
    const route = readRoute(hrefOf(page, id, query));
    assert.equal(route?.page, page);
    assert.equal(route?.id, id);
    assert.deepEqual(Object.fromEntries(route?.query ?? []), query);
  }
  assert.equal(readRoute('#/nowhere'), null);
  assert.equal(readRoute('#/policies/%zz')?.id, '%zz');
  assert.equal(hrefOf('decisions', null, { effect: '' }), '#/decisions');
});

test('a chart has every step up to now, and each decision is in one of them', () => {
  const now = Date.UTC(2026, 10, 28, 9, 41);
  const hour = (day: number, of: number): string => new Date(Date.UTC(2026, 10, day, of)).toISOString();
  const hours = [
    { hour: hour(28, 9), gate: 'commit', effect: 'deny', decisions: 2, latencyMs: 1 },
    { hour: hour(28, 9), gate: 'push', effect: 'deny', decisions: 3, latencyMs: 1 },
    { hour: hour(27, 10), gate: 'commit', effect: 'allow', decisions: 5, latencyMs: 1 },
  ];
  for (const [name, steps] of [
    ['day', 24],
    ['week', 28],
    ['month', 30],
  ] as const) {
    const buckets = bucketsOf(hours, { now, span: spanOf(name) });
    assert.equal(buckets.length, steps);
    const sum = (effect: 'deny' | 'allow') => buckets.reduce((total, { counts }) => total + counts[effect], 0);
    assert.deepEqual([sum('deny'), sum('allow')], [5, 5], name);
    assert.equal(buckets.at(-1)?.counts.deny, 5);
    assert.ok(buckets.at(-1)!.begin <= now);
  }
  assert.equal(spanOf('nonsense').name, 'day');
});

test('what cannot be seen is shown by its number', () => {
  assert.equal(plain('deploy/\u202egpj.exe'), 'deploy/\\u{202e}gpj.exe');
  assert.equal(plain('a\u0000b\nc\u200bd\ufeff'), 'a\\u{0}b\\u{a}c\\u{200b}d\\u{feff}');
  assert.equal(plain('Grüße, 世界 👋 שלום'), 'Grüße, 世界 👋 שלום');
  assert.equal(counted(1, 'change'), '1 change');
  assert.equal(counted(2, 'change'), '2 changes');
  assert.equal(ago('2026-11-28T00:00:00.000Z', Date.UTC(2026, 10, 30)), '2 days ago');
});

test('news are looked at at once, then once after a pause that grows with what an answer takes', async () => {
  let [time, looks] = [0, 0];
  const waiting: { readonly ms: number; readonly work: () => void }[] = [];
  let answer: () => void = () => undefined;
  const look = (): Promise<void> => {
    looks++;
    return new Promise((resolve) => {
      answer = resolve;
    });
  };
  const pace = createPace(look, { now: () => time, later: (ms, work) => void waiting.push({ ms, work }) });
  for (let times = 0; times < 100; times++) pace.ask();
  assert.equal(looks, 1);
  time = 400;
  answer();
  await Promise.resolve();
  pace.ask();
  assert.deepEqual([looks, waiting.map(({ ms }) => ms)], [1, [1_600]]);
  waiting[0]!.work();
  assert.equal(looks, 2, 'what came meanwhile is looked at once');
  answer();
  await Promise.resolve();
  waiting[1]!.work();
  assert.deepEqual([looks, waiting.length, waiting[1]!.ms], [2, 2, 500]);
});

test('a list says of a body what it can read, and nothing of one that is not as expected', () => {
  const record = decision(10);
  const [finding] = record.findings;
  const findings = ['b', 'a', 'a', 'c', 'd'].map((policy) => ({ ...finding!, policy }));
  const body = JSON.stringify({ device: 'd', record: { ...record, findings, findingCount: 7 } });
  assert.deepEqual(summaryOf('decision', body), {
    who: 'Ada Example',
    policies: [
      { policy: 'a', findings: 2 },
      { policy: 'b', findings: 1 },
      { policy: 'c', findings: 1 },
    ],
    findings: 7,
    act: null,
  });
  assert.equal(summaryOf('act', '{"act":"token.create","by":{"name":"ada"}}')?.act, 'token.create');
  for (const text of ['{}', '[]', 'null', '{"record":{"kind":"gap"}}']) assert.equal(summaryOf('decision', text), null);
  assert.equal(summaryOf('decision', null), null);
});

test('a line of a difference knows where it stands in what is proposed', () => {
  const bundle = (text: string, more: Readonly<Record<string, string>> = {}) => ({
    ...{ version: 1, organisation: 'locked: []\n', policies: { 'acme/names.yaml': text, ...more } },
  });
  const before = 'a\nb\nc\nd\ne\nf\n';
  for (const after of ['X\nb\nc\nd\ne\nf\n', 'a\nX\nY\nd\ne\nf\n', 'a\nb\nc\nd\nf\n', 'a\nb\nc\nd\ne\nf\ng\n']) {
    const placed = placedLines(bundleDifference(bundle(before), bundle(after, { 'acme/new.yaml': 'x: 1\n' })));
    const texts: Readonly<Record<string, string>> = { 'acme/names.yaml': after, 'acme/new.yaml': 'x: 1\n' };
    for (const { text, place } of placed) {
      assert.equal(place === null, /^(──|@@|- )/.test(text), text);
      if (place !== null) assert.equal(text.slice(2), texts[place.file]?.split('\n')[place.line - 1]);
    }
    assert.ok(placed.some(({ place }) => place?.file === 'acme/new.yaml'));
  }
});
