/** `kerb daemon` as people and programs start it: real processes, whatever their environment, however they end. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { kerbPath, runKerb } from '../test/command.ts';
import { until } from '../test/until.ts';
import { ask, askStatus } from './client/ask.ts';
import { ensureDaemon } from './client/launch.ts';
import { stopDaemon } from './client/stop.ts';
import { type Address, addressOf } from './process/address.ts';
import { daemonStatus, decideAnswer } from './protocol.ts';

test('it starts detached, says what it is, and ends when it is told to', async (context) => {
  const { home, address, kerb } = useHome(context);
  assert.deepEqual(kerb('status'), {
    status: 1,
    stdout: '',
    stderr: 'kerb: no daemon runs; `kerb daemon start` starts one\n',
  });
  const started = kerb('start', '--format', 'json');
  assert.equal(started.status, 0, started.stderr);
  const { socket, pid } = JSON.parse(started.stdout);
  assert.equal(socket, address.socket);
  assert.equal(kerb('start').stdout, `the daemon runs already (process ${pid})\n`);
  const said = kerb('status');
  assert.match(said.stdout, new RegExp(`^daemon +Kerb .*process ${pid}, running\\nup for +`));
  assert.equal(said.status, 0);
  const status = daemonStatus.parse(JSON.parse(kerb('status', '--format', 'json').stdout));
  assert.equal(status.pid, pid);
  if (process.platform === 'linux') assert.equal(readlinkSync(`/proc/${pid}/cwd`), '/');
  assert.equal(kerb('stop').stdout, `the daemon (process ${pid}) has ended\n`);
  assert.equal(kerb('stop').stdout, 'no daemon runs\n');
  assert.equal(existsSync(socket), false);
  assert.match(
    readFileSync(path.join(home, 'log/daemon.log'), 'utf8'),
    /listens on .*\n.*ends: it was told to\n.*ended\n$/,
  );
});

test('it needs no environment but its home, and keeps nothing of a hook’s', {
  skip: process.platform !== 'linux' && 'reads /proc',
}, async (context) => {
  const { home, address } = useHome(context);
  const hook = {
    KERB_HOME: home,
    GIT_DIR: '/nowhere/.git',
    GIT_INDEX_FILE: 'index',
    KERB_BREAK_GLASS: 'x',
    SECRET_TOKEN: 'y',
  };
  const network = { HTTPS_PROXY: '', NODE_USE_ENV_PROXY: '1', NODE_USE_SYSTEM_CA: '1' };
  for (const [env, own] of [
    [hook, {}],
    [{ KERB_HOME: home }, {}],
    [{ ...hook, ...network }, network],
  ] as const) {
    const started = spawnSync(process.execPath, [kerbPath, 'daemon', 'start'], { cwd: '/', env, encoding: 'utf8' });
    assert.equal(started.status, 0, started.stderr);
    const { pid } = await statusAt(address);
    const kept = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    assert.deepEqual(
      kept.filter((each) => !each.startsWith('MALLOC_')).sort(),
      ['', ...Object.entries({ KERB_HOME: home, ...own }).map((each) => each.join('='))].sort(),
    );
    await stopDaemon(address);
  }
});

test('50 starts at once leave one daemon', async (context) => {
  const { home, address } = useHome(context);
  const runs = Array.from({ length: 50 }, () => run(context, home));
  const first = await Promise.race(runs.map(async (child) => void (await ended(child)))).then(() => statusAt(address));
  const losers = runs.filter(({ pid }) => pid !== first.pid);
  assert.equal(losers.length, 49);
  for (const child of losers) assert.equal(await ended(child), 0);
  assert.equal((await statusAt(address)).pid, first.pid);
});

test('a newer client replaces the daemon, an older one uses the newer', async (context) => {
  const { home, address, kerb } = useHome(context);
  assert.equal(kerb('start').status, 0);
  const first = await statusAt(address);
  const program = { execPath: process.execPath, script: kerbPath };
  const startedBy = async (version: string) => {
    const before = process.env.KERB_HOME;
    process.env.KERB_HOME = home;
    try {
      const launch = await ensureDaemon({ address, logFile: path.join(home, 'log/daemon.log'), program, version });
      assert.ok(launch.kind === 'running', JSON.stringify(launch));
      return launch;
    } finally {
      if (before === undefined) delete process.env.KERB_HOME;
      else process.env.KERB_HOME = before;
    }
  };
  const older = await startedBy('0.0.1');
  assert.deepEqual([older.isNew, older.status.pid], [false, first.pid]);
  const newer = await startedBy('99.0.0');
  assert.deepEqual([newer.isNew, isAlive(first.pid)], [true, false]);
  assert.equal((await statusAt(address)).pid, newer.status.pid);
});

test('after kill -9 the next one takes the socket and the lock over', async (context) => {
  const { address, kerb } = useHome(context);
  for (let round = 0; round < 2; round++) {
    assert.equal(kerb('start').status, 0);
    const { pid } = await statusAt(address);
    process.kill(pid, 'SIGKILL');
    await until(() => !isAlive(pid));
    assert.ok(existsSync(address.socket), 'the socket is left behind');
    assert.match(kerb('status').stderr, /no daemon runs/);
  }
  assert.equal(kerb('start').status, 0);
});

test('a store that could not be opened and can be now is opened by the next daemon: this one makes way', async (context) => {
  const { home, address, kerb } = useHome(context);
  assert.equal(kerb('start').status, 0);
  assert.equal(kerb('stop').status, 0);
  const file = path.join(home, 'store/kerb.db');
  const sound = readFileSync(file);
  const newer = Buffer.from(sound);
  // Where SQLite keeps the number of the schema.
  newer.writeUInt32BE(9_999, 60);
  writeFileSync(file, newer);
  assert.equal(kerb('start').status, 0);
  const { pid, problems } = await statusAt(address);
  assert.match(problems.join(), /newer Kerb/);
  const decide = () =>
    ask(address, {
      method: 'POST',
      path: '/v1/decide',
      body: {
        ...{ gate: 'commit', client: { name: 'pre-commit', version: '1' }, root: home, breakGlass: null },
        ...{ question: 'q', tree: 'a'.repeat(40) },
      },
      answer: decideAnswer,
      timeoutMs: 30_000,
    });
  const before = await decide();
  assert.ok(before.kind === 'refused' && before.code === 'fault', JSON.stringify(before));
  assert.match(before.message, /newer Kerb/);
  writeFileSync(file, sound);
  const after = await decide();
  assert.ok(after.kind === 'refused' && after.code === 'stopping', JSON.stringify(after));
  await until(() => !isAlive(pid));
  assert.equal(kerb('start').status, 0);
  assert.deepEqual((await statusAt(address)).problems, []);
});

test('a daemon whose clock is set back is understood as before', async (context) => {
  const { home, address, kerb } = useHome(context);
  const back = path.join(home, 'back');
  const code = `import { existsSync } from 'node:fs'; const now = Date.now; Date.now = () => now() - (existsSync(${JSON.stringify(back)}) ? 3600000 : 0)`;
  const child = spawn(process.execPath, [kerbPath, 'daemon', 'run'], {
    env: {
      KERB_HOME: home,
      KERB_NO_BUILD: '1',
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}`,
    },
    stdio: 'ignore',
  });
  context.after(() => void child.kill('SIGKILL'));
  await until(async () => (await askStatus(address)).kind === 'answer');
  writeFileSync(back, '');
  const { uptimeMs, pid } = await statusAt(address);
  assert.ok(uptimeMs >= 0);
  assert.equal(kerb('start').stdout, `the daemon runs already (process ${pid})\n`);
});

test('it ends by itself when nobody needs it, and on a signal', async (context) => {
  const { home, address } = useHome(context);
  assert.equal(await ended(run(context, home, '--idle', '0.0001')), 0);
  assert.equal(existsSync(address.socket), false);
  const child = run(context, home);
  await until(async () => (await askStatus(address)).kind === 'answer');
  child.kill('SIGTERM');
  assert.equal(await ended(child), 0);
  assert.equal(existsSync(address.socket), false);
});

test('nothing listens on TCP', { skip: process.platform !== 'linux' && 'reads /proc' }, async (context) => {
  const { address, kerb } = useHome(context);
  kerb('start');
  const { pid } = await statusAt(address);
  const sockets = new Set(socketsOf(pid));
  assert.ok(sockets.size > 0, 'it has a socket');
  const known = ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((name) => inodesIn(`/proc/${pid}/net/${name}`));
  assert.deepEqual(
    known.filter((inode) => sockets.has(inode)),
    [],
  );
  // The reading is not blind: a server of this process is seen by it.
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = new Set(socketsOf(process.pid));
  assert.ok(inodesIn(`/proc/${process.pid}/net/tcp`).some((inode) => own.has(inode)));
  await new Promise((resolve) => server.close(resolve));
});

const notRoot = process.getuid?.() !== 0 && 'only root can make a folder of another user';

test('a folder or socket of another user is not used', { skip: notRoot }, async (context) => {
  const { home, address, kerb } = useHome(context);
  mkdirSync(home, { mode: 0o700 });
  mkdirSync(address.folder, { mode: 0o700 });
  chownSync(address.folder, 12_345, 12_345);
  for (const action of ['start', 'status', 'stop']) {
    const ran = kerb(action);
    assert.equal(ran.status, 2, action);
    assert.match(ran.stderr, /belongs to another user \(uid 12345\)/, action);
  }
  chownSync(address.folder, 0, 0);
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(address.socket, resolve));
  chownSync(address.socket, 12_345, 12_345);
  assert.match(kerb('status').stderr, /kerb-v1\.sock belongs to another user/);
  await new Promise((resolve) => squatter.close(resolve));
});

test('another user can neither ask nor enter', { skip: notRoot }, async (context) => {
  const { address, kerb } = useHome(context);
  kerb('start');
  chmodSync(path.dirname(path.dirname(address.folder)), 0o755);
  const asked = `require('net').connect(${JSON.stringify(address.socket)}).on('error', (e) => { console.log(e.code); }).on('connect', () => console.log('connected'))`;
  const stranger = spawnSync(process.execPath, ['-e', asked], { uid: 12_345, gid: 12_345, encoding: 'utf8', cwd: '/' });
  // As a stranger this very Node may not even be readable, which is the machine's matter.
  if (stranger.error === undefined) assert.equal(stranger.stdout, 'EACCES\n', stranger.stderr);
  else context.skip(`another user cannot run ${process.execPath}`);
});

test('a folder that is open to others is closed before it is used', async (context) => {
  const { home, address, kerb } = useHome(context);
  mkdirSync(address.folder, { recursive: true });
  chmodSync(home, 0o700);
  chmodSync(address.folder, 0o755);
  assert.equal(kerb('start').status, 0);
  chmodSync(address.folder, 0o755);
  assert.match(kerb('status').stderr, /open to other users \(mode 755\)/);
  chmodSync(address.folder, 0o700);
  assert.equal(kerb('status').status, 0);
});

test('what keeps it from starting is said, with the end of the log', (context) => {
  const { address, kerb } = useHome(context);
  mkdirSync(address.lock, { recursive: true });
  chmodSync(path.dirname(address.folder), 0o700);
  const ran = kerb('start');
  assert.equal(ran.status, 2);
  assert.match(
    ran.stderr,
    /^kerb: the daemon did not start: it ended with 2\nthe log .*daemon\.log ends with:\n[\s\S]*EISDIR/,
  );
});

interface UsedHome {
  readonly home: string;
  readonly address: Address;
  readonly kerb: (...args: string[]) => ReturnType<typeof runKerb>;
}

/** A home whose daemon is gone when the test ends. */
function useHome(context: TestContext): UsedHome {
  const folder = mkdtempSync(path.join(tmpdir(), 'kerb-daemon-'));
  const home = path.join(folder, 'home');
  const address = addressOf({ folder: path.join(home, 'run') });
  context.after(async () => {
    await stopDaemon(address);
    rmSync(folder, { recursive: true, force: true });
  });
  const kerb: UsedHome['kerb'] = (...args) => runKerb(['daemon', ...args], { cwd: folder, env: { KERB_HOME: home } });
  return { home, address, kerb };
}

function run(context: TestContext, home: string, ...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [kerbPath, 'daemon', 'run', ...args], {
    env: { KERB_HOME: home, KERB_NO_BUILD: '1' },
    stdio: 'ignore',
  });
  context.after(() => void child.kill('SIGKILL'));
  return child;
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve));
  return child.exitCode;
}

async function statusAt(address: Address) {
  const reply = await askStatus(address, 60_000);
  assert.ok(reply.kind === 'answer', JSON.stringify(reply));
  return reply.value;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The inodes of the sockets that a process has open. */
function socketsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((name) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(path.join(folder, name)))?.[1] ?? [];
    } catch {
      // It was closed meanwhile.
      return [];
    }
  });
}

/** The tenth column of a table of /proc/net. */
function inodesIn(table: string): string[] {
  return readFileSync(table, 'utf8')
    .split('\n')
    .slice(1)
    .flatMap((line) => line.trim().split(/\s+/)[9] ?? []);
}
