// The set-up that `npm start` and `npm test` do by themselves, in plain JavaScript so that any Node from 18 runs it:
// installs the locked dependencies when they are missing or older than the lock file, then runs a script on Node 24.
//
//   node toolchain.mjs SCRIPT [ARGUMENT…]
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { broughtNode, isAtLeast } from './bin/runtime.js';

const root = path.dirname(fileURLToPath(import.meta.url));
const stamp = path.join(root, 'node_modules', '.kerb-installed');

install();
const [script, ...rest] = process.argv.slice(2);
if (!script) fail('usage: node toolchain.mjs SCRIPT [ARGUMENT…]');
// Ctrl-C is for the script, which may have something to put away; this process ends with it.
process.on('SIGINT', () => {});
const result = spawnSync(runtime(), [path.join(root, script), ...rest], { stdio: 'inherit' });
if (result.error) fail(`${script} did not start: ${result.error.message}`);
process.exit(result.status ?? 1);

/** Runs `npm install` unless what is installed is what the lock file says for this platform. */
function install() {
  const text = readFileSync(path.join(root, 'package-lock.json'), 'utf8');
  const wanted = `${process.platform}-${process.arch}\n${text}`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  if (isInstalled(JSON.parse(text).packages)) {
    writeFileSync(stamp, wanted);
    return;
  }
  process.stderr.write('kerb: installing the locked dependencies (once)…\n');
  const npm = process.env.npm_execpath;
  const command = npm?.endsWith('.js') ? [process.execPath, npm] : [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
  // Not `npm ci`: it refuses a lock file that lacks another platform's optional packages, which are of no use here and
  // which not every registry has. `--no-save` keeps to the lock file and leaves it as it is.
  const quiet = [
    'install',
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    '--loglevel=error',
  ];
  const done = spawnSync(command[0], [...command.slice(1), ...quiet], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
    // Children must not inherit a dry run, a production-only install or another prefix from the npm that started us.
    env: {
      ...process.env,
      NODE_ENV: '',
      npm_config_omit: '',
      npm_config_dry_run: '',
      npm_config_update_notifier: 'false',
    },
  });
  if (done.status !== 0) fail('npm install failed, see above. It needs the package registry once.');
  writeFileSync(stamp, wanted);
}

/** Whether npm's own record of what it installed agrees, so that an `npm install` by hand is not undone. */
function isInstalled(locked) {
  const record = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(locked).every(([name, entry]) => {
    if (name === '' || installed[name]?.integrity === entry.integrity) return true;
    const elsewhere =
      entry.libc ||
      (entry.os && !entry.os.includes(process.platform)) ||
      (entry.cpu && !entry.cpu.includes(process.arch));
    return entry.optional === true && Boolean(elsewhere) && installed[name] === undefined;
  });
}

/** Node 24 that the lock file brings, or the running one where that is new enough. */
function runtime() {
  const brought = broughtNode(root);
  if (brought !== null) return brought;
  if (isAtLeast(22, 18)) return process.execPath;
  return fail(
    `Node ${process.versions.node} is too old to build Kerb and there is no Node 24 among the dependencies for ${process.platform}-${process.arch}. Install Node 24.`,
  );
}

function fail(message) {
  process.stderr.write(`kerb: ${message}\n`);
  process.exit(2);
}
