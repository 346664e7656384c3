// `npm start [-- PATH]`: builds, checks PATH or a sample repository, and shows the way into an editor; with the sample it also
// shows an organisation: hub, device, a commit that is stopped, and its proof. With a terminal the hub then stays up until
// Ctrl-C. Without one all ends with 0 and leaves nothing running.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { makeSample } from './demo/sample.ts';
import { showOrganisation } from './demo/show.ts';

const root = import.meta.dirname;
const isWatched = process.stdin.isTTY === true && process.stdout.isTTY === true;

run(['build.mjs', '--quiet']);
const named = process.argv[2];
const folder = named === undefined ? makeSample() : path.resolve(process.env.INIT_CWD ?? '.', named);
if (!existsSync(folder)) fail(`${folder} does not exist`);

say(`\nkerb check ${folder}\n`);
const { status } = spawnSync(process.execPath, [path.join(root, 'bin/kerb'), 'check', folder], { stdio: 'inherit' });
// Somebody's own repository may hold what cannot be judged; the sample does not.
if (![0, 1, ...(named === undefined ? [] : [2])].includes(status ?? -1)) fail('there is no verdict: see above');
showTheWay(folder);
if (named === undefined) await showTheHub(folder);

function showTheWay(repository: string): void {
  const opened = isWatched && openEditor(repository);
  say(`
${opened ? 'VS Code opens on it, with Kerb from this checkout.' : 'To see the same while you type, in VS Code with Kerb from this checkout:'}

    code --extensionDevelopmentPath=${quoted(root)} ${quoted(repository)}

or open ${root} in VS Code and press F5. \`npm run package\` makes a VSIX to install.
Any other editor starts the language server by: ${quoted(path.join(root, 'bin/kerb'))} lsp --stdio
`);
}

/** Hooks are git's, so that without git there is nothing to show. */
async function showTheHub(repository: string): Promise<void> {
  if (!existsSync(path.join(repository, '.git'))) return say('There is no git: the hub and its hooks are not shown.');
  try {
    await showOrganisation({ repository, say, stays: isWatched ? 'untilInterrupted' : 'no' });
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

/** Whether there is a VS Code and it was started; it goes on when this process has ended. */
function openEditor(repository: string): boolean {
  const isWindows = process.platform === 'win32';
  if (spawnSync('code', ['--version'], { stdio: 'ignore', shell: isWindows }).status !== 0) return false;
  const args = [`--extensionDevelopmentPath=${root}`, repository].map((each) => (isWindows ? quoted(each) : each));
  spawn('code', args, { detached: true, stdio: 'ignore', shell: isWindows }).unref();
  return true;
}

function run(args: readonly string[]): void {
  const done = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (done.status !== 0) fail(`${args[0]} failed: see above`);
}

function quoted(text: string): string {
  return /^[\w./:=@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(message: string): never {
  process.stderr.write(`kerb: ${message}\n`);
  process.exit(1);
}
