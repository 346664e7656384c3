// Makes docs/benchmarks.md: `npm run bench`, or `npm run bench -- FOLDER` to time `kerb check` on a folder of yours too.
// `--only hooks` measures the sections again whose title has that word, and leaves the others as they stand.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { authoringTable, timeAuthoring } from './authoring.ts';
import { celTable, timeCel } from './cel.ts';
import { timeCheck } from './check.ts';
import { daemonTable, watchDaemon } from './daemon.ts';
import { fanoutTable, timeFanout } from './fanout.ts';
import { hookTable, timeHooks } from './hooks.ts';
import { ingestTable, timeIngest } from './hub.ts';
import { manifests, typescript, workflow } from './inputs.ts';
import { type Contender, type KeystrokeRow, timeKeystrokes } from './keystroke.ts';
import { watchMemory } from './memory.ts';
import { mutationTable } from './mutation.ts';
import { searchTable, timeSearch } from './search.ts';
import { secretTable, timeSecrets } from './secret.ts';
import { formatMs, markdownTable } from './statistics.ts';

const root = path.resolve(import.meta.dirname, '../..');
const { positionals, values } = parseArgs({ allowPositionals: true, options: { only: { type: 'string' } } });
const folder = positionals[0];
const only = (values.only ?? '').toLowerCase();

const kerb: Contender = { name: 'kerb', command: [process.execPath, path.join(root, 'bin/kerb'), 'lsp', '--stdio'] };
const actions = peer('@actions/languageserver', 'bin/actions-languageserver');
const yaml = peer('yaml-language-server', 'bin/yaml-language-server');

/** A part of the page: what was measured, in a table, and what a reader has to know of it. */
interface Section {
  readonly title: string;
  readonly prose: readonly string[];
  /** Null where a folder is needed and none is named. */
  readonly measure: (() => string | Promise<string>) | null;
}

