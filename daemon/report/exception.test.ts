/** How each format tells of a finding that an approved exception covers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { XMLParser } from 'fast-xml-parser';
import { ownPolicies } from '../../engine/index.ts';
import { jsonReport } from './contract.ts';
import { formatGithub } from './github.ts';
import { formatJson } from './json.ts';
import { formatJunit } from './junit.ts';
import type { Report } from './report.ts';
import { formatSarif } from './sarif.ts';
import { styleFor } from './style.ts';
import { formatText } from './text.ts';

const exception = {
  kind: 'approved' as const,
  id: 'EX-1',
  reason: 'until the <agent> & its node are replaced',
  until: '2026-12-20T00:00:00.000Z',
  approvedBy: ['grace@example.com'],
};
const range = { start: { line: 1, column: 1 }, end: { line: 1, column: 5 } };
const report: Report = {
  decision: {
    id: '019ac1f0-0000-7000-8000-000000000000',
    gate: 'check',
    effect: 'allow',
    revision: '7',
    digest: `sha256:${'a'.repeat(64)}`,
    inputDigest: `sha256:${'b'.repeat(64)}`,
    latencyMs: 1,
  },
  findings: [
    {
      policy: 'kubernetes/privileged',
      severity: 'critical',
      enforcement: 'deny',
      outcome: 'fail',
      file: 'pod.yaml',
      resource: 'Pod/web',
      path: 'spec',
      span: { start: 0, end: 4 },
      message: 'web runs privileged',
      related: [],
      fingerprint: 'c'.repeat(32),
      exception,
      fixes: [],
      range,
      relations: [],
      excerpt: { firstLine: 1, lines: ['true'], cutColumns: 0 },
      repairs: [],
    },
  ],
  problems: [],
  files: { checked: 1, skipped: 0 },
  policies: new Map(
    ownPolicies.map((policy) => [policy.id, { ...policy, references: [], controls: [], equivalents: [] }]),
  ),
};

test('JSON has it whole, as the contract says', () => {
  const read = jsonReport.parse(JSON.parse(formatJson(report)));
  assert.deepEqual(read.findings[0]?.exception, exception);
});

test('SARIF has an external suppression that was accepted', () => {
  const [result] = JSON.parse(formatSarif(report, { version: '0.1.0' })).runs[0].results;
  const [suppression] = result.suppressions;
  assert.deepEqual([suppression.kind, suppression.status], ['external', 'accepted']);
  assert.match(suppression.justification, /EX-1, approved by grace@example.com until 2026-12-20/);
  assert.deepEqual(suppression.properties, { id: 'EX-1', until: exception.until, approvedBy: exception.approvedBy });
});

test('JUnit skips the case and says why', () => {
  const parsed = new XMLParser({ ignoreAttributes: false }).parse(formatJunit(report));
  assert.equal(parsed.testsuites['@_skipped'], '1');
  const { skipped } = parsed.testsuites.testsuite.testcase;
  assert.match(
    skipped['@_message'],
    /exempt until 2026-12-20T00:00:00.000Z by EX-1, approved by grace@example.com: until the/,
  );
});

test('text and GitHub count it, and text names who approved until when', () => {
  const text = formatText(report, { style: styleFor({ isTTY: false } as never), columns: 100 });
  assert.match(text, /^allowed: no findings \(1 exempt\) · 1 file checked$/m);
  assert.match(text, /^EX-1 exempts 1 finding until 2026-12-20T00:00:00.000Z \(approved by grace@example.com\)$/m);
  const github = formatGithub(report);
  assert.doesNotMatch(github, /^::/m);
  assert.match(github, /\(1 exempt\)/);
});
