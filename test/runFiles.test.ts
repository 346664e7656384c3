// A test that hangs is a failure that names itself, and does not keep the run from its end.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';

const runner = path.join(import.meta.dirname, 'runFiles.ts');

test('a test that hangs is named, and what passed before it counts', (context) => {
  const outcome = runIn(context, "test('well', () => {}); describe('of these', () => test('for ever', () => wait()));");
  assert.deepEqual([outcome.passed, outcome.failed], [1, 1]);
  assert.match(outcome.failures[0] ?? '', /^✗ for ever .*a\.test\.ts:2\)\n {4}nothing happened for 0.5 s/);
});

test('so does a hook', (context) => {
  const outcome = runIn(context, "describe('of these', () => { after(() => wait()); test('well', () => {}); });");
  assert.deepEqual([outcome.passed, outcome.failed], [1, 1]);
  assert.match(outcome.failures[0] ?? '', /^✗ of these /);
});

test('and what tests leave behind', (context) => {
  const outcome = runIn(context, "test('well', () => void wait());");
  assert.deepEqual([outcome.passed, outcome.failed], [1, 1]);
  assert.match(outcome.failures[0] ?? '', /still alive/);
});

interface Told {
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly string[];
}

/** Runs a file of tests, in which `wait()` never ends, in a process of its own: this one is a test run already. */
function runIn(context: TestContext, tests: string): Told {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kerb-run-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'a.test.ts');
  const wait = 'const wait = () => new Promise(() => setInterval(() => {}, 1_000));';
  writeFileSync(file, `import { after, describe, test } from 'node:test'; ${wait}\n${tests}\n`);
  const program = path.join(folder, 'run.mjs');
  const code = `const { runFiles } = await import(${JSON.stringify(runner)});
    process.stdout.write(JSON.stringify(await runFiles([${JSON.stringify(file)}], 500)));
    process.exit(0);`;
  writeFileSync(program, code);
  const { stdout, stderr } = spawnSync(process.execPath, [program], {
    encoding: 'utf8',
    env: { ...process.env, NODE_TEST_CONTEXT: '' },
    timeout: 60_000,
  });
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout) as Told;
}
