import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Enforcement, Finding, PlacedFindings } from '../engine/index.ts';
import { openDocument } from './documents.ts';
import { createRequests } from './requests.ts';
import type { Place } from './roots.ts';
import type { Session } from './session.ts';
import { choose, findingsOf, jsonOf } from './shown.ts';

test('all findings are shown where there are few, suppressed ones excepted', () => {
  const suppressed: Finding = { ...finding('deny', 4), exception: suppression };
  const { chosen, omitted } = chosenOf(
    [{ offset: 0, findings: [finding('deny', 0), suppressed, finding('audit', 8)] }],
    10,
  );
  assert.deepEqual(starts(chosen), [0, 8]);
  assert.equal(omitted, 0);
});

test('of too many the gravest are shown, in the order of the text, and the others counted', () => {
  const findings = (['audit', 'warn', 'deny', 'warn'] as const).map((enforcement, at) => finding(enforcement, at));
  const placed = [
    { offset: 0, findings },
    { offset: 10, findings },
  ];
  const shown = (most: number) => {
    const { chosen, omitted } = chosenOf(placed, most);
    return { at: starts(chosen), omitted };
  };
  assert.deepEqual(shown(0), { at: [], omitted: 8 });
  assert.deepEqual(shown(1), { at: [2], omitted: 7 });
  assert.deepEqual(shown(2), { at: [2, 12], omitted: 6 });
  assert.deepEqual(shown(5), { at: [1, 2, 3, 11, 12], omitted: 3 });
  assert.deepEqual(shown(7), { at: [0, 1, 2, 3, 11, 12, 13], omitted: 1 });
  assert.deepEqual(shown(8), { at: [0, 1, 2, 3, 10, 11, 12, 13], omitted: 0 });
});

test('the JSON of a list is kept while it begins in the same place and shows the same', () => {
  const document = openDocument({ uri, languageId: 'yaml', version: 1, text: 'a: 1\nb: 2\nc: 3\n' }, place());
  const findings = [finding('deny', 0), finding('warn', 3)];
  const json = (offset: number, most = 10) => {
    const { chosen } = choose(session(most), document, judged([{ offset, findings }]));
    return chosen.map((each) => jsonOf(session(most), document, each)).join();
  };
  const first = json(5);
  assert.deepEqual(lines(first), [1, 1]);
  const sent = document.sent.get(findings)!;
  sent.json = 'what was kept';
  assert.equal(json(5), 'what was kept');
  assert.deepEqual(lines(json(10)), [2, 2]);
  assert.deepEqual(lines(json(10, 1)), [2]);
  assert.equal(json(5), first);
});

test('what a client is shown of a finding is its diagnostic', () => {
  const document = openDocument({ uri, languageId: 'yaml', version: 1, text: 'a: 1\nb: 2\n' }, place());
  const { chosen } = choose(session(10), document, judged([{ offset: 5, findings: [finding('deny', 3)] }]));
  assert.deepEqual(JSON.parse(`[${jsonOf(session(10), document, chosen[0]!)}]`), [
    {
      range: { start: { line: 1, character: 3 }, end: { line: 1, character: 4 } },
      severity: 1,
      code: 'test/deny',
      source: 'kerb',
      message: 'at 3',
      data: { fingerprint: 'f3' },
      codeDescription: { href: 'file:///pages/test/deny.md' },
    },
  ]);
});

const uri = 'file:///r/a.yaml';
const suppression = { kind: 'suppression', reason: 'r', until: '2030-01-01', span: { start: 0, end: 1 } } as const;

function chosenOf(placed: readonly PlacedFindings[], most: number) {
  const document = openDocument({ uri, languageId: 'yaml', version: 1, text: 'x'.repeat(40) }, place());
  return choose(session(most), document, judged(placed));
}

function starts(chosen: ReturnType<typeof choose>['chosen']): readonly number[] {
  return chosen.flatMap(findingsOf).map(({ span }) => span.start);
}

function lines(json: string): readonly number[] {
  return JSON.parse(`[${json}]`).map((each: { range: { start: { line: number } } }) => each.range.start.line);
}

function finding(enforcement: Enforcement, start: number): Finding {
  return {
    policy: `test/${enforcement}`,
    severity: 'high',
    enforcement,
    outcome: 'fail',
    file: 'a.yaml',
    resource: '',
    path: '',
    span: { start, end: start + 1 },
    message: `at ${start}`,
    related: [],
    fingerprint: `f${start}`,
    exception: null,
    fixes: [],
  };
}

function judged(placed: readonly PlacedFindings[]): Parameters<typeof choose>[2] {
  return { version: 1, revision: 0, day: '', placed, findings: [], syntax: [], own: null, verdict: null, unread: null };
}

/** As much of a session as showing needs. */
function session(mostDiagnostics: number): Session {
  const client = { options: { mostDiagnostics }, relatedInformation: true };
  return { client, requests: createRequests() } as unknown as Session;
}

function place(): Place {
  return { root: { rules: { pageOf: (id: string) => `file:///pages/${id}.md` } }, path: 'a.yaml' } as unknown as Place;
}
