/** What other tools read: each form held to what its standard asks for. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import Ajv from 'ajv-draft-04';
import fc from 'fast-check';
import * as z from 'zod';
import { decision } from '../../test/hub/device.ts';
import { repairsIn, spreadOf } from '../compliance/repair.ts';
import { alertKinds } from '../protocol/alert.ts';
import type { ComplianceReport } from '../protocol/compliance.ts';
import { csv } from './csv.ts';
import { detectionEvent } from './detection.ts';
import { findingsOf } from './finding.ts';
import { ocsfEvent } from './ocsf.ts';
import { assessmentResults } from './oscal.ts';
import { sarifFindings } from './sarif.ts';
import { findingTable } from './tables.ts';

const now = Date.UTC(2026, 10, 28);
const person = /Ada Example|ada@/;
const about = { tenant: 'acme', url: 'https://hub.example', version: '1.2.3', now };

function found(body = JSON.stringify({ device: 'laptop', record: decision(10) })) {
  const { id, gate, origin, repository } = decision(10);
  const row = { id, index: 0, at: now, received: now + 5, kind: 'decision', device: 'laptop', gate, origin };
  return findingsOf([{ ...row, effect: 'deny', passed: false, repository, body }]);
}

/** RFC 4180, read by another hand. */
function readCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]];
  const token = /"((?:[^"]|"")*)"|([^,\r\n]*)/gy;
  for (let at = 0; at < text.length; ) {
    token.lastIndex = at;
    const [whole, quoted, plain] = token.exec(text)!;
    rows.at(-1)!.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    at += whole.length;
    if (text.startsWith('\r\n', at)) rows.push([]);
    at += text.startsWith('\r\n', at) ? 2 : 1;
  }
  return rows.slice(0, -1);
}

test('CSV comes back as it was, and no value of it is a formula', () => {
  const evil = fc.constantFrom(
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    ' =1',
    '\n=1',
    '＝1',
    '"=1"',
    'a,=1',
    'a;=1+1',
    'a; @SUM(A1)',
    ';;＝1',
    'a\n=1',
    'a\t-1',
    "'=1",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(evil, fc.string()), { minLength: 1, maxLength: 5 }), (values) => {
      const [, row] = readCsv(csv({ columns: values.map((_, at) => `c${at}`), rows: [values] }));
      for (const [at, value] of values.entries()) {
        const read = row![at]!;
        assert.equal(read.replaceAll("'", ''), value.replaceAll("'", ''));
        assert.doesNotMatch(read, /^(?:\s*[=+\-@＝＋－＠]|[\t\r])/u);
        for (const cell of read.split(/[;\t\r\n]/).slice(1)) assert.doesNotMatch(cell, /^\s*[=+\-@＝＋－＠]/u);
      }
    }),
  );
  assert.equal(csv({ columns: ['a', 'b'], rows: [[-1, null]] }), 'a,b\r\n-1,\r\n');
});

test('findings as CSV name the decision and no person', () => {
  const text = csv(findingTable(found()));
  assert.match(text, /kubernetes\/privileged,critical,deny,fail,deploy\/web\.yaml/);
  assert.doesNotMatch(text, person);
});

test('what is no decision of a device, or is gone, has no findings', () => {
  assert.deepEqual([found('{"act":"x"}'), findingsOf([{ ...found()[0]!.decision, body: null }])], [[], []]);
});

/** What OCSF 1.8.0 requires of a Compliance Finding (2003), and the values that it allows. */
const complianceFinding = z.object({
  activity_id: z.literal(1),
  category_uid: z.literal(2),
  class_uid: z.literal(2_003),
  type_uid: z.literal(200_301),
  severity_id: z.union([0, 1, 2, 3, 4, 5, 6, 99].map((id) => z.literal(id))),
  status_id: z.union([1, 2, 3, 4, 5, 6].map((id) => z.literal(id))),
  time: z.int().min(1_000_000_000_000),
  metadata: z.object({ version: z.literal('1.8.0'), product: z.object({ name: z.string(), vendor_name: z.string() }) }),
  finding_info: z.object({
    ...{ uid: z.string().min(1), title: z.string().min(1) },
    analytic: z.object({ type_id: z.literal(1) }),
  }),
  compliance: z.object({
    control: z.string(),
    standards: z.array(z.string()).min(1),
    status_id: z.union([1, 2, 3].map((id) => z.literal(id))),
  }),
  resources: z.array(z.object({ uid: z.string(), name: z.string() })).min(1),
});

