// The one test run: every `*.test.ts`, what needs a real VS Code or a browser included. Ends with `N passed, N failed`.
//
//   npm test                     everything
//   npm test -- engine/cel       the files whose path contains one of the words
import { fork, spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { type Outcome, runFiles } from './runFiles.ts';

const root = path.resolve(import.meta.dirname, '..');
const words = process.argv.slice(2);
const folders = ['engine', 'repository', 'server', 'daemon', 'hub', 'extension', 'policies', 'test'];
/** It builds over what is built, and all others want a build that stands still. */
const buildsFirst = 'daemon/build.test.ts';
const files = folders
  .flatMap((folder) => globSync(`${folder}/**/*.test.ts`, { cwd: root }))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort();
const began = performance.now();

process.chdir(root);
if (files.length === 0) {
  process.stderr.write(`no test file matches ${words.join(' ')}\n`);
  process.exit(2);
}
const outcomes = words.length > 0 || os.availableParallelism() < 2 ? [await runFiles(files)] : await runInTwo();
const skips = outcomes.flatMap((outcome) => outcome.skips);
const failures = outcomes.flatMap((outcome) => outcome.failures);
const spent = outcomes.flatMap((outcome) => Object.entries(outcome.spent));
const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
for (const skip of skips) process.stdout.write(`skipped: ${skip}\n`);
for (const failure of failures) process.stdout.write(`${failure}\n`);
const slowest = spent.sort((a, b) => b[1] - a[1]).slice(0, 10);
process.stdout.write(`slowest: ${slowest.map(([file, ms]) => `${file} ${(ms / 1000).toFixed(0)} s`).join(', ')}\n`);
process.stdout.write(`${files.length} files in ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);

/** Most tests wait for processes of their own, so that two at a time take little longer than one. */
async function runInTwo(): Promise<readonly Outcome[]> {
  const { status } = spawnSync(process.execPath, ['bin/kerb', '--version'], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) process.exit(1);
  const first = await inOwnProcess([buildsFirst]);
  const isTogether = (file: string): boolean => /^(?:hub|test)\//.test(file);
  const halves = [
    files.filter((file) => file !== buildsFirst && !isTogether(file)),
    files.filter((file) => file !== buildsFirst && isTogether(file)),
  ];
  return [first, ...(await Promise.all(halves.map(inOwnProcess)))];
}

/** A process that breaks off is a failure of all that it had left. */
function inOwnProcess(part: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = fork(path.join(import.meta.dirname, 'runFiles.ts'), part);
    let outcome: Outcome | null = null;
    child.on('message', (message) => {
      outcome = message as Outcome;
    });
    child.on('exit', (code, signal) => {
      const lost = `✗ the process of ${part[0]} and ${part.length - 1} more files broke off (${signal ?? code})`;
      resolve(outcome ?? { passed: 0, failed: 1, failures: [lost], skips: [], spent: {} });
    });
  });
}
