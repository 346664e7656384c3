// The one test run: every `*.test.ts` in one process, then what needs a real VS Code. Ends with `N passed, N failed`.
//
//   npm test                     everything
//   npm test -- engine/cel       the files whose path contains one of the words
import { globSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { run } from 'node:test';

const root = path.resolve(import.meta.dirname, '..');
const words = process.argv.slice(2);
const folders = ['engine', 'repository', 'server', 'daemon', 'hub', 'extension', 'policies', 'test'];
const files = folders
  .flatMap((folder) => globSync(`${folder}/**/*.test.ts`, { cwd: root }))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort();

const failures: string[] = [];
const skips: string[] = [];
const totals = { passed: 0, failed: 0 };
const spentMs = new Map<string, number>();
const began = performance.now();

process.chdir(root);
if (files.length === 0) {
  process.stderr.write(`no test file matches ${words.join(' ')}\n`);
  process.exit(2);
}
const stream = run({ files: files.map((file) => path.join(root, file)), isolation: 'none', concurrency: false });
stream.on('test:pass', (event) => {
  spend(event);
  if (event.details.type === 'suite') return;
  if (event.skip !== undefined) skips.push(`${event.name}: ${event.skip === true ? 'no reason given' : event.skip}`);
  else totals.passed++;
});
stream.on('test:fail', (event) => {
  spend(event);
  if (event.details.type === 'suite') return;
  totals.failed++;
  const error = event.details.error;
  const cause: unknown = error.cause ?? error;
  failures.push(
    `✗ ${event.name}  (${event.file ? path.relative(root, event.file) : '?'}:${event.line ?? 0})\n${indent(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))}`,
  );
});
stream.on('test:stdout', (event) => process.stdout.write(event.message));
stream.on('test:stderr', (event) => process.stderr.write(event.message));
for await (const _ of stream) {
  // The events above do the work; this waits for the end.
}
for (const skip of skips) process.stdout.write(`skipped: ${skip}\n`);
for (const failure of failures) process.stdout.write(`${failure}\n`);
const slowest = [...spentMs].sort((a, b) => b[1] - a[1]).slice(0, 10);
process.stdout.write(`slowest: ${slowest.map(([file, ms]) => `${file} ${(ms / 1000).toFixed(0)} s`).join(', ')}\n`);
process.stdout.write(`${files.length} files in ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
process.stdout.write(`${totals.passed} passed, ${totals.failed} failed\n`);
process.exit(totals.failed > 0 || totals.passed === 0 ? 1 : 0);

function spend(event: { nesting: number; file?: string | undefined; details: { duration_ms: number } }): void {
  if (event.nesting > 0 || event.file === undefined) return;
  const file = path.relative(root, event.file);
  spentMs.set(file, (spentMs.get(file) ?? 0) + event.details.duration_ms);
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}
