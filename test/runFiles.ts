// One process of a test run: judges its files in turn, and tells the outcome to who started it.
//
//   node test/runFiles.ts FILE…
import { once } from 'node:events';
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

/** No test takes this long, and a test that hangs would keep all that come after it waiting. */
const longestMs = 240_000;

/**
 * Runs test files one after the other, all in this process: to start one for each takes longer than most of them. Where no
 * test begins or ends for `limitMs`, those that run are failures, and what comes after them does not run.
 */
export async function runFiles(files: readonly string[], limitMs = longestMs): Promise<Outcome> {
  const failures: string[] = [];
  const skips: string[] = [];
  const totals = { passed: 0, failed: 0 };
  const spent: Record<string, number> = {};
  const spend = ({ nesting, file, details }: Spending): void => {
    if (nesting > 0 || file === undefined) return;
    const name = path.relative(root, file);
    spent[name] = (spent[name] ?? 0) + details.duration_ms;
  };
  const stream = run({ files: files.map((file) => path.resolve(root, file)), isolation: 'none', concurrency: false });
  const running = new Map<string, { readonly nesting: number; readonly name: string }>();
  let giveUp = (): void => undefined;
  const hang = new Promise<void>((resolve) => {
    giveUp = resolve;
  });
  const hung = (): void => {
    const innermost = Math.max(...[...running.values()].map(({ nesting }) => nesting));
    const names = [...running.values()].filter(({ nesting }) => nesting === innermost).map(({ name }) => name);
    if (names.length === 0) names.push('what the tests started is still alive after the last of them');
    totals.failed += names.length;
    for (const name of names)
      failures.push(`✗ ${name}\n    nothing happened for ${limitMs / 1_000} s; the tests after it did not run`);
    giveUp();
  };
  // It must not keep the process alive itself: the run ends when nothing does.
  let timer = setTimeout(hung, limitMs).unref();
  const stir = (): void => {
    clearTimeout(timer);
    timer = setTimeout(hung, limitMs).unref();
  };
  stream.on('test:dequeue', (event) => {
    stir();
    running.set(keyOf(event), { nesting: event.nesting, name: `${event.name}  (${placeOf(event)})` });
  });
  stream.on('test:complete', (event) => {
    stir();
    running.delete(keyOf(event));
  });
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
      `✗ ${event.name}  (${placeOf(event)})\n${indent(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))}`,
    );
  });
  stream.on('test:stdout', (event) => process.stdout.write(event.message));
  stream.on('test:stderr', (event) => process.stderr.write(event.message));
  // The events above do the work; this waits for the end.
  await Promise.race([once(stream.resume(), 'end'), hang]);
  clearTimeout(timer);
  return { ...totals, failures, skips, spent };
}

interface Place {
  readonly name: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

function keyOf({ name, file, line, column }: Place): string {
  return `${file}:${line}:${column}:${name}`;
}

function placeOf({ file, line }: Place): string {
  return `${file === undefined ? '?' : path.relative(root, file)}:${line ?? 0}`;
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
