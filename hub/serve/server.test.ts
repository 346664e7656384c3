/** The hub over real HTTP: a device's whole way, what people see of it, and what is refused. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { judgeCheckpoint, readNoteKey, verifyReceipt } from '../../engine/index.ts';
import { createDevice, decision } from '../../test/hub/device.ts';
import { begin, type EnrolledDevice, enrol, proofOf, redeem, runHub, type TestHub } from '../../test/hub/running.ts';
import { sha256, sha256Hex, verifyEd25519 } from '../cryptography.ts';
import { hubPaths, journalAcknowledgement } from '../protocol.ts';

let hub: TestHub;
let device: EnrolledDevice;

describe('a hub over HTTP', () => {
  before(async () => {
    hub = await runHub();
    device = await enrol(hub);
  });
  after(async () => {
    await hub?.close();
  });

  const codeOf = async (answer: Response): Promise<string> =>
    ((await answer.json()) as { error: { code: string } }).error.code;

  test('a device sends its decisions and hears that they are kept; sent again, nothing is added', async () => {
    const entries = device.record([1, 2, 3].map((number) => decision(number)));
    for (const _ of ['first', 'again']) {
      const answer = await device.ask('POST', hubPaths.journal, device.batch(entries));
      assert.equal(answer.status, 200);
      const { seq, head } = journalAcknowledgement.parse(await answer.json());
      assert.deepEqual([seq, head], [3, device.head().hash]);
    }
    const state = journalAcknowledgement.parse(await (await device.ask('GET', hubPaths.journal)).json());
    assert.equal(state.device, device.id);
    const found = (await (await hub.admin('GET', '/v1/decisions?kind=decision')).json()) as {
      decisions: { id: string }[];
    };
    assert.deepEqual(found.decisions.map(({ id }) => id).sort(), entries.map(({ record }) => record.id).sort());
  });

  test('a decision has a receipt that verifies without the hub, and whose leaf names the body by its hash', async () => {
    const [entry] = device.record([decision(10)]);
    await device.ask('POST', hubPaths.journal, device.batch([entry!]));
    const id = entry!.record.id;
    const receipt = await (await hub.admin('GET', `/v1/log/receipts/${id}`)).text();
    const key = readNoteKey((await (await hub.admin('GET', '/v1/log/key')).text()).trim(), sha256);
    assert.ok(key);
    const verdict = verifyReceipt(receipt, { key, sha256, verify: verifyEd25519 });
    assert.equal(verdict.kind, 'proved');
    const record = (await (await hub.admin('GET', `/v1/decisions/${id}`)).json()) as { body: string; leaf: string };
    assert.equal(verdict.kind === 'proved' && Buffer.from(verdict.leaf).toString(), record.leaf);
    assert.equal((JSON.parse(record.leaf) as { body: string }).body, sha256Hex(record.body));
    assert.deepEqual(JSON.parse(record.body), entry);
  });

  test('a device is a witness: what the log shows later goes on from what it showed before', async () => {
    const key = readNoteKey((await (await device.ask('GET', '/v1/log/key')).text()).trim(), sha256)!;
    const look = async (last: string | null) => {
      const next = await (await device.ask('GET', '/v1/log/checkpoint')).text();
      const sizes = [last, next].map((note) => Number(note?.split('\n')[1] ?? 0));
      const answer = await device.ask('GET', `/v1/log/consistency?from=${sizes[0]}&to=${sizes[1]}`);
      const { hashes } = (await answer.json()) as { hashes: string[] };
      const proof = hashes.map((hash) => new Uint8Array(Buffer.from(hash, 'base64')));
      return { next, verdict: judgeCheckpoint({ last, next, proof, key, sha256, verify: verifyEd25519 }) };
    };
    const first = await look(null);
    assert.equal(first.verdict.kind, 'consistent');
    const [entry] = device.record([decision(11)]);
    await device.ask('POST', hubPaths.journal, device.batch([entry!]));
    await hub.admin('GET', `/v1/log/receipts/${entry!.record.id}`);
    const second = await look(first.next);
    assert.notEqual(second.next, first.next);
    assert.equal(second.verdict.kind, 'consistent');
  });

  test('entries before their turn, a second history and a forged batch are refused in words', async () => {
    const other = await enrol(hub, 'other');
    const entries = other.record([1, 2, 3, 4].map((number) => decision(number)));
    const early = await other.ask('POST', hubPaths.journal, other.batch(entries.slice(2)));
    assert.deepEqual([early.status, await codeOf(early)], [409, 'outOfOrder']);
    await other.ask('POST', hubPaths.journal, other.batch(entries.slice(0, 2)));
    const forgedHistory = createDevice(other.id, other).record([1, 2, 3].map((number) => decision(number + 100)));
    const forked = await other.ask('POST', hubPaths.journal, other.batch(forgedHistory));
    assert.deepEqual([forked.status, await codeOf(forked)], [409, 'forked']);
    const envelope = other.batch(entries.slice(2));
    const forged = {
      ...envelope,
      payload: Buffer.from(JSON.stringify({ entries: entries.slice(3) })).toString('base64'),
    };
    const answer = await other.ask('POST', hubPaths.journal, forged);
    assert.deepEqual([answer.status, await codeOf(answer)], [400, 'badSignature']);
    const foreign = await device.ask('POST', hubPaths.journal, other.batch(entries.slice(2)));
    assert.deepEqual([foreign.status, await codeOf(foreign)], [400, 'badSignature']);
  });

  test('an enrolment waits for a person, belongs to one key, and is used once', async () => {
    const key = createDevice('waiting');
    const begun = await begin(hub, key, 'waiting');
    const errorOf = async (answer: Response) => ((await answer.json()) as { error: string }).error;
    assert.equal(await errorOf(await redeem(hub, key, begun.device_code)), 'authorization_pending');
    assert.equal(await errorOf(await redeem(hub, key, begun.device_code)), 'slow_down');
    assert.equal(await errorOf(await redeem(hub, createDevice('thief'), begun.device_code)), 'invalid_grant');
    const shown = (await (await hub.admin('GET', `/v1/enrolments/${begun.user_code}`)).json()) as { keyId: string };
    assert.equal(shown.keyId, key.keyId);
    assert.equal((await hub.admin('POST', `/v1/enrolments/${begun.user_code}`, { decision: 'allow' })).status, 204);
    assert.equal((await redeem(hub, key, begun.device_code)).status, 200);
    assert.equal(await errorOf(await redeem(hub, key, begun.device_code)), 'expired_token');
  });

  test('a device renews its token by its key alone, each assertion once, and no more once it is revoked', async () => {
    const own = await enrol(hub, 'short-lived');
    assert.equal((await own.renew()).status, 200);
    const jti = 'the same again';
    assert.deepEqual([(await own.renew({ jti })).status, (await own.renew({ jti })).status], [200, 401]);
    assert.equal((await own.renew({ aud: 'https://elsewhere.example/v1/token' })).status, 401);
    assert.equal((await hub.admin('DELETE', `/v1/devices/${own.id}`)).status, 204);
    assert.equal((await own.renew()).status, 401);
    const shut = await own.ask('GET', hubPaths.journal);
    assert.deepEqual([shut.status, await codeOf(shut)], [403, 'deviceRevoked']);
  });

  test('a proof is for one request, one address, one token and one minute', async () => {
    const ask = async (proof: string, authorization = `DPoP ${device.token}`) =>
      (await fetch(`${hub.url}${hubPaths.journal}`, { headers: { authorization, dpop: proof } })).status;
    const url = `${hub.url}${hubPaths.journal}`;
    const good = await proofOf(device, 'GET', url, device.token);
    assert.deepEqual([await ask(good), await ask(good)], [200, 401]);
    assert.equal(await ask(await proofOf(device, 'POST', url, device.token)), 401);
    assert.equal(await ask(await proofOf(device, 'GET', `${hub.url}/v1/other`, device.token)), 401);
    assert.equal(await ask(await proofOf(device, 'GET', url, 'another token')), 401);
    assert.equal(await ask(await proofOf(createDevice('thief'), 'GET', url, device.token)), 401);
    assert.equal(await ask('nonsense'), 401);
    assert.equal(await ask(await proofOf(device, 'GET', url, device.token), `Bearer ${device.token}`), 401);
  });

  test('bodies are bounded before and after they are unpacked', async () => {
    const post = async (body: Uint8Array<ArrayBuffer> | string, headers: Readonly<Record<string, string>> = {}) =>
      (
        await fetch(`${hub.url}${hubPaths.journal}`, {
          method: 'POST',
          headers: {
            authorization: `DPoP ${device.token}`,
            dpop: await proofOf(device, 'POST', `${hub.url}${hubPaths.journal}`, device.token),
            'content-type': 'application/json',
            ...headers,
          },
          body,
        })
      ).status;
    const entries = device.record([decision(12)]);
    assert.equal(await post(gzipSync(JSON.stringify(device.batch(entries))), { 'content-encoding': 'gzip' }), 200);
    assert.equal(await post(gzipSync(Buffer.alloc(40_000_000)), { 'content-encoding': 'gzip' }), 400);
    assert.equal(await post('{'), 400);
    assert.equal(await post('{}'), 400);
    assert.equal(await post('[]', { 'content-encoding': 'br' }), 415);
    assert.equal(await post(Buffer.alloc(25_000_000, 32)), 413);
    assert.equal(await post(`${'['.repeat(100_000)}${']'.repeat(100_000)}`), 400);
  });

  test('every answer carries the headers of a page that loads nothing, and no secret is in the log of the hub', async () => {
    const answer = await fetch(`${hub.url}/healthz`);
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-security-policy') ?? '', /^default-src 'none'/);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal((await fetch(`${hub.url}/nowhere`)).status, 404);
    assert.deepEqual(hub.said, []);
  });

  test('what an admin does is in the same log, with what it changed', async () => {
    const made = (await (await hub.admin('POST', '/v1/tokens', { name: 'ci', role: 'robot', days: 1 })).json()) as {
      id: string;
      token: string;
    };
    assert.match(made.token, /^kerb_/);
    const { decisions } = (await (await hub.admin('GET', '/v1/decisions?kind=act&limit=1')).json()) as {
      decisions: { id: string }[];
    };
    const act = (await (await hub.admin('GET', `/v1/decisions/${decisions[0]!.id}`)).json()) as { body: string };
    const body = JSON.parse(act.body) as { act: string; subject: { id: string } };
    assert.deepEqual([body.act, body.subject.id], ['token.create', made.id]);
    assert.ok(!act.body.includes(made.token));
    assert.equal((await hub.admin('DELETE', `/v1/tokens/${made.id}`)).status, 204);
    const revoked = await fetch(`${hub.url}/v1/me`, { headers: { authorization: `Bearer ${made.token}` } });
    assert.equal(revoked.status, 401);
  });

  test('metrics say how blind the hub is, in one number', async () => {
    const metrics = await (await hub.admin('GET', '/metrics')).text();
    assert.match(metrics, /^decisions_missing_total \d+$/m);
    assert.match(metrics, /^kerb_log_size [1-9]\d*$/m);
    assert.match(metrics, /^kerb_ingest_refusals_total\{reason="forked"\} 1$/m);
  });
});
