/** Signing in at the page: once by a code, only at the hub's own page, and never more than the token may. */
import assert from 'node:assert/strict';
import { on } from 'node:events';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import WebSocket from 'ws';
import { decision } from '../../test/hub/device.ts';
import { postgresqlDatabase, postgresqlProblem, runPostgresql } from '../../test/hub/postgresql.ts';
import { enrol, runHub, type TestHub } from '../../test/hub/running.ts';
import { askerWith, headersOf, openTestSession, post, type TestSession } from '../../test/hub/session.ts';
import { hintsProtocol, pageKeyHeader, pagePaths } from '../protocol/page.ts';
import { hubPaths } from '../protocol.ts';
import { cookieName, setCookie } from './origin.ts';

/** For a busy machine. */
const patienceMs = 60_000;

let hub: TestHub;

describe('sessions of the page', () => {
  before(async () => {
    hub = await runHub();
  });
  after(async () => {
    await hub?.close();
  });

  /** A code, out of the address that would be opened. */
  async function newCode({ admin, url } = hub): Promise<string> {
    const { address } = (await (await admin('POST', pagePaths.signIns)).json()) as { address: string };
    const { hash, origin } = new URL(address);
    assert.equal(origin, url);
    return new URLSearchParams(hash.split('?')[1]).get('code')!;
  }

  async function session(): Promise<TestSession> {
    return openTestSession(hub.url, { code: await newCode() });
  }

  test('a code opens one session, whose cookie no script reads and no other site sends', async () => {
    const code = await newCode();
    const answer = await post(hub.url, { code });
    assert.equal(answer.status, 201);
    const cookie = answer.headers.get('set-cookie') ?? '';
    for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/']) assert.ok(cookie.includes(part), cookie);
    assert.equal((await post(hub.url, { code })).status, 400);
    assert.equal((await post(hub.url, { code: `${code}x` })).status, 400);
  });

  test('over HTTPS the cookie is bound to the host', () => {
    const cookie = setCookie('v', { url: 'https://hub.example', seconds: 60 });
    assert.match(cookie, /^__Host-kerb-session=v; .*Path=\/; HttpOnly; SameSite=Strict; Secure$/);
  });

  test('a session needs its cookie and the page’s key, and both belong together', async () => {
    const [own, other] = [await session(), await session()];
    assert.equal((await own.ask('GET', '/v1/me')).status, 200);
    const whole = headersOf(hub.url, own);
    const without = async (headers: Readonly<Record<string, string>>) =>
      (await askerWith(hub.url, headers)('GET', '/v1/me')).status;
    assert.equal(await without({ cookie: whole.cookie }), 401);
    assert.equal(await without({ [pageKeyHeader]: own.pageKey }), 401);
    assert.equal(await without({ ...whole, [pageKeyHeader]: other.pageKey }), 401);
    assert.equal(await without({ ...whole, cookie: `${cookieName(hub.url)}=nonsense` }), 401);
  });

  test('another site’s page gets no session and may use none', async () => {
    const code = await newCode();
    for (const headers of [
      { origin: 'http://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ])
      assert.equal((await post(hub.url, { code }, headers)).status, 400);
    const whole = headersOf(hub.url, await session());
    const foreign = async (method: string, headers: Readonly<Record<string, string>>) =>
      (await askerWith(hub.url, { ...whole, ...headers })(method, '/v1/me')).status;
    assert.equal(await foreign('GET', { 'sec-fetch-site': 'cross-site' }), 401);
    assert.equal(await foreign('GET', { origin: 'http://127.0.0.1:1' }), 401);
    const { origin: _, ...silent } = whole;
    assert.equal((await askerWith(hub.url, silent)('DELETE', pagePaths.session)).status, 401);
  });

  test('another name for this machine is nobody’s: neither the page nor a session is under it', async () => {
    const whole = headersOf(hub.url, await session());
    const { port } = new URL(hub.url);
    const statusAt = (path: string, host: string) =>
      new Promise<number>((resolve, reject) => {
        const asked = request(
          `${hub.url}${path}`,
          { headers: { ...whole, host, origin: `http://${host}` } },
          (answer) => {
            answer.resume();
            resolve(answer.statusCode ?? 0);
          },
        );
        asked.on('error', reject).end();
      });
    assert.equal(await statusAt('/v1/me', `127.0.0.1:${port}`), 200);
    assert.equal(await statusAt('/v1/me', `evil.example:${port}`), 401);
    assert.equal(await statusAt('/', `127.0.0.1:${port}`), 200);
    assert.equal(await statusAt('/', `evil.example:${port}`), 421);
  });

  test('signing out ends the session for good, and a revoked token ends all of its sessions', async () => {
    const own = await session();
    const ended = await own.ask('DELETE', pagePaths.session);
    assert.equal(ended.status, 204);
    assert.match(ended.headers.get('set-cookie') ?? '', /Max-Age=0/);
    assert.equal((await own.ask('GET', '/v1/me')).status, 401);
    const made = await hub.admin('POST', '/v1/tokens', { name: 'grace', role: 'auditor', days: 1 });
    const { id, token } = (await made.json()) as { id: string; token: string };
    const auditor = await openTestSession(hub.url, { token });
    assert.equal(((await (await auditor.ask('GET', '/v1/me')).json()) as { name: string }).name, 'grace');
    assert.equal((await auditor.ask('POST', '/v1/tokens', { name: 'x', role: 'admin', days: 1 })).status, 403);
    await hub.admin('DELETE', `/v1/tokens/${id}`);
    assert.equal((await auditor.ask('GET', '/v1/me')).status, 401);
    assert.equal((await post(hub.url, { token })).status, 400);
  });

  test('the page hears of decisions, devices do not hear of each other’s, and another site’s page hears nothing', async () => {
    const own = await session();
    const device = await enrol(hub);
    const heard = await listen(own, hub.url);
    const entries = device.record([decision(1)]);
    assert.equal((await device.ask('POST', hubPaths.journal, device.batch(entries))).status, 200);
    assert.deepEqual(await heard.next(), { type: 'hint', about: 'journal' });
    heard.socket.terminate();
    await assert.rejects(listen(own, 'http://evil.example'), /401/);
    await assert.rejects(listen({ ...own, pageKey: 'another' }, hub.url), /401/);
  });

  test('over one PostgreSQL a page hears of what another hub took in', {
    skip: postgresqlProblem ?? false,
  }, async (t) => {
    const server = await runPostgresql();
    const database = await postgresqlDatabase(server);
    const one = await runHub(() => database.open());
    const other = await runHub(() => database.open(), one.folder);
    // The database goes last: a hub waits for it to commit its end.
    t.after(async () => {
      await Promise.all([one.close(), other.close()]);
      await server.close();
    });
    const device = await enrol(one);
    const own = await openTestSession(other.url, { code: await newCode(one) });
    const heard = await listen(own, other.url, other);
    // The first look is always news.
    await heard.next();
    const entries = device.record([decision(1)]);
    assert.equal((await device.ask('POST', hubPaths.journal, device.batch(entries))).status, 200);
    assert.deepEqual(await heard.next(), { type: 'hint', about: 'journal' });
    heard.socket.terminate();
  });
});

function listen({ cookie, pageKey }: TestSession, origin: string, { url } = hub) {
  const socket = new WebSocket(url.replace('http', 'ws') + hubPaths.hints, [hintsProtocol, pageKey], {
    headers: { cookie: `${cookieName(url)}=${cookie}`, origin },
  });
  const messages = on(socket, 'message', { close: ['close'], signal: AbortSignal.timeout(patienceMs) });
  const next = async (): Promise<unknown> => {
    const { value } = (await messages.next()) as { value?: readonly unknown[] };
    assert.ok(value, 'the socket was closed');
    return JSON.parse(String(value[0]));
  };
  return new Promise<{ readonly socket: WebSocket; readonly next: () => Promise<unknown> }>((resolve, reject) => {
    socket.once('open', () => resolve({ socket, next }));
    socket.once('error', reject);
  });
}
