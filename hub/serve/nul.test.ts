/** The one character that PostgreSQL does not take in a text: what is sent again until it is taken is kept, all else refused. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { databases } from '../../test/hub/databases.ts';
import { decision, uuid } from '../../test/hub/device.ts';
import { enrol, type TestHub, withHub } from '../../test/hub/running.ts';
import { sha256Hex } from '../cryptography.ts';
import { exceptionRequestPayloadType } from '../protocol/exceptionRequest.ts';
import { feedbackPayloadType } from '../protocol/feedback.ts';
import { hubPaths } from '../protocol.ts';

for (const { name, skip, start } of databases) {
  describe(`a NUL on ${name}`, { skip }, () => {
    test('what a device has signed is kept as it is, and found', () => withHub(start, kept));
    test('what people and programs ask for is refused', () => withHub(start, refused));
  });
}

async function kept(hub: TestHub): Promise<void> {
  const device = await enrol(hub);
  const finding = decision(10).findings[0]!;
  const nul = {
    ...{ gate: 'com\0mit', repository: 'sh\0op', findings: [{ ...finding, policy: 'a\0/b', file: 'x\0' }] },
    policies: { ...decision(10).policies, revision: '1\0' },
  };
  const [first, second] = device.record([decision(10, nul), decision(11, nul)]);
  const plain = device.batch([first!]);
  assert.equal((await device.ask('POST', hubPaths.journal, plain)).status, 200);
  // In another order of names it is read by another way.
  const { record, ...rest } = second!;
  const swapped = device.seal(plain.payloadType, JSON.stringify({ entries: [{ record, ...rest }] }));
  assert.equal((await device.ask('POST', hubPaths.journal, swapped)).status, 200);
  const found = await hub.admin('GET', `/v1/decisions?repository=${encodeURIComponent('sh\ufffdop')}`);
  const { decisions } = (await found.json()) as { decisions: { id: string }[] };
  assert.deepEqual(decisions.map(({ id }) => id).sort(), [first!.record.id, second!.record.id].sort());
  const shown = await hub.admin('GET', `/v1/decisions/${first!.record.id}`);
  assert.deepEqual(JSON.parse(((await shown.json()) as { body: string }).body), first);

  const about = { id: uuid(Date.now()), at: new Date().toISOString(), policy: 'kubernetes/privileged' };
  const feedback = {
    ...{ ...about, policySha256: sha256Hex('p'), fingerprint: 'a'.repeat(32) },
    ...{ repository: 'sh\0op', complaint: 'wrong', comment: 'no\0', by: 'a\0da' },
  };
  const request = {
    ...{ ...about, severity: 'high', fingerprint: null, file: 'a.yaml', resource: null },
    ...{ repository: 'sh\0op', requestedBy: 'a\0da', reason: 'no\0', category: 'waiver', ticket: null },
    ...{ compensatingControls: [], baseCommit: null, expiresAt: new Date(Date.now() + 86_400_000).toISOString() },
  };
  const given = await device.ask('POST', hubPaths.feedback, device.seal(feedbackPayloadType, JSON.stringify(feedback)));
  assert.equal(given.status, 200, await given.text());
  const sealed = device.seal(exceptionRequestPayloadType, JSON.stringify(request));
  const asked = await device.ask('POST', hubPaths.exceptionRequests, sealed);
  assert.equal(asked.status, 200, await asked.text());
}

async function refused(hub: TestHub): Promise<void> {
  const device = await enrol(hub);
  const asked = [
    ['GET', '/v1/decisions?repository=%00'],
    ['GET', '/v1/tuf/metadata/%00.json'],
    ['DELETE', '/v1/tokens/a%00b'],
    ['POST', '/v1/tokens', { name: 'a\0', role: 'author', days: 1 }],
    ['PUT', `/v1/devices/${device.id}/labels`, { labels: { 'te\0am': 'x' } }],
    ['POST', hubPaths.changes, { title: 'a\0', organisation: '', policies: {} }],
    ['POST', '/v1/alerts/receivers', { name: 'a\0', form: 'slack', url: 'https://h/' }],
    ['POST', '/v1/enrolments/AAAA%00BBB', { decision: 'allow' }],
  ] as const;
  for (const [method, where, body] of asked) {
    const answer = await hub.admin(method, where, body);
    assert.match(`${answer.status} ${await answer.text()}`, /^4\d\d .*"message"/, `${method} ${where}`);
  }
  assert.deepEqual(hub.said, []);
}
