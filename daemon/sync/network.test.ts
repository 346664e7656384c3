/** A hub, or whatever stands in its place, that does everything but answer: a round says what is wrong, and changes nothing. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { Bundle } from '../../engine/index.ts';
import { noOpenssl, selfSigned } from '../../test/certificate.ts';
import { createWorld } from '../../test/sync/device.ts';
import { exchange, systemNetwork } from './network.ts';
import { connect, doRound } from './round.ts';

const bundle = (version: number): Bundle => ({ version, organisation: '', policies: {} });

interface Fault {
  readonly name: string;
  readonly does: (request: IncomingMessage, response: ServerResponse) => void;
  readonly said: RegExp;
  readonly asksToWaitMs?: number;
  /** The deadline passes as soon as the fault has begun. */
  readonly isSlow?: true;
}

const faults: readonly Fault[] = [
  { name: 'accepts and never answers', does: () => undefined, isSlow: true, said: /did not answer within 30 s/ },
  {
    name: 'drips',
    does: (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{'),
    isSlow: true,
    said: /did not answer within 30 s/,
  },
  {
    name: 'hangs up',
    does: (request) => void request.socket.destroy(),
    said: /cannot be reached \(\w+\): it is tried again/,
  },
  {
    name: 'hangs up in the middle',
    does(request, response) {
      response.writeHead(200, { 'content-length': '1000' }).write('{', () => request.socket.destroy());
    },
    said: /cannot be reached \(\w+\): it is tried again/,
  },
  {
    name: 'fails',
    does: (_, response) => void response.writeHead(503).end('busy'),
    said: /fails \(503\): it is tried again/,
  },
  {
    name: 'has too much to do',
    does: (_, response) => void response.writeHead(429, { 'retry-after': '120' }).end('{"error":{"code":"busy"}}'),
    said: /asks to be asked less often \(429\): it is tried again/,
    asksToWaitMs: 120_000,
  },
  {
    name: 'is down until an hour that it names',
    does: (_, response) => void response.writeHead(503, { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }).end(),
    said: /fails \(503\): it is tried again/,
    asksToWaitMs: 0,
  },
  {
    name: 'asks to wait for nobody knows how long',
    does: (_, response) => void response.writeHead(429, { 'retry-after': 'a while' }).end(),
    said: /asks to be asked less often/,
  },
  {
    name: 'fails with a book',
    does: (_, response) => void response.writeHead(500).end('x'.repeat(10_000_000)),
    said: /answers with more than \d+ bytes: that is not the hub|more than \d+ bytes, so the rest was not read/,
  },
  {
    name: 'answers with a page',
    does: (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>'),
    said: /it is no JSON|not as a hub does/,
  },
  {
    name: 'speaks something else than HTTP',
    does: (request) => void request.socket.end('SSH-2.0-OpenSSH_9.9\r\n'),
    said: /answers, but not as a hub does \(H\w+\): check the address/,
  },
  {
    name: 'sends elsewhere',
    does: (_, response) => void response.writeHead(302, { location: 'https://example.com/v1/token' }).end(),
    said: /sends on to "https:\/\/example\.com\/v1\/token", and Kerb does not follow/,
  },
  {
    name: 'has headers without end',
    does: (_, response) => void response.writeHead(200, { 'x-padding': 'x'.repeat(100_000) }).end('{}'),
    said: /answers, but not as a hub does \(UND_ERR_HEADERS_OVERFLOW\): check the address/,
  },
  {
    name: 'does not know the device any more',
    does: (_, response) =>
      void response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":{"code":"x","message":"y"}}'),
    said: /does not accept this device's token|the hub gives no token|not as a hub does/,
  },
];

for (const where of ['/v1/token', '/v1/tuf/metadata/timestamp.json']) {
  for (const { name, does, said, isSlow, asksToWaitMs = null } of faults) {
    test(`${where}: ${name}`, async (context) => {
      const world = await createWorld(context);
      const { hub } = world;
      world.publish(1, { bundles: [bundle(1)] });
      const device = await world.enrol();
      assert.equal((await device.round()).after, 1);

      const late = new AbortController();
      hub.fault = (request, response) => {
        if (request.url !== where) return false;
        does(request, response);
        if (isSlow === true) setImmediate(() => late.abort());
        return true;
      };
      const network = {
        ...world.network,
        deadline: () => (isSlow === true ? late.signal : new AbortController().signal),
      };
      world.publish(2, { bundles: [bundle(2)] });
      const options = { home: device.home, store: null, network };
      const connection = await connect(options);
      assert.ok('hub' in connection);
      const round = await doRound(connection, options);
      assert.match(round.failure ?? round.refusal ?? 'it went well', said);
      assert.equal(round.retryAfterMs, asksToWaitMs);
      assert.equal(round.after, 1);
      const { organisation } = await device.governing();
      assert.equal(organisation?.kind === 'organisation' && organisation.revision, '1');

      hub.fault = null;
      const healed = await device.round();
      assert.equal(healed.failure ?? healed.refusal, null);
      assert.equal(healed.after, 2);
    });
  }
}

test('variables that name a proxy are not heeded: the daemon has whatever environment started it', async (context) => {
  const world = await createWorld(context);
  const before = { ...process.env };
  context.after(() => {
    process.env = before;
  });
  for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY']) process.env[name] = 'http://127.0.0.1:1';
  world.publish(1, { bundles: [bundle(1)] });
  const device = await world.enrol();
  assert.equal((await device.round()).after, 1);
});

test('a certificate that is not believed is said to be that, with what to do', { skip: noOpenssl }, async (context) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'kerb-certificate-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const { cert, key } = selfSigned(folder);
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (_, response) => response.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  const url = `https://localhost:${(server.address() as AddressInfo).port}/healthz`;
  const asked = exchange(systemNetwork, { method: 'GET', url, headers: {}, maxBytes: 100, withinMs: 30_000 });
  await assert.rejects(asked, /shows a certificate that is not believed here .*NODE_EXTRA_CA_CERTS/);
});
