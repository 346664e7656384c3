/** What of a decision is kept, and above all what is not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalize, compilePolicies, defaultConfiguration, secretMask } from '../../engine/index.ts';
import { decisionRecord } from '../../hub/protocol.ts';
import { createNative, loadPolicies, repositoryName } from '../../repository/index.ts';
import { noon } from '../../test/store.ts';
import { uuidv7 } from '../check/identifier.ts';
import type { ReportedFinding } from '../report/report.ts';
import { type Decided, recordOf } from './record.ts';

const native = createNative();
const policies = compilePolicies(loadPolicies([], null).policies, defaultConfiguration, native);
const mask = secretMask(policies, ['correct horse battery staple']);
// Put together here, so that no scanner takes this file for a leak.
const token = `ghp_${'k3J9dLq0ZxV7bN2mW8rT5yU1oP4aS6fGhE2c'}`;

function finding(changes: Partial<ReportedFinding> = {}): ReportedFinding {
  return {
    policy: 'kubernetes/privileged',
    severity: 'high',
    enforcement: 'deny',
    outcome: 'fail',
    file: 'deploy/web.yaml',
    resource: 'Deployment/web',
    path: 'spec.containers[0]',
    span: { start: 1, end: 2 },
    message: 'the message',
    related: [],
    fingerprint: '0'.repeat(32),
    exception: null,
    fixes: [],
    range: { start: { line: 1, column: 1 }, end: { line: 1, column: 2 } },
    relations: [],
    excerpt: { firstLine: 1, lines: ['the source text'], cutColumns: 0 },
    repairs: [],
    ...changes,
  };
}

function decided(changes: Partial<Decided> = {}, findings: readonly ReportedFinding[] = [finding()]): Decided {
  const digest = `sha256:${'a'.repeat(64)}`;
  return {
    report: {
      decision: {
        id: uuidv7(noon),
        gate: 'commit',
        effect: 'deny',
        revision: '7',
        digest,
        inputDigest: digest,
        latencyMs: 2.5,
      },
      findings,
    },
    atMs: noon,
    origin: 'gate',
    reason: null,
    subject: { name: 'Ada', email: 'ada@example.com' },
    repository: 'github.com/acme/shop',
    target: { base: null, commit: null, tree: 'b'.repeat(40), ref: null },
    ring: null,
    passed: false,
    mode: 'durable',
    client: { name: 'pre-commit', version: '1' },
    stale: false,
    ...changes,
  };
}

test('a record is what the hub understands, and says nothing of the text', () => {
  const record = recordOf(decided(), mask);
  assert.deepEqual(decisionRecord.parse(record), record);
  assert.doesNotMatch(JSON.stringify(record), /source text|the message|Deployment|containers/);
});

test('secrets are struck out of names of files, refs, reasons and people', () => {
  const record = recordOf(
    decided(
      {
        origin: 'breakGlass',
        reason: `production is down, ${token} leaked, so did correct horse battery staple`,
        subject: { name: `Ada ${token}`, email: `${token}@example.com` },
        repository: `example.com/${token}`,
        target: { base: null, commit: null, tree: null, ref: `refs/heads/${token}` },
      },
      [finding({ file: `keys/${token}.txt` })],
    ),
    mask,
  );
  const text = JSON.stringify(record);
  for (let at = 0; at + 16 <= token.length; at++) assert.ok(!text.includes(token.slice(at, at + 16)), text);
  assert.doesNotMatch(text, /correct horse|battery staple/);
  assert.match(record.reason ?? '', /^production is down, /);
  assert.match(record.findings[0]?.file ?? '', /^keys\/.*•/);
  decisionRecord.parse(record);
});

test('what is too long is cut, and what is no Unicode is replaced, so that the chain can hold it', () => {
  const record = recordOf(
    decided({ reason: '😀'.repeat(1_500), repository: '' }, [finding({ file: `\ud800/${'x'.repeat(5_000)}` })]),
    (text) => text,
  );
  decisionRecord.parse(record);
  canonicalize(record);
  assert.equal(record.reason?.length, 2_000);
});

test('of very many findings the weightiest are kept, and their number is', () => {
  const light = Array.from({ length: 1_200 }, () => finding({ enforcement: 'warn', severity: 'critical' }));
  const heavy = finding({ policy: 'secrets/aws', enforcement: 'deny', severity: 'low' });
  const covered = finding({ policy: 'a/b', severity: 'critical', exception: { kind: 'baseline' } });
  const record = recordOf(decided({}, [covered, ...light, heavy]), mask);
  assert.equal(record.findingCount, 1_202);
  assert.equal(record.findings.length, 1_000);
  assert.equal(record.findings[0]?.policy, 'secrets/aws');
  assert.ok(record.findings.every(({ policy }) => policy !== 'a/b'));
});

test('a repository has one name, however its remote is written, and no credentials in it', () => {
  const same = [
    'https://github.com/acme/shop.git',
    'https://ada:hunter2@GitHub.com/acme/shop?x=1#y',
    'ssh://git@github.com:22/acme/shop.git/',
    'git@github.com:acme/shop.git',
    'github.com:acme/shop',
  ];
  for (const url of same) assert.equal(repositoryName(url, 'folder'), 'github.com/acme/shop', url);
  for (const url of [null, '', '/srv/git/shop.git', 'file:///srv/shop', 'C:\\git\\shop', 'https://', '../shop'])
    assert.equal(repositoryName(url, 'folder'), 'folder', String(url));
});