const sections: readonly Section[] = [
  {
    title: 'From keystroke to diagnostics',
    prose: [
      'One character is typed or deleted; the time runs until the diagnostics of that version arrive over stdio. The servers take each edit',
      'in turn. All policies are on. yaml-language-server waits 200 ms by design before it looks. The servers answer different questions:',
      'the peers validate against a schema, Kerb judges policies.',
    ],
    measure: keystrokes,
  },
  { title: 'Growth', prose: ['The same edit in the same kind of file, from 100 to 20,000 lines.'], measure: growth },
  {
    title: 'Memory over 10,000 edits',
    prose: ['A workflow of 350 lines, a line typed and removed again and again, every edit waited for.'],
    measure: memory,
  },
  {
    title: 'Writing a policy',
    prose: [
      'Over stdio, one after the other. A condition is typed character by character into a policy with 50 cases; after each, its',
      'diagnostics are waited for, its cases and its preview on the whole workspace are asked for. Previews count where the policy compiles.',
      'They are worked out in a process of its own, which reads and parses all files the first time: when the policy is opened. A folder that is',
      'named is previewed too.',
    ],
    measure: async () => authoringTable(await timeAuthoring(kerb, folder ?? null)),
  },
  {
    title: 'kerb check of a folder',
    prose: ['Whole process, cold each time, JSON output.'],
    measure: folder === undefined ? null : () => check(folder),
  },
  {
    title: 'git commit with hooks',
    prose: [
      '`git commit` from its start to its end, in two repositories that are alike but for the hook, in turn. Every file of a commit is new',
      'text. What the hook adds is each commit against the bare one beside it. The hub that never answers takes connections and says nothing.',
      'secretlint looks for secrets alone. Without more words the commit comes at once after `git add`; "staged before" leaves 0.3 s between them,',
      'and 5 s with 1,000 files: by then the daemon has judged what is staged.',
    ],
    measure: async () => hookTable(await timeHooks()),
  },
  {
    title: 'The daemon',
    prose: [
      'A daemon of the build, asked over its socket about real repositories; times are those of a question and its answer. Memory is read',
      'twelve seconds after the last question, processor time over 20 seconds once a daemon that nobody asks has looked for other commits.',
      'Each of 20 branches has a `kerb.yaml` of its own. Needs Linux, whose /proc is read. `node test/bench/daemon.ts FOLDER 1000` is the',
      'full form.',
    ],
    measure: async () => daemonTable(await watchDaemon(path.resolve(folder ?? path.join(root, 'policies')))),
  },
  {
    title: 'CEL',
    prose: ['The same policies on the same inputs, engines in turn.'],
    measure: () => celTable(timeCel(30)),
  },
  {
    title: 'Decisions into the hub',
    prose: [
      'Batches of 100 over HTTP, each with a proof of its device’s key, from 24 devices; client and hub share the machine. A decision counts',
      'once it is read from the log. What a round of 36,000 sends is made and signed before its clock starts; where that',
      'counts too, the rate is the one “with their making”. The first round is not counted.',
      '`node test/bench/hub.ts 600` is the full form of ten minutes.',
    ],
    measure: async () => ingestTable(await timeIngest(20)),
  },
  {
    title: 'A publication to 2,000 devices',
    prose: [
      'From the last signature on a change until a device has verified it and has its policies read, by the daemon’s own code: four',
      'signatures each. What it knows stays in memory: it writes nothing to a disk. What it tells the hub then, spread over six seconds, is a row of its own. Hub (SQLite) and all devices, on two',
      'threads, share the machine. After a partition all ask by HTTP, five requests each. `node test/bench/fanout.ts DEVICES`.',
    ],
    measure: async () => fanoutTable(await timeFanout(2_000)),
  },
  {
    title: 'Looking for decisions',
    prose: [
      'The hub’s own queries on PostgreSQL, over decisions of 200 repositories in 30 days. `node test/bench/search.ts 10000000` is the full',
      'form.',
    ],
    measure: async () => searchTable(await timeSearch(300_000)),
  },
  { title: 'Secrets', prose: ['All secret policies on generated text.'], measure: () => secretTable(timeSecrets(10)) },
  {
    title: 'What the cases prove',
    prose: [
      '`kerb test policies --mutate` alters every policy in one place at a time and counts the alterations that its cases notice; each policy',
      'counts the same. Some that are left nobody can notice: a part that is only there to be fast, a parameter that is empty by default, what',
      'names a value to be masked.',
    ],
    measure: mutationTable,
  },
];

execFileSync(process.execPath, [path.join(root, 'build.mjs')], { stdio: 'inherit' });
const page = path.join(root, 'docs/benchmarks.md');
const before = existsSync(page) ? sectionsOf(readFileSync(page, 'utf8')) : new Map<string, string>();
const after = [heading()];
for (const { title, prose, measure } of sections) {
  const isAsked = measure !== null && title.toLowerCase().includes(only);
  const text = isAsked ? sectionOf(title, prose, await measure()) : before.get(title);
  if (text !== undefined) after.push(text);
}
writeFileSync(page, `${after.join('\n\n')}\n`);
process.stdout.write('wrote docs/benchmarks.md\n');

/** The sections of a page as they stand, by title. */
function sectionsOf(text: string): Map<string, string> {
  const parts = text
    .trimEnd()
    .split(/\n\n(?=## )/)
    .slice(1);
  return new Map(parts.map((part) => [part.slice('## '.length, part.indexOf('\n')), part]));
}

function sectionOf(title: string, prose: readonly string[], table: string): string {
  process.stdout.write(`\n## ${title}\n${table}\n`);
  return `## ${title}\n\n${prose.join('\n')}\n\n${table}`;
}

function heading(): string {
  const cpu = `${os.cpus().length} × ${os.cpus()[0]?.model ?? 'unknown CPU'}`;
  return `# Benchmarks

Made by \`npm run bench\` on ${cpu}, ${os.platform()}, Node ${process.version}. Milliseconds unless said otherwise; p95 by nearest rank.`;
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
