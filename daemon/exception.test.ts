/** `kerb exception`: requests made offline, kept, listed with what was approved; what nobody could grant is refused. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { runKerb } from '../test/command.ts';
import { approvedException } from '../test/exception.ts';
import { noon } from '../test/store.ts';
import { createWorkTree } from '../test/workTree.ts';
import { listExceptions } from './exception/listing.ts';
import type { QueuedRequest } from './exception/queue.ts';

const pod = `apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop }
spec:
  containers: [{ name: web, image: registry.example/web:1.4.2, securityContext: { privileged: true } }]
`;
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

function desk(context: TestContext) {
  const tree = createWorkTree(context, { 'deploy/pod.yaml': pod });
  const home = mkdtempSync(path.join(tmpdir(), 'kerb-home-'));
  context.after(() => rmSync(home, { recursive: true, force: true }));
  const kerb = (...args: string[]) => runKerb(args, { cwd: tree.root, env: { KERB_HOME: home } });
  const { findings } = JSON.parse(kerb('check', '--format', 'json').stdout);
  const { fingerprint } = findings.find(({ policy }: { policy: string }) => policy === 'kubernetes/privileged');
  return { kerb, fingerprint };
}

test('a request is kept, masked and listed as pending; the finding counts as before', (context) => {
  const { kerb, fingerprint } = desk(context);
  const token = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;
  const asked = kerb(
    ...['exception', 'request', fingerprint, '--until', inDays(20), '--ticket', 'SEC-7'],
    ...['--category', 'riskAccepted', '--reason', `the node agent needs it, ${token}`],
  );
  assert.equal(asked.status, 0, asked.stderr);
  assert.match(asked.stdout, /^asked for an exception from kubernetes\/privileged until /);
  const listed = kerb('exception', 'list', '--format', 'json');
  assert.equal(listed.status, 0, listed.stderr);
  const [only, ...others] = JSON.parse(listed.stdout).exceptions;
  assert.deepEqual(others, []);
  assert.deepEqual(
    [only.state, only.policies, only.category, only.ticket, only.note, only.until.slice(0, 10)],
    ['pending', ['kubernetes/privileged'], 'riskAccepted', 'SEC-7', 'not sent yet', inDays(20)],
  );
  assert.match(only.covers, /^\S.* in deploy\/pod\.yaml in /);
  assert.doesNotMatch(listed.stdout, new RegExp(token));
  assert.match(kerb('exception', 'list').stdout, /^pending {3}kubernetes\/privileged {2}until /);
  assert.equal(kerb('check').status, 1);
});

test('what nobody could grant, and what names nothing, is refused with what to do', (context) => {
  const { kerb, fingerprint } = desk(context);
  const until = ['--until', inDays(20)];
  const reason = ['--reason', 'because'];
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[fingerprint, ...until], /--reason is missing/],
    [[fingerprint, ...reason], /--until is missing/],
    [[fingerprint, ...reason, '--until', inDays(31)], /lasts at most 30 days/],
    [[fingerprint, ...reason, '--until', inDays(-2)], /which is past/],
    [[fingerprint, ...reason, '--until', '2026-02-30'], /give one like/],
    [['0'.repeat(32), ...until, ...reason], /there is no finding 0{32}/],
    [['xyz', ...until, ...reason], /is no fingerprint/],
    [['--policy', 'kubernetes/nothing', ...until, ...reason], /there is no policy "kubernetes\/nothing"/],
    [[fingerprint, ...until, ...reason, '--category', 'whim'], /--category "whim"/],
    [[...until, ...reason], /name one finding/],
  ];
  for (const [args, expected] of cases) {
    const asked = kerb('exception', 'request', ...args);
    assert.equal(asked.status, 2, args.join(' '));
    assert.match(asked.stderr, expected);
  }
  assert.deepEqual(JSON.parse(kerb('exception', 'list', '--format', 'json').stdout), { exceptions: [] });
  const policy = kerb(
    'exception',
    'request',
    '--policy',
    'kubernetes/privileged',
    '--file',
    'deploy/pod.yaml',
    ...until,
    ...reason,
  );
  assert.equal(policy.status, 0, policy.stderr);
});

test('the list says of each exception where it stands at an instant', () => {
  const iso = (ms: number) => new Date(ms).toISOString();
  const exceptions = [
    approvedException(noon),
    approvedException(noon, { id: 'EX-2', expiresAt: iso(noon) }),
    approvedException(noon, { id: 'EX-3', notBefore: iso(noon + 1) }),
    approvedException(noon, { id: 'EX-4', revokedAt: iso(noon) }),
  ];
  const request: QueuedRequest['request'] = {
    ...{ id: 'R-1', at: iso(noon), policy: 'a/b', severity: 'low', repository: 'shop', file: null, fingerprint: null },
    ...{ resource: null, category: 'waiver', reason: 'why', ticket: null, requestedBy: 'ada', baseCommit: null },
    ...{ compensatingControls: [], expiresAt: iso(noon + 1) },
  };
  const queued: QueuedRequest = { request, sentAt: null, state: 'pending', reason: null, exception: null };
  const requests: readonly QueuedRequest[] = [
    queued,
    { ...queued, request: { ...request, id: 'R-2' }, state: 'refused', reason: 'use a sidecar' },
    { ...queued, request: { ...request, id: 'R-3' }, state: 'granted', exception: 'EX-1' },
    { ...queued, request: { ...request, id: 'R-4' }, state: 'granted', exception: 'EX-9' },
  ];
  assert.deepEqual(
    listExceptions(exceptions, requests, noon).map(
      ({ id, state, note }) => `${id} ${state}${note === null ? '' : `: ${note}`}`,
    ),
    [
      'R-1 pending: not sent yet',
      'R-2 refused: use a sidecar',
      'R-4 pending: granted as EX-9, which has not arrived yet',
      'EX-1 granted',
      'EX-2 expired',
      'EX-3 upcoming',
      'EX-4 revoked',
    ],
  );
});
