/** The build, where several start at once: two commands do that when a source has changed. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';

const root = path.resolve(import.meta.dirname, '..');

test('builds at the same time do not fail over what the other one has swept', async (context) => {
  const stale = Array.from({ length: 200 }, (_, at) => path.join(root, `dist/chunk-TEST${at}.js`));
  for (const file of stale) {
    writeFileSync(file, '');
    utimesSync(file, 0, 0);
  }
  // Listed, and not there any more when it is looked at.
  const gone = path.join(root, 'dist/chunk-TESTGONE.js');
  symlinkSync('nowhere', gone);
  context.after(() => {
    for (const file of [...stale, gone]) rmSync(file, { force: true });
  });
  for (const { status, words } of await Promise.all([build(), build()])) {
    assert.equal(status, 0, words);
  }
});

test('no letter of the code is beyond Latin-1: of one such, the engine would keep every letter twice as wide', () => {
  const dist = path.join(root, 'dist');
  const built = statSync(path.join(dist, '.built')).mtimeMs;
  const files = readdirSync(dist).filter((name) => /\.c?js$/.test(name));
  // Chunks of earlier builds stay for a while.
  for (const file of files.filter((name) => statSync(path.join(dist, name)).mtimeMs >= built)) {
    const [wide] = /[^\0-\xff]/.exec(readFileSync(path.join(dist, file), 'utf8')) ?? [];
    assert.equal(wide, undefined, `${file}: write \\u escapes in regular expressions`);
  }
});

function build(): Promise<{ status: number | null; words: string }> {
  const child = spawn(process.execPath, ['build.mjs', '--quiet'], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => {
    words += chunk.toString();
  });
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, words })));
}
