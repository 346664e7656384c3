/** The hub's own commands: to whom they show a token, what they make of an answer, and what they leave behind. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { noOpenssl, selfSigned } from '../../test/certificate.ts';
import { connect, openSqlite } from '../store/sqlite/open.ts';

const main = path.resolve(import.meta.dirname, '../main.ts');

function folderFor(context: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'kerb-ask-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(path.join(folder, 'token'), 'kerb_secret\n');
  return folder;
}

function hub(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { timeout: 60_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), out, err });
    });
  });
}

async function listening(context: TestContext, host: string, answer: RequestListener): Promise<number> {
  const server = createServer(answer);
  server.listen(0, host);
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test('a token goes to another machine by HTTPS alone, whichever way that is named', async (context) => {
  const token = path.join(folderFor(context), 'token');
  for (const where of [
    ['--url', 'http://hub.acme.example'],
    ['--url', 'http://127.0.0.1.acme.example'],
    ['--listen', '192.0.2.7:7345'],
  ]) {
    const { code, err } = await hub('sign-in', ...where, '--token-file', token);
    assert.equal(code, 2);
    assert.match(err, /^kerb hub: http:\/\/\S+: a token goes to another machine by HTTPS alone/);
  }
});

test('a hub on this machine is asked at whatever name it listens on', async (context) => {
  const token = path.join(folderFor(context), 'token');
  const asked: (string | undefined)[] = [];
  const answer: RequestListener = (request, response) => {
    asked.push(request.headers.authorization);
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ address: 'http://hub.example/#\u001b[2J', expiresAt: '2026-11-29T00:00:00.000Z' }));
  };
  for (const [host, named] of [
    ['127.0.0.1', '0.0.0.0'],
    ['::1', '[::1]'],
    ['::1', '[::]'],
  ] as const) {
    const port = await listening(context, host, answer);
    const { code, out, err } = await hub('sign-in', '--listen', `${named}:${port}`, '--token-file', token);
    assert.deepEqual([code, out], [0, 'http://hub.example/#%1B[2J\n'], err);
  }
  assert.deepEqual(
    asked,
    Array.from({ length: 3 }, () => 'Bearer kerb_secret'),
  );
});

test('what answers and is no hub is said to be none', async (context) => {
  const token = path.join(folderFor(context), 'token');
  const answers: readonly (readonly [RequestListener, RegExp])[] = [
    [
      (_, response) => void response.end('<html>a proxy</html>'),
      /answers, but not as a hub does: check the address\n$/,
    ],
    [(_, response) => void response.end('{"deleted":1}'), /answers, but not as a hub does: check the address\n$/],
    [(_, response) => void response.end('x'.repeat(300_000)), /cannot be asked: its answer is too long\n$/],
    [(_, response) => void response.writeHead(302, { location: '/elsewhere' }).end(), /cannot be asked: /],
    [(_, response) => void response.writeHead(500).end(), /answers 500\n$/],
  ];
  for (const [answer, words] of answers) {
    const port = await listening(context, '127.0.0.1', answer);
    const { code, err } = await hub('retain', '400', '--listen', `127.0.0.1:${port}`, '--token-file', token);
    assert.equal(code, 2);
    assert.match(err, words);
    assert.doesNotMatch(err, /fault in Kerb/);
  }
});

test('a certificate that does not read, or does not belong to its key, is a mistake of whoever named it', {
  skip: noOpenssl,
}, async (context) => {
  const folder = folderFor(context);
  const [own, other] = ['a', 'b'].map((name) => {
    mkdirSync(path.join(folder, name));
    return selfSigned(path.join(folder, name));
  });
  const data = path.join(folder, 'hub');
  for (const [cert, key, words] of [
    [own!.cert, other!.key, /are no certificate chain and its private key/],
    [own!.key, own!.cert, /are no certificate chain and its private key/],
    [folder, own!.key, /does not exist\n$/],
  ] as const) {
    const { code, err } = await hub('--data', data, '--listen', '127.0.0.1:0', '--tls-cert', cert, '--tls-key', key);
    assert.equal(code, 2);
    assert.match(err, words);
    assert.doesNotMatch(err, /fault in Kerb/);
  }
  assert.ok(!existsSync(data));
});

test('a database that cannot be used is said to be that, in words', async (context) => {
  const folder = folderFor(context);
  const ended = async (words: RegExp, ...more: readonly string[]): Promise<void> => {
    const { code, err } = await hub('--data', folder, '--listen', '127.0.0.1:0', ...more);
    assert.equal(code, 2, err);
    assert.match(err, words);
    assert.doesNotMatch(err, /fault in Kerb/);
  };
  const port = await listening(context, '127.0.0.1', () => undefined);
  const file = path.join(folder, 'hub.db');
  await ended(
    /^kerb hub: the database cannot be used: .*ECONNREFUSED/,
    '--database',
    'postgres://kerb@127.0.0.1:1/kerb',
  );
  await ended(/^kerb hub: the database cannot be used: /, '--database', `postgres://kerb@127.0.0.1:${port}/kerb`);
  writeFileSync(file, 'this is no database, and long enough to be taken for one that was damaged'.repeat(100));
  await ended(/^kerb hub: the database cannot be used: file is not a database\n$/);
  rmSync(file);
  const database = openSqlite(file);
  await database.close();
  const newer = connect(file);
  newer.pragma('user_version = 9999');
  newer.close();
  await ended(/^kerb hub: the database cannot be used: it has schema 9999, this Kerb knows \d+: start the Kerb/);
});

test('a command that refuses leaves no keys behind', async (context) => {
  const folder = folderFor(context);
  const data = path.join(folder, 'no-hub');
  const missing = await hub('backup', path.join(folder, 'copy.db'), '--data', data);
  assert.deepEqual([missing.code, missing.err], [2, `kerb hub: there is no hub in ${data}\n`]);
  assert.ok(!existsSync(data));
  writeFileSync(path.join(folder, 'garbage'), 'no database');
  const garbage = await hub('restore', path.join(folder, 'garbage'), '--data', data);
  assert.equal(garbage.code, 2);
  assert.deepEqual(readdirSync(data), []);
  const folderAsFile = await hub('restore', folder, '--data', data);
  assert.deepEqual([folderAsFile.code, /does not exist\n$/.test(folderAsFile.err)], [2, true], folderAsFile.err);
});