test('OCSF: a Compliance Finding has what is required, also of a policy that is in force no more', () => {
  const [finding] = found();
  const event = complianceFinding.parse(ocsfEvent(finding!, undefined, about));
  assert.deepEqual([event.severity_id, event.status_id, event.compliance.status_id], [5, 1, 3]);
  const excepted = { ...finding!, exception: { kind: 'approved', id: 'R-1' }, outcome: 'unknown' } as const;
  const other = complianceFinding.parse(ocsfEvent(excepted, undefined, about));
  assert.deepEqual([other.status_id, other.compliance.status_id], [3, 2]);
  assert.doesNotMatch(JSON.stringify(ocsfEvent(finding!, undefined, about)), person);
});

const oneOf = (...values: readonly number[]) => z.union(values.map((value) => z.literal(value)));
/** What OCSF 1.8.0 requires of a Detection Finding (2004), and the values that it allows. */
const detectionFinding = z.object({
  ...{ activity_id: oneOf(1, 3), category_uid: z.literal(2), class_uid: z.literal(2_004) },
  ...{ type_uid: oneOf(200_401, 200_403), severity_id: oneOf(1, 2, 3, 4, 5), status_id: oneOf(1, 3, 4) },
  ...{ time: z.int().min(1_000_000_000_000), is_alert: z.boolean() },
  metadata: z.object({ version: z.literal('1.8.0'), product: z.object({ name: z.string(), vendor_name: z.string() }) }),
  finding_info: z.object({
    ...{ uid: z.string().min(1), title: z.string().min(1), analytic: z.object({ type_id: oneOf(1, 3) }) },
  }),
  resources: z
    .array(z.object({ uid: z.string(), name: z.string() }))
    .min(1)
    .optional(),
  // Beside its name an evidence has at least one thing that it is of.
  evidences: z
    .array(z.object({ uid: z.string(), url: z.object({ url_string: z.url() }) }))
    .min(1)
    .optional(),
});

test('OCSF: each kind of alert is a Detection Finding, and closed when it is over', () => {
  for (const kind of alertKinds) {
    const alert = { id: 'a', kind, labels: { device: 'laptop' }, summary: 's', records: ['r1'], figures: null };
    const read = (resolvedAt: number | null, silencedBy: string | null = null) => {
      const origin = { ...about, silencedBy };
      return detectionFinding.parse(detectionEvent({ ...alert, since: now, resolvedAt }, origin));
    };
    const seen = [read(null), read(null, 's'), read(now + 1)].map((event) => [
      ...[event.activity_id, event.type_uid, event.status_id, event.is_alert, event.time - now],
    ]);
    assert.deepEqual(seen, [
      [1, 200_401, 1, true, 0],
      [1, 200_401, 3, true, 0],
      [3, 200_403, 4, false, 1],
    ]);
  }
  const bare = { id: 'a', kind: 'haltedRollout', labels: {}, summary: 's', records: [], figures: null } as const;
  const event = detectionEvent({ ...bare, since: now, resolvedAt: null }, { ...about, silencedBy: null });
  assert.ok(!('resources' in event) && !('evidences' in event));
});

test('SARIF is what its schema allows', () => {
  const file = createRequire(import.meta.url).resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
  const schema = JSON.parse(readFileSync(file, 'utf8')) as object;
  const validate = new Ajv.default({ strict: false, logger: false, unicodeRegExp: false }).compile(schema);
  const [finding] = found();
  const suppressed = { ...finding!, file: 'a b/ü.yaml', exception: { kind: 'suppression', id: null } } as const;
  assert.ok(validate(sarifFindings([finding!, suppressed], new Map(), about)), JSON.stringify(validate.errors));
  assert.ok(validate(sarifFindings([], new Map(), about)));
});

