/** Where the keys of an issuer come from: asked once, bounded, and never somewhere less trustworthy than the issuer itself. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createIssuerKeys } from './issuer.ts';

async function issuerThat(context: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('an issuer that fails is asked once, however many tokens name it, and again after a while', async (context) => {
  let asked = 0;
  const issuer = await issuerThat(context, (_, response) => {
    asked++;
    response.writeHead(503).end();
  });
  let now = 0;
  const keys = createIssuerKeys({ now: () => now });
  const flood = await Promise.all(Array.from({ length: 200 }, () => keys.of(issuer)));
  assert.deepEqual([...new Set(flood), asked], ['it answers 503', 1]);
  now += 4_999;
  await keys.of(issuer);
  assert.equal(asked, 1);
  now += 1;
  await keys.of(issuer);
  assert.equal(asked, 2);
});

test('keys without end are not read to their end', async (context) => {
  let sent = 0;
  const issuer: string = await issuerThat(context, (request, response) => {
    if (request.url !== '/keys') return void response.end(JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` }));
    response.writeHead(200);
    const more = (): void => {
      while (sent < 500_000_000 && !response.destroyed) {
        sent += 65_536;
        if (!response.write(' '.repeat(65_536))) return void response.once('drain', more);
      }
    };
    more();
  });
  const keys = await createIssuerKeys({ now: () => 0 }).of(issuer);
  assert.ok(typeof keys === 'function');
  await assert.rejects(async () => keys({ alg: 'RS256', kid: 'x' }, { payload: '', signature: '' }), /too long/);
  assert.ok(sent < 100_000_000, `${sent}`);
});

test('an issuer elsewhere does not send the hub to its own machine, nor to a plain address', async (context) => {
  const answers = globalThis.fetch;
  context.after(() => {
    globalThis.fetch = answers;
  });
  for (const jwks_uri of [
    'http://127.0.0.1:7345/v1/x',
    'http://issuer.example/keys',
    'file:///etc/passwd',
    'https://x/?y',
  ]) {
    globalThis.fetch = async () => Response.json({ issuer: 'https://issuer.example', jwks_uri });
    const keys = await createIssuerKeys({ now: () => 0 }).of('https://issuer.example');
    assert.equal(keys, 'its configuration is not its own', jwks_uri);
  }
});
