import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { openHome } from '../../daemon/home.ts';
import { folderOf } from './options.ts';

test('a hub keeps nothing where a device of the same home keeps its enrolment; one that is there already stays', (context) => {
  const home = mkdtempSync(path.join(tmpdir(), 'kerb-options-'));
  context.after(() => rmSync(home, { recursive: true, force: true }));
  const env = { KERB_HOME: home };
  const device = openHome({ env });
  assert.ok(device.kind === 'home');
  const own = folderOf({}, env);
  assert.equal(path.dirname(own), home);
  assert.ok(!Object.values(device).includes(own));
  mkdirSync(device.hub);
  writeFileSync(device.enrolment, '{}');
  assert.equal(folderOf({}, env), own);
  writeFileSync(path.join(home, 'hub/log.key'), '');
  assert.equal(folderOf({}, env), path.join(home, 'hub'));
  assert.equal(folderOf({}, { KERB_HOME: '' }), path.join(homedir(), '.kerb/hub'));
  assert.equal(folderOf({ data: '/srv/hub' }, env), '/srv/hub');
});