const uuid = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
const token = z.string().regex(/^(\p{L}|_)(\p{L}|\p{N}|[.\-_])*$/u);
const text = z.string().regex(/^\S(.*\S)?$/);
const prop = z.strictObject({ name: token, ns: z.string(), value: text });
const metadata = z.strictObject({
  ...{ title: z.string().min(1), version: text, 'oscal-version': z.literal('1.1.2') },
  'last-modified': z.iso.datetime(),
});
/** What OSCAL 1.1.2 requires of assessment results, and nothing that it does not know. */
const oscalResults = z.strictObject({
  'assessment-results': z.strictObject({
    ...{ uuid, metadata, 'import-ap': z.strictObject({ href: z.url() }) },
    results: z
      .array(
        z.strictObject({
          ...{ uuid, title: text, description: text, start: z.iso.datetime(), end: z.iso.datetime() },
          'reviewed-controls': z.strictObject({
            'control-selections': z
              .array(
                z.union([
                  z.strictObject({ 'include-all': z.strictObject({}) }),
                  z.strictObject({ 'include-controls': z.array(z.strictObject({ 'control-id': token })).min(1) }),
                ]),
              )
              .min(1),
          }),
          observations: z
            .array(
              z.strictObject({
                ...{ uuid, description: text, props: z.array(prop).min(1), collected: z.iso.datetime() },
                methods: z.array(z.enum(['EXAMINE', 'INTERVIEW', 'TEST', 'UNKNOWN'])).min(1),
              }),
            )
            .min(1)
            .optional(),
          findings: z
            .array(
              z.strictObject({
                ...{ uuid, title: text, description: text },
                target: z.strictObject({
                  ...{ type: z.enum(['statement-id', 'objective-id']), 'target-id': token },
                  status: z.strictObject({ state: z.enum(['satisfied', 'not-satisfied']) }),
                }),
                'related-observations': z.array(z.strictObject({ 'observation-uuid': uuid })).min(1),
              }),
            )
            .min(1)
            .optional(),
        }),
      )
      .min(1),
  }),
});

test('OSCAL: assessment results name each control, by ids that are its tokens', () => {
  const spread = { of: 0, medianMs: null, p90Ms: null };
  const control = { framework: 'NIST CSF 2.0', policies: ['a/b'], excepted: 1, openPerThousand: 0.5 };
  const report: ComplianceReport = {
    ...{ from: '2026-11-01T00:00:00.000Z', to: '2026-11-28T00:00:00.000Z' },
    decisions: { total: 2_000, allow: 1_999, deny: 1, indeterminate: 0 },
    controls: [
      { ...control, control: 'CSF/PR.PS-01', findings: 2 },
      { ...control, control: 'NHI5:2025', findings: 1 },
    ],
    exceptions: { waiting: 0, inForce: 0, endingSoon: 0, exceptedFindings: 2, denials: 1 },
    ...{ timeToDetect: spread, timeToFix: { ...spread, open: 0 } },
    latency: { gates: [], lastDay: { of: 0, p50Ms: null, p95Ms: null, p99Ms: null } },
    hooks: { decisions: 0, meanMs: null, totalSeconds: 0 },
  };
  const [result] = oscalResults.parse(assessmentResults(report, about))['assessment-results'].results;
  const judged = result!.findings!.map(({ target }) => `${target['target-id']} ${target.status.state}`);
  assert.deepEqual(judged, ['CSF_PR.PS-01 not-satisfied', 'NHI5_2025 satisfied']);
  oscalResults.parse(assessmentResults({ ...report, controls: [] }, about));
  assert.deepEqual(assessmentResults(report, about), assessmentResults(report, about));
});

test('a refusal is mended by the next pass, and each waits for its own', () => {
  const row = (effect: string, at: number) => ({ effect, at });
  const rows = [
    row('allow', 1),
    row('deny', 2),
    row('deny', 5),
    row('allow', 9),
    row('deny', 10),
    row('indeterminate', 12),
  ];
  assert.deepEqual(repairsIn(rows), { tookMs: [7, 4], open: 1 });
  assert.deepEqual(spreadOf([4, 7, 1]), { of: 3, medianMs: 4, p90Ms: 7 });
  assert.deepEqual(spreadOf([]), { of: 0, medianMs: null, p90Ms: null });
});
