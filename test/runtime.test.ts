/** On which Node the command runs. The machine's own is older here by what it says of itself. */
import assert from 'node:assert/strict';
import { chmodSync, cpSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { runKerb } from './command.ts';
import { createWorkTree, type WorkTree } from './workTree.ts';

const root = path.resolve(import.meta.dirname, '..');
const isWindows = process.platform === 'win32';
const brought = path.join('node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');

test('on a Node too old for the store, the command goes on with the one that the dependencies brought', {
  skip: isWindows && 'no script stands in for Node there',
}, (t) => {
  const tree = installation(t, '#!/bin/sh\nprintf "%s\\n" "$@"\ncat\nexit 7\n');
  const program = path.join(tree.root, 'bin', 'kerb');
  for (const version of ['20.20.2', '22.13.9']) {
    const { status, stdout } = runKerb(['check', '--staged'], {
      ...on(version),
      cwd: tree.root,
      program,
      input: 'text',
    });
    assert.deepEqual([status, stdout], [7, `${program}\ncheck\n--staged\ntext`], version);
  }
});

test('what kills the other one leaves no verdict', { skip: isWindows && 'there are no signals there' }, (t) => {
  const tree = installation(t, '#!/bin/sh\nkill -9 $$\n');
  const ran = runKerb(['check'], { ...on('20.20.2'), cwd: tree.root, program: path.join(tree.root, 'bin', 'kerb') });
  assert.equal(ran.status, 2);
});

test('a Node that is new enough runs the command itself, as an older one does where there is no other', (t) => {
  const tree = installation(t, '#!/bin/sh\nexit 7\n');
  const program = path.join(tree.root, 'bin', 'kerb');
  assert.match(runKerb(['--version'], { ...on('22.14.0'), cwd: tree.root, program }).stdout, /^\d+\.\d+\.\d+\n$/);
  tree.write({ [brought]: 'not a program' });
  chmodSync(path.join(tree.root, brought), 0o600);
  assert.match(runKerb(['--version'], { ...on('20.20.2'), cwd: tree.root, program }).stdout, /^\d+\.\d+\.\d+\n$/);
});

/** What is installed, with `node` in the place of the Node that comes with the dependencies. */
function installation(t: Parameters<typeof createWorkTree>[0], node: string): WorkTree {
  const tree = createWorkTree(t, { [brought]: node });
  chmodSync(path.join(tree.root, brought), 0o755);
  for (const name of ['bin', 'package.json', 'dist/kerb.cjs'])
    cpSync(path.join(root, name), path.join(tree.root, name), { recursive: true });
  return tree;
}

/** An environment in which Node says that it is `version`. Only options of its environment reach no other program. */
function on(version: string): { readonly env: Readonly<Record<string, string>> } {
  const code = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`;
  return { env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` } };
}
