import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { addressOf, maxSocketBytes } from './address.ts';
import { createLog, maxLogBytes } from './log.ts';

test('a socket’s path fits everywhere, and differs by home and protocol', () => {
  for (const platform of ['linux', 'darwin'] as const) {
    const homes = [
      '/home/ada/.local/state/kerb',
      `/home/${'a'.repeat(200)}`,
      `/home/${'a'.repeat(199)}b`,
      `/home/${'ä'.repeat(43)}`,
    ];
    const addresses = homes.flatMap((home) =>
      [1, 2].map((protocol) => addressOf({ folder: `${home}/run`, platform, protocol, uid: 1000 })),
    );
    assert.equal(new Set(addresses.map(({ socket }) => socket)).size, addresses.length);
    assert.equal(new Set(addresses.map(({ lock }) => lock)).size, addresses.length);
    for (const { socket } of addresses) assert.ok(Buffer.byteLength(socket) <= maxSocketBytes(platform), socket);
    assert.equal(addresses[0]?.socket, '/home/ada/.local/state/kerb/run/kerb-v1.sock');
    assert.match(addresses[2]?.folder ?? '', /^\/tmp\/kerb-1000-[0-9a-f]{16}$/);
  }
});

test('on Windows it is a named pipe for each home, whatever the case of its letters', () => {
  const at = (folder: string) => addressOf({ folder, platform: 'win32' }).socket;
  assert.match(at('C:\\Users\\Ada\\Kerb\\run'), /^\\\\\.\\pipe\\kerb-v1-[0-9a-f]{16}$/);
  assert.equal(at('C:\\Users\\Ada\\Kerb\\run'), at('c:\\users\\ada\\kerb\\run'));
  assert.notEqual(at('C:\\Users\\Ada\\Kerb\\run'), at('C:\\Users\\Bob\\Kerb\\run'));
});

test('a log is bounded, its owner’s alone, and goes on for whoever has it open', (context) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'kerb-log-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'daemon.log');
  const [one, other] = [createLog(file, () => 0), createLog(file, () => 0)];
  const line = 'x'.repeat(1_000);
  for (let written = 0; written < 3 * maxLogBytes; written += line.length) one(line);
  other('still here');
  assert.match(readFileSync(file, 'utf8'), /^1970-01-01T00:00:00\.000Z x+\n[\s\S]*Z still here\n$/);
  for (const each of [file, `${file}.1`]) {
    assert.ok(statSync(each).size <= maxLogBytes + 2_000);
    assert.equal(statSync(each).mode & 0o777, 0o600);
  }
});
