/** `kerb audit verify --local`, with the SQLite that the build carries. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { runKerb } from '../../test/command.ts';
import { createHome, decision, openTestStore } from '../../test/store.ts';
import { connect } from '../store/connect.ts';

function verify(home: string) {
  return runKerb(['audit', 'verify', '--local'], { cwd: home, env: { KERB_HOME: home } });
}

test('a journal that holds, one that was altered, one that is not there', (context) => {
  const home = createHome(context);
  const none = verify(home.folder);
  assert.deepEqual([none.status, none.stderr], [0, '']);
  assert.match(none.stdout, /no journal yet/);
  assert.equal(existsSync(home.store), false);

  const store = openTestStore(context, home);
  for (let at = 0; at < 5; at++) store.append(decision());
  const { hash } = store.status().head;
  const whole = verify(home.folder);
  assert.deepEqual([whole.status, whole.stderr], [0, '']);
  assert.equal(whole.stdout, `The journal of device laptop holds: entries 1 to 5, which has the hash ${hash}.\n`);
  store.close();

  const { db } = connect(path.join(home.store, 'kerb.db'));
  db.exec(`UPDATE entry SET text = replace(text, 'ada@', 'eve@') WHERE seq = 3`);
  db.close();
  const altered = verify(home.folder);
  assert.equal(altered.status, 1);
  assert.match(altered.stderr, /does not hold from entry 3 on: the journal's entry 3 is damaged/);
  assert.deepEqual(
    readdirSync(home.folder).filter((name) => name.includes('damaged')),
    [],
  );
});

test('what cannot be verified is told with 2', (context) => {
  const home = createHome(context);
  assert.equal(runKerb(['audit', 'verify'], { cwd: home.folder }).status, 2);
  const elsewhere = runKerb(['audit', 'verify', '--local'], { cwd: home.folder, env: { KERB_HOME: 'relative' } });
  assert.equal(elsewhere.status, 2);
  assert.match(elsewhere.stderr, /absolute path/);
});
