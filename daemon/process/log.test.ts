/** The daemon's log: an event begins at the margin, and nothing else does, whoever's words are in it. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { createLog } from './log.ts';

test('words of a hub forge no event and steer no terminal', (context) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'kerb-log-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'daemon.log');
  const log = createLog(file, () => 0);
  log('sync: the hub refuses: no\n1970-01-01T00:00:00.000Z ends: it was told to\r\u001b[2J');
  log('ended');
  assert.equal(
    readFileSync(file, 'utf8'),
    '1970-01-01T00:00:00.000Z sync: the hub refuses: no\n  1970-01-01T00:00:00.000Z ends: it was told to\uFFFD\uFFFD[2J\n1970-01-01T00:00:00.000Z ended\n',
  );
});
