/** Whose the home is, and who may enter it. */
import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { createWorkTree } from '../test/workTree.ts';
import { openHome } from './home.ts';

const skip = process.platform === 'win32' ? 'no such bits' : false;

test('the home is made for its user alone', { skip }, (context) => {
  const folder = path.join(createWorkTree(context).root, 'a/b');
  const home = openHome({ env: { KERB_HOME: folder } });
  assert.equal(home.kind === 'home' && home.store, path.join(folder, 'store'));
  assert.equal(statSync(folder).mode & 0o777, 0o700);
});

test('where others can read, they no longer can; where they can write, it is refused', { skip }, (context) => {
  const folder = path.join(createWorkTree(context).root, 'home');
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  assert.equal(openHome({ env: { KERB_HOME: folder } }).kind, 'home');
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  for (const mode of [0o770, 0o702]) {
    chmodSync(folder, mode);
    assert.match(JSON.stringify(openHome({ env: { KERB_HOME: folder } })), /can be written by others.*chmod go-rwx/);
  }
});

test("another user's folder is refused", {
  skip: process.getuid?.() === 0 ? false : 'only root can give a folder away',
}, (context) => {
  const folder = path.join(createWorkTree(context).root, 'home');
  mkdirSync(folder, { mode: 0o700 });
  chownSync(folder, 12_345, 12_345);
  assert.match(JSON.stringify(openHome({ env: { KERB_HOME: folder } })), /another user \(uid 12345/);
});

test('a home that cannot be made says why, and what to do', { skip }, (context) => {
  const { root } = createWorkTree(context);
  writeFileSync(path.join(root, 'file'), '');
  const inTheWay = JSON.stringify(openHome({ env: { KERB_HOME: path.join(root, 'file') } }));
  assert.match(inTheWay, /cannot be made: a file is in its way \(EEXIST\)\. Mend that, or let KERB_HOME name/);
  assert.match(JSON.stringify(openHome({ env: { KERB_HOME: path.join(root, 'file/home') } })), /\(ENOTDIR\)/);
});

test('where nothing can be written, the home says so', {
  skip: process.platform === 'linux' ? false : 'only Linux has such a folder for root too',
}, () => {
  const said = JSON.stringify(openHome({ env: { KERB_HOME: '/sys/kerb/home' } }));
  assert.match(said, /\/sys\/kerb\/home cannot be made: nothing can be written there \(E[A-Z]+\)/);
});

test('where it is by default', (context) => {
  const { root } = createWorkTree(context);
  const linux = openHome({ env: { XDG_STATE_HOME: root }, platform: 'linux' });
  assert.equal(linux.kind === 'home' && linux.folder, path.join(root, 'kerb'));
  const windows = openHome({ env: { LOCALAPPDATA: root }, platform: 'win32' });
  assert.equal(windows.kind === 'home' && windows.folder, path.join(root, 'Kerb'));
  assert.match(JSON.stringify(openHome({ env: { KERB_HOME: 'here' } })), /absolute path/);
});
