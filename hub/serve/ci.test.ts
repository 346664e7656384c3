/** Decisions of jobs of CI: who is believed, by the tokens of a real OpenID provider. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { SignJWT } from 'jose';
import { decision, uuid } from '../../test/hub/device.ts';
import { actsOf } from '../../test/hub/organisation.ts';
import { type Claims, jobClaims, type Platform, startPlatform } from '../../test/hub/platform.ts';
import { askerOf, runHub, type TestHub } from '../../test/hub/running.ts';
import type { DecisionRecord } from '../protocol.ts';

let hub: TestHub;
let platform: Platform;
let rule: string;

const pins = { repository_id: ['74'], repository_owner_id: ['65'], ref: ['refs/heads/main', 'refs/tags/v*'] };

describe('jobs of CI', () => {
  before(async () => {
    [hub, platform] = await Promise.all([runHub(), startPlatform()]);
    const answer = await believe({ ...pins, environment: ['production'] });
    assert.equal(answer.status, 201);
    rule = ((await answer.json()) as { id: string }).id;
  });
  after(async () => {
    await hub?.close();
    await platform?.close();
  });

  test('a decision is in the log with what the platform says of the job, once, and is proved', async () => {
    const record = ownDecision();
    const first = await send(await platform.token(hub.url), record);
    assert.deepEqual([first.status, await first.json()], [201, { id: record.id, isNew: true }]);
    const again = await send(await platform.token(hub.url), record);
    assert.deepEqual([again.status, (await again.json()) as unknown], [201, { id: record.id, isNew: false }]);
    const shown = (await (await hub.admin('GET', `/v1/decisions/${record.id}`)).json()) as { body: string };
    const kept = JSON.parse(shown.body) as { record: unknown; job: { issuer: string; claims: Claims } };
    assert.deepEqual(kept.record, record);
    assert.equal(kept.job.issuer, platform.issuer);
    assert.deepEqual(kept.job.claims, jobClaims);
    assert.equal((await hub.admin('GET', `/v1/log/receipts/${record.id}`)).status, 200);
  });

  test('a token is good once', async () => {
    const token = await platform.token(hub.url);
    assert.equal((await send(token, ownDecision())).status, 201);
    assert.match(await refusal(token), /used before/);
  });

  const others: readonly (readonly [string, Claims])[] = [
    ['another repository of the same name', { repository_id: '75' }],
    ['another owner', { repository_owner_id: '66' }],
    ['another branch', { ref: 'refs/heads/mainline' }],
    ['another environment', { environment: 'staging' }],
    ['no environment', { environment: undefined }],
    ['somebody else’s pull request', { event_name: 'pull_request_target' }],
  ];
  for (const [what, claims] of others) {
    test(`no rule believes a job of ${what}`, async () => {
      assert.match(await refusal(await platform.token(hub.url, claims)), /no rule here believes this job/);
    });
  }

  test('a tag that a rule’s pattern names is believed', async () => {
    assert.equal((await send(await platform.token(hub.url, { ref: 'refs/tags/v1.2' }), ownDecision())).status, 201);
  });

  const seconds = (): number => Math.floor(Date.now() / 1_000);
  const whole = (): Claims => ({ aud: hub.url, iat: seconds(), exp: seconds() + 300 });
  const forgeries: readonly (readonly [string, () => Promise<string>, RegExp])[] = [
    ['for somebody else', () => platform.token('https://elsewhere.example'), /"aud"/],
    ['that has expired', () => platform.forged({ ...whole(), exp: seconds() - 60 }), /"exp"/],
    ['made long ago', () => platform.forged({ ...whole(), iat: seconds() - 900 }), /"iat"/],
    ['of the future', () => platform.forged({ ...whole(), iat: seconds() + 900, exp: seconds() + 1_200 }), /"iat"/],
    ['that does not say when it was made', () => platform.forged({ ...whole(), iat: undefined }), /"iat"/],
    ['without an id of its own', () => platform.forged({ ...whole(), jti: undefined }), /not good/],
    ['signed by a text that everybody knows', () => platform.forged(whole(), 'HS256'), /not good/],
    ['of another issuer', () => platform.forged({ ...whole(), iss: 'https://elsewhere.example' }), /believes whoever/],
    ['signed by another key', () => byAnotherKey(whole()), /signature/],
    ['that nobody has signed', async () => unsigned(whole()), /not good/],
    ['that is none', async () => 'a.b.c', /believes whoever/],
  ];
  for (const [what, make, why] of forgeries) {
    test(`a token ${what} is refused`, async () => {
      assert.match(await refusal(await make()), why);
    });
  }

  test('a job speaks of now and of its own repository', async () => {
    const wrong: readonly Partial<DecisionRecord>[] = [
      { repository: 'github.com/acme/shop-2' },
      { repository: 'github.com/evil-acme/shop' },
      { at: new Date(Date.now() - 3_600_000).toISOString() },
      { origin: 'bypass' },
    ];
    for (const changes of wrong) {
      const answer = await send(await platform.token(hub.url), { ...ownDecision(), ...changes });
      assert.equal(answer.status, 422, JSON.stringify(changes));
    }
  });

  test('another decision under an id that is taken is refused', async () => {
    const record = ownDecision();
    assert.equal((await send(await platform.token(hub.url), record)).status, 201);
    const other = await send(await platform.token(hub.url), { ...record, latencyMs: 9 });
    assert.equal(other.status, 409);
  });

  test('a rule pins numbers, and an issuer that speaks HTTPS', async () => {
    assert.equal((await believe({ repository: ['acme/shop'] })).status, 400);
    assert.equal((await believe({ ...pins, repository_id: ['7*'] })).status, 400);
    assert.equal((await believe(pins, 'http://platform.example')).status, 400);
    assert.equal((await believe(pins, 'https://platform.example/?a=b')).status, 400);
  });

  test('a rule that is taken away ends it at once, and both acts are in the log', async () => {
    const list = (await (await hub.admin('GET', '/v1/ci/rules')).json()) as { audience: string; rules: unknown[] };
    assert.deepEqual([list.audience, list.rules.length], [hub.url, 1]);
    assert.equal((await hub.admin('DELETE', `/v1/ci/rules/${rule}`)).status, 204);
    assert.match(await refusal(await platform.token(hub.url)), /no rule here believes whoever/);
    const acts = await actsOf(hub);
    assert.deepEqual(
      acts.filter((act) => act.startsWith('ciRule.')),
      [`ciRule.add ${rule} first admin`, `ciRule.remove ${rule} first admin`],
    );
  });

  async function byAnotherKey(claims: Claims): Promise<string> {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const payload = { ...jobClaims, sub: 'job', iss: platform.issuer, jti: randomUUID(), ...claims };
    return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'platform' }).sign(privateKey);
  }

  function unsigned(claims: Claims): string {
    const payload = { ...jobClaims, sub: 'job', iss: platform.issuer, jti: randomUUID(), ...claims };
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    return `${part({ alg: 'none', kid: 'platform' })}.${part(payload)}.`;
  }
});

function ownDecision(): DecisionRecord {
  const at = new Date().toISOString();
  return decision(1, { at, id: uuid(Date.parse(at)), gate: 'check', repository: 'github.com/acme/shop' });
}

function believe(claims: Claims, issuer = platform.issuer): Promise<Response> {
  return hub.admin('POST', '/v1/ci/rules', { name: 'the shop', issuer, claims });
}

function send(token: string, record: DecisionRecord): Promise<Response> {
  return askerOf(hub.url, token)('POST', '/v1/decisions', record);
}

async function refusal(token: string): Promise<string> {
  const answer = await send(token, ownDecision());
  assert.equal(answer.status, 401);
  return ((await answer.json()) as { error: { message: string } }).error.message;
}
