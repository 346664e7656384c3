// One process of a test run: judges its files in turn, and tells the outcome to who started it.
//
//   node test/runFiles.ts FILE…
import path from 'node:path';
import process from 'node:process';
import { run } from 'node:test';
import { pathToFileURL } from 'node:url';

/** What came of the tests of some files. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** Each with its place and why. */
  readonly failures: readonly string[];
  /** Each with its reason. */
  readonly skips: readonly string[];
  /** Milliseconds by file. */
  readonly spent: Readonly<Record<string, number>>;
}

const root = path.resolve(import.meta.dirname, '..');

/** Runs test files one after the other, all in this process: to start one for each takes longer than most of them. */
export async function runFiles(files: readonly string[]): Promise<Outcome> {
  const failures: string[] = [];
  const skips: string[] = [];
  const totals = { passed: 0, failed: 0 };
  const spent: Record<string, number> = {};
  const spend = ({ nesting, file, details }: Spending): void => {
    if (nesting > 0 || file === undefined) return;
    const name = path.relative(root, file);
    spent[name] = (spent[name] ?? 0) + details.duration_ms;
  };
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
  return { ...totals, failures, skips, spent };
}

interface Spending {
  readonly nesting: number;
  readonly file?: string | undefined;
  readonly details: { readonly duration_ms: number };
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.chdir(root);
  const outcome = await runFiles(process.argv.slice(2));
  process.send?.(outcome, () => process.exit(0));
}
