// Makes docs/benchmarks.md: `npm run bench`, or `npm run bench -- FOLDER` to time `kerb check` on a folder of yours too.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { celTable, timeCel } from './cel.ts';
import { timeCheck } from './check.ts';
import { daemonTable, watchDaemon } from './daemon.ts';
import { ingestTable, timeIngest } from './hub.ts';
import { manifests, typescript, workflow } from './inputs.ts';
import { type Contender, type KeystrokeRow, timeKeystrokes } from './keystroke.ts';
import { watchMemory } from './memory.ts';
import { secretTable, timeSecrets } from './secret.ts';
import { formatMs, markdownTable } from './statistics.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folder = process.argv[2];

const kerb: Contender = { name: 'kerb', command: [process.execPath, path.join(root, 'bin/kerb'), 'lsp', '--stdio'] };
const actions = peer('@actions/languageserver', 'bin/actions-languageserver');
const yaml = peer('yaml-language-server', 'bin/yaml-language-server');

execFileSync(process.execPath, [path.join(root, 'build.mjs')], { stdio: 'inherit' });
const sections = [
  heading(),
  section('From keystroke to diagnostics', await keystrokes(), [
    'One character is typed or deleted; the time runs until the diagnostics of that version arrive over stdio. The servers take each edit',
    'in turn. All policies are on. yaml-language-server waits 200 ms by design before it looks. The servers answer different questions:',
    'the peers validate against a schema, Kerb judges policies.',
  ]),
  section('Growth', await growth(), ['The same edit in the same kind of file, from 100 to 20,000 lines.']),
  section('Memory over 10,000 edits', await memory(), [
    'A workflow of 350 lines, a line typed and removed again and again, every edit waited for.',
  ]),
  ...(folder === undefined
    ? []
    : [section('kerb check of a folder', await check(folder), ['Whole process, cold each time, JSON output.'])]),
  section('The daemon', daemonTable(await watchDaemon(path.resolve(folder ?? path.join(root, 'policies')))), [
    'A daemon of the build, asked over its socket about real repositories; memory is read five seconds after the last question. Each of 20',
    'branches has a `kerb.yaml` of its own. Needs Linux, whose /proc is read.',
  ]),
  section('CEL', celTable(timeCel(30)), ['The same policies on the same inputs, engines in turn.']),
  section('Decisions into the hub', ingestTable(await timeIngest(20)), [
    'Batches of 100 over HTTP, each with a proof of its device’s key, from 8 devices; client and hub share the machine. A decision counts',
    'once it is read from the log. `node test/bench/hub.ts 600` is the full form of ten minutes.',
  ]),
  section('Secrets', secretTable(timeSecrets(10)), ['All secret policies on generated text.']),
];
writeFileSync(path.join(root, 'docs/benchmarks.md'), `${sections.join('\n\n')}\n`);
process.stdout.write('wrote docs/benchmarks.md\n');

function heading(): string {
  const cpu = `${os.cpus().length} × ${os.cpus()[0]?.model ?? 'unknown CPU'}`;
  return `# Benchmarks

Made by \`npm run bench\` on ${cpu}, ${os.platform()}, Node ${process.version}. Milliseconds unless said otherwise; p95 by nearest rank.`;
}

function section(title: string, table: string, prose: readonly string[]): string {
  process.stdout.write(`\n## ${title}\n${table}\n`);
  return `## ${title}\n\n${prose.join('\n')}\n\n${table}`;
}

async function keystrokes(): Promise<string> {
  const rows = [
    ...(await timeKeystrokes([manifests(1000), manifests(20_000)], [kerb, yaml], 2)),
    ...(await timeKeystrokes([workflow(150), workflow(350), workflow(1000)], [kerb, actions], 2)),
    ...(await timeKeystrokes([typescript(500)], [kerb], 3)),
  ];
  return keystrokeTable(rows);
}

async function growth(): Promise<string> {
  return keystrokeTable(await timeKeystrokes([100, 1000, 5000, 20_000].map(manifests), [kerb], 2));
}

async function memory(): Promise<string> {
  const rows = await watchMemory(kerb.command, workflow(350), 10_000);
  return markdownTable(
    ['edits', 'resident MB'],
    rows.map((row) => [String(row.edits), row.residentMb.toFixed(0)]),
  );
}

async function check(target: string): Promise<string> {
  const timing = await timeCheck(path.resolve(target), 7);
  return markdownTable(
    ['files', 'findings', 'median', 'p95'],
    [[String(timing.files), String(timing.findings), formatMs(timing.wallMs.median), formatMs(timing.wallMs.p95)]],
  );
}

function keystrokeTable(rows: readonly KeystrokeRow[]): string {
  return markdownTable(
    ['input', 'server', 'open', 'median', 'p95', 'edits', 'diagnostics', 'resident MB'],
    rows.map((row) => [
      row.input,
      row.server,
      formatMs(row.openMs),
      formatMs(row.edit.median),
      formatMs(row.edit.p95),
      String(row.edit.samples),
      String(row.diagnostics),
      row.residentMb.toFixed(0),
    ]),
  );
}

/** A peer from npm with its version in its name. */
function peer(name: string, file: string): Contender {
  const home = path.join(root, 'node_modules', name);
  const { version } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')) as { version: string };
  return { name: `${name} ${version}`, command: [process.execPath, path.join(home, file), '--stdio'] };
}
