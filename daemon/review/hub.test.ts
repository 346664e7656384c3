/** A hub that is older than this Kerb: what it does not know yet is said plainly, and is no failure. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { auditCommand } from '../command/audit.ts';
import { checkCommand } from '../command/check.ts';
import { reviewCommand } from '../command/review.ts';
import { type Command, readArguments, type Start, UsageError } from '../command.ts';
import { commentsOn } from './comments.ts';
import { personsHub } from './hub.ts';
import { replayLines } from './replay.ts';

test('what an older hub does not know is none, and what a hub refuses is an error', async (context) => {
  let status = 404;
  const server = createServer((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { code: 'x', message: 'in its words' } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const folder = mkdtempSync(path.join(tmpdir(), 'kerb-review-'));
  context.after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  const token = path.join(folder, 'token');
  writeFileSync(token, 'secret');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const hub = personsHub(readArguments(reviewCommand, ['list', '--hub', address, '--token-file', token]));
  assert.match((await replayLines('id', hub)).join(), /^no replay: this hub does not know/);
  assert.equal(await commentsOn(hub, 'id'), null);
  status = 403;
  await assert.rejects(
    replayLines('id', hub),
    (error) => error instanceof UsageError && /in its words/.test(error.message),
  );
});

test('a token goes to no hub that can be read on the way, whichever command has it', async (context) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'kerb-review-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const token = path.join(folder, 'token');
  writeFileSync(token, 'secret');
  for (const hub of [
    'http://hub.example',
    'http://127.0.0.1.example',
    'http://127.0.0.1@hub.example',
    'ftp://hub.example',
    'hub',
  ]) {
    const given = (command: Command, ...words: readonly string[]) =>
      readArguments(command, [...words, '--hub', hub, ...(command === checkCommand ? [] : ['--token-file', token])]);
    const isRefused = (error: unknown) => error instanceof UsageError && /begins with https:\/\//.test(error.message);
    assert.throws(() => personsHub(given(reviewCommand, 'list')), isRefused, hub);
    for (const [command, ...words] of [[auditCommand, 'prove', 'x'], [checkCommand]] as const)
      await assert.rejects(command.run(given(command, ...words), start), isRefused, hub);
  }
  for (const hub of ['https://hub.example/kerb/', 'http://localhost:7345', 'http://[::1]:7345'])
    assert.ok(personsHub(readArguments(reviewCommand, ['list', '--hub', hub, '--token-file', token])));
});

const start: Start = { keepCode: () => undefined, snapshot: () => null };
