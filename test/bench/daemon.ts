/**
 * What a daemon keeps in memory and how soon it decides: a real one, asked over its socket about real repositories. Run
 * alone: `node test/bench/daemon.ts FOLDER [ROUNDS]`, whose files are judged as one commit; 1,000 rounds are the full form.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { ask } from '../../daemon/client/ask.ts';
import { stopDaemon } from '../../daemon/client/stop.ts';
import { type Address, addressOf } from '../../daemon/process/address.ts';
import { decideAnswer, startedDaemon } from '../../daemon/protocol.ts';
import { formatMs, markdownTable, type Summary, summarise } from './statistics.ts';

export interface DaemonFigures {
  readonly rounds: number;
  /** The first question after a start, while the daemon still warms up. */
  readonly firstMs: Summary;
  readonly tenFilesMs: Summary;
  readonly memory: readonly MemoryRow[];
  /** Of its processor, while nobody asks, in milliseconds a minute. */
  readonly idleCpuMs: number;
}

interface MemoryRow {
  readonly after: string;
  readonly residentMb: number;
  readonly peakMb: number;
}

const kerb = path.resolve(import.meta.dirname, '../../bin/kerb');
const branches = 20;
/** Memory that is given back is given back by then: two seconds without a question, eight of V8's own, and a moment. */
const settleMs = 12_000;
/** Half a minute after a commit a daemon looks for others that passed no gate: that is no idleness yet. */
const afterwardsMs = 35_000;
const idleMs = 20_000;

