/** Exceptions in the forms of others. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import Ajv from 'ajv-draft-04';
import * as z from 'zod';
import type { ApprovedException } from '../../engine/index.ts';
import { csv } from '../exports/csv.ts';
import { planOfAction } from '../exports/oscal.ts';
import { exceptionTable } from '../exports/tables.ts';
import { inForceAt, openVex, sarifSuppressions } from './export.ts';

const now = Date.UTC(2026, 10, 28);
const about = { tenant: 'acme', url: 'https://hub.example', version: '1.2.3', now };

function exception(id: string, changes: Partial<ApprovedException> = {}): ApprovedException {
  const scope = { repositories: [], paths: [], resources: [], environments: [], gates: [], actors: [], match: null };
  const approvals = [{ who: 'bob', role: 'reviewer', keyid: 'k', at: '2026-11-01T00:00:00.000Z' }];
  return {
    ...{ id, policies: [{ id: 'kubernetes/privileged' }], scope, fingerprints: [], category: 'waiver', approvals },
    ...{ justification: null, statement: 'the node agent needs it', compensatingControls: [], ticket: 'OPS-7' },
    ...{ requestedBy: 'ada', notBefore: '2026-11-01T00:00:00.000Z', expiresAt: '2026-12-01T00:00:00.000Z' },
    ...{ maxUses: null, revokedAt: null, baseCommit: null },
    ...changes,
  };
}

test('only what holds is exported, to the millisecond', () => {
  const at = (ms: number): string => new Date(now + ms).toISOString();
  const all = [
    exception('holds'),
    exception('begins', { notBefore: at(0) }),
    exception('not yet', { notBefore: at(1) }),
    exception('last moment', { expiresAt: at(1) }),
    exception('over', { expiresAt: at(0) }),
    exception('revoked', { revokedAt: at(0) }),
    exception('revoked later', { revokedAt: at(1) }),
  ];
  const ids = inForceAt(all, now).map(({ id }) => id);
  assert.deepEqual(ids, ['holds', 'begins', 'last moment', 'revoked later']);
});

test('OpenVEX: what is accepted affects, what is met otherwise or wrong does not, and each says why', () => {
  const scope = { ...exception('x').scope, repositories: ['github.com/Acme/shop', 'github.com/acme/*'] };
  const document = openVex(
    [
      exception('R-1', { scope }),
      exception('R-2', { category: 'mitigated', compensatingControls: ['a sandbox'] }),
      exception('R-3', { category: 'falsePositive', justification: 'component_not_present' }),
      exception('R-4', { category: 'falsePositive', justification: 'our own word' }),
    ],
    about,
  ) as { statements: Record<string, unknown>[]; '@context': string };
  assert.equal(document['@context'], 'https://openvex.dev/ns/v0.2.0');
  assert.deepEqual(document.statements[0], {
    '@id': 'urn:kerb:exception:R-1',
    vulnerability: { name: 'kubernetes/privileged' },
    products: [{ '@id': 'pkg:github/acme/shop' }, { '@id': 'urn:kerb:repository:github.com%2Facme%2F*' }],
    timestamp: '2026-11-01T00:00:00.000Z',
    status_notes: 'until 2026-12-01T00:00:00.000Z, approved by bob, OPS-7',
    status: 'affected',
    action_statement: 'the node agent needs it',
  });
  assert.deepEqual(
    document.statements
      .slice(1)
      .map(({ status, justification, impact_statement }) => [status, justification, impact_statement]),
    [
      ['not_affected', 'inline_mitigations_already_exist', 'the node agent needs it; a sandbox'],
      ['not_affected', 'component_not_present', 'the node agent needs it'],
      ['not_affected', undefined, 'the node agent needs it'],
    ],
  );
});

test('SARIF is valid against its schema, and suppresses what each exception names', () => {
  const fingerprints = ['a'.repeat(32), 'b'.repeat(32)];
  const log = sarifSuppressions([exception('R-1', { fingerprints }), exception('R-2')], about);
  const require = createRequire(import.meta.url);
  const file = require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
  const schema = JSON.parse(readFileSync(file, 'utf8')) as object;
  const validate = new Ajv.default({ strict: false, logger: false, unicodeRegExp: false }).compile(schema);
  assert.ok(validate(log), JSON.stringify(validate.errors));
  const [run] = (log as { runs: { results: { partialFingerprints?: object; suppressions: object[] }[] }[] }).runs;
  assert.deepEqual(
    run?.results.map(({ partialFingerprints }) => partialFingerprints),
    [{ 'kerb/v1': fingerprints[0] }, { 'kerb/v1': fingerprints[1] }, undefined],
  );
  assert.ok(run?.results.every(({ suppressions }) => suppressions.length === 1));
});

const uuid = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
const prop = z.strictObject({ name: z.string(), ns: z.string(), value: z.string().regex(/^\S(.*\S)?$/) });
const factor = z.strictObject({ uuid, description: z.string() });
/** What OSCAL 1.1.2 requires of a plan of action and milestones, and nothing that it does not know. */
const plan = z.strictObject({
  'plan-of-action-and-milestones': z.strictObject({
    uuid,
    metadata: z.strictObject({
      ...{ title: z.string(), 'last-modified': z.iso.datetime(), version: z.string() },
      'oscal-version': z.literal('1.1.2'),
    }),
    'system-id': z.strictObject({ 'identifier-type': z.string(), id: z.string() }),
    risks: z.array(
      z.strictObject({
        ...{ uuid, title: z.string(), description: z.string(), statement: z.string(), props: z.array(prop) },
        ...{ status: z.literal('deviation-approved'), deadline: z.iso.datetime() },
        'mitigating-factors': z.array(factor).min(1).optional(),
      }),
    ),
    'poam-items': z
      .array(
        z.strictObject({
          ...{ uuid, title: z.string(), description: z.string() },
          'related-risks': z.array(z.strictObject({ 'risk-uuid': uuid })).min(1),
        }),
      )
      .min(1),
  }),
});

test('OSCAL: each exception is an item with its risk, its end and what is done instead', () => {
  const all = [exception('R-1', { compensatingControls: ['a network policy'] }), exception('R-2', { ticket: null })];
  const { risks, 'poam-items': items } = plan.parse(planOfAction(all, about))['plan-of-action-and-milestones'];
  assert.deepEqual(
    items.map((item) => risks.find(({ uuid: id }) => id === item['related-risks'][0]?.['risk-uuid'])?.props[0]?.value),
    ['R-1', 'R-2'],
  );
  assert.deepEqual([risks[0]?.deadline, risks[0]?.['mitigating-factors']?.length], ['2026-12-01T00:00:00.000Z', 1]);
  assert.equal(planOfAction([], about), null);
});

test('CSV: what people wrote is text to a spreadsheet', () => {
  const text = csv(exceptionTable([exception('R-1', { statement: '=HYPERLINK("https://evil.example")' })]));
  assert.ok(text.includes(`"'=HYPERLINK(""https://evil.example"")"`), text);
});
