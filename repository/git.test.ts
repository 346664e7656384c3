import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { createRepository } from '../test/workTree.ts';
import { beginningOf, git } from './git.ts';
import { createConversation } from './gitConversation.ts';

test('a git that says nothing is given up, with what it may have started, and the next one is asked anew', async (context) => {
  const tree = createRepository(context, { 'a.txt': 'a\n' });
  tree.write({ 'bin/git': '#!/bin/sh\nsleep 1000\n' });
  chmodSync(path.join(tree.root, 'bin/git'), 0o755);
  const before = process.env.PATH;
  const setPath = (value: string | undefined): void => {
    process.env.PATH = value;
  };
  context.after(() => setPath(before));
  setPath(`${path.join(tree.root, 'bin')}${path.delimiter}${before}`);
  const conversation = createConversation(tree.root, ['cat-file', '--batch-check'], 100);
  context.after(() => conversation.close());
  const ask = () => conversation.ask('HEAD\n', (chunk) => chunk.includes(0x0a));
  for (const answer of [await git(tree.root, ['rev-parse', 'HEAD'], null, 100), await ask()]) {
    assert.equal(answer.kind, 'failure');
    assert.match(answer.kind === 'failure' ? answer.message : '', /^git (rev-parse|cat-file) said nothing for 0.1 s: /);
  }
  assert.equal((await beginningOf(tree.root, ['cat-file', 'blob', 'HEAD:a.txt'], 100)).length, 0);
  setPath(before);
  assert.equal((await ask()).kind, 'output');
  assert.equal((await beginningOf(tree.root, ['cat-file', 'blob', 'HEAD:a.txt'])).toString(), 'a\n');
});