/** Judges a folder as one commit, then commits and switches branches so many times each. */
export async function watchDaemon(folder: string, rounds = 200): Promise<DaemonFigures> {
  const scratch = realpathSync(mkdtempSync(path.join(tmpdir(), 'kerb-bench-daemon-')));
  try {
    const firstMs: number[] = [];
    for (let start = 0; start < 5; start++)
      await withDaemon(path.join(scratch, `first-${start}`), async (daemon) => {
        const repository = createRepository(path.join(scratch, `few-${start}`));
        firstMs.push(await decideTimed(daemon, repository, tenFiles(repository, start)));
      });
    return await withDaemon(path.join(scratch, 'home'), async (daemon) => {
      const repository = createRepository(path.join(scratch, 'repository'));
      const memory = [await daemon.memory('its start')];
      cpSync(folder, repository, { recursive: true, filter: (file) => path.basename(file) !== '.git' });
      await decideTimed(daemon, repository, stage(repository));
      memory.push(await daemon.memory(`${filesStaged(repository)} files in one commit`));
      git(repository, 'commit', '--quiet', '--no-verify', '--message=all');
      const few = createRepository(path.join(scratch, 'few'));
      const tenFilesMs: number[] = [];
      for (let round = 0; round < rounds; round++) {
        tenFilesMs.push(await decideTimed(daemon, few, tenFiles(few, round)));
        git(few, 'commit', '--quiet', '--no-verify', `--message=${round}`);
        if (isHalf(round + 1, rounds)) memory.push(await daemon.memory(`${round + 1} commits of 10 files`));
      }
      createBranches(few);
      for (let round = 0; round < rounds; round++) {
        git(few, 'switch', '--quiet', `branch-${round % branches}`);
        await decideTimed(daemon, few, tenFiles(few, rounds + round));
        git(few, 'reset', '--quiet', '--hard');
        if (isHalf(round + 1, rounds)) memory.push(await daemon.memory(`${round + 1} branch switches`));
      }
      const idleCpuMs = await daemon.idleCpuMs();
      return { rounds, firstMs: summarise(firstMs), tenFilesMs: summarise(tenFilesMs), memory, idleCpuMs };
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function isHalf(done: number, rounds: number): boolean {
  return done === rounds || done === Math.floor(rounds / 2);
}

export function daemonTable({ rounds, firstMs, tenFilesMs, memory, idleCpuMs }: DaemonFigures): string {
  return [
    markdownTable(
      ['what', 'median', 'p95', 'max'],
      [
        ['10 new files, first question after a start', ...[firstMs.median, firstMs.p95, firstMs.max].map(formatMs)],
        [`10 new files, ${rounds} commits`, ...[tenFilesMs.median, tenFilesMs.p95, tenFilesMs.max].map(formatMs)],
      ],
    ),
    `Processor time while nobody asks: ${idleCpuMs} ms a minute.`,
    markdownTable(
      ['after', 'resident MB', 'highest until then'],
      memory.map(({ after, residentMb, peakMb }) => [after, residentMb.toFixed(0), peakMb.toFixed(0)]),
    ),
  ].join('\n\n');
}

interface Daemon {
  readonly address: Address;
  memory(after: string): Promise<MemoryRow>;
  idleCpuMs(): Promise<number>;
}

async function withDaemon<T>(home: string, work: (daemon: Daemon) => Promise<T>): Promise<T> {
  const env = { ...process.env, KERB_HOME: home, KERB_NO_BUILD: '1' };
  const started = execFileSync(process.execPath, [kerb, 'daemon', 'start', '--format', 'json'], { env });
  const { pid } = startedDaemon.parse(JSON.parse(started.toString()));
  const address = addressOf({ folder: path.join(home, 'run') });
  try {
    return await work({
      address,
      async memory(after) {
        await sleep(settleMs);
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        const megabytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
        return { after, residentMb: megabytes('VmRSS'), peakMb: megabytes('VmHWM') };
      },
      async idleCpuMs() {
        await sleep(afterwardsMs);
        const before = cpuMsOf(pid);
        await sleep(idleMs);
        return ((cpuMsOf(pid) - before) * 60_000) / idleMs;
      },
    });
  } finally {
    await stopDaemon(address);
  }
}

/** Of Linux's clock ticks there are a hundred a second. */
function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function decideTimed({ address }: Daemon, root: string, tree: string): Promise<number> {
  const body = { gate: 'commit', client: { name: 'bench', version: '1' }, root, breakGlass: null, tree };
  const began = performance.now();
  const reply = await ask(address, {
    ...({ method: 'POST', path: '/v1/decide', body, answer: decideAnswer, timeoutMs: 60_000 } as const),
  });
  if (reply.kind !== 'answer') throw new Error(`no decision: ${JSON.stringify(reply)}`);
  return performance.now() - began;
}

function createRepository(root: string): string {
  mkdirSync(root, { recursive: true });
  git(root, 'init', '--quiet', '--initial-branch=main');
  git(root, 'config', 'user.email', 'bench@example.com');
  git(root, 'config', 'user.name', 'Bench');
  git(root, 'config', 'gc.auto', '0');
  return root;
}

/** Each branch has rules of its own: they are what a switch changes for a daemon. */
function createBranches(root: string): void {
  for (let branch = 0; branch < branches; branch++) {
    git(root, 'switch', '--quiet', '--create', `branch-${branch}`, 'main');
    writeFileSync(path.join(root, 'kerb.yaml'), `ignore: ["vendor-${branch}/**"]\n`);
    git(root, 'add', '--all');
    git(root, 'commit', '--quiet', '--no-verify', `--message=rules of ${branch}`);
  }
}

/** The tree of a commit of ten small files, none of which was seen before. */
function tenFiles(root: string, round: number): string {
  for (let file = 0; file < 10; file++) {
    const make = kinds[file % kinds.length]!;
    const { name, text } = make(`${round}-${file}`);
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
  return stage(root);
}

const kinds: readonly ((id: string) => { name: string; text: string })[] = [
  (id) => ({
    name: `deploy/${id.at(-1)}.yaml`,
    text: `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c${id}\ndata:\n  round: "${id}"\n`,
  }),
  (id) => ({ name: `source/${id.at(-1)}.ts`, text: `export const round = '${id}';\n` }),
  (id) => ({ name: `docs/${id.at(-1)}.md`, text: `# Round ${id}\n` }),
  (id) => ({ name: `tools/${id.at(-1)}.py`, text: `def run():\n    return "${id}"\n` }),
  (id) => ({ name: `images/${id.at(-1)}/Dockerfile`, text: `FROM scratch\nLABEL round="${id}"\nUSER 1000\n` }),
];

function stage(root: string): string {
  git(root, 'add', '--all');
  return git(root, 'write-tree').trim();
}

function filesStaged(root: string): number {
  return git(root, 'diff', '--cached', '--name-only').trimEnd().split('\n').length;
}

function git(root: string, ...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = process.argv[2];
  if (folder === undefined) throw new Error('name a folder whose files are to be judged');
  process.stdout.write(`${daemonTable(await watchDaemon(path.resolve(folder), Number(process.argv[3] ?? 200)))}\n`);
}
