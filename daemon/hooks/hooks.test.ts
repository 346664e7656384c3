/** The hooks as git runs them: real git, the built command, and a daemon of their own. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';

import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { kerbPath, stopLaunchedDaemonOf } from '../../test/command.ts';
import { addressOf } from '../process/address.ts';

const privileged = `apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - { name: web, image: "nginx:1.27", securityContext: { privileged: true } }
`;

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Place {
  readonly root: string;
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  write(files: Readonly<Record<string, string>>): void;
  /** Runs git, with the hooks. `env` is all that it gets beside what it needs. */
  git(args: readonly string[], env?: NodeJS.ProcessEnv, cwd?: string): Ran;
  kerb(...args: string[]): Ran;
}

/** A repository with a first commit, a home for Kerb, and nothing of this machine's configuration. */
function createPlace(context: TestContext): Place {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'kerb-hooks-')));
  const root = path.join(folder, 'a shop');
  const home = path.join(folder, 'kerb');
  mkdirSync(root);
  mkdirSync(home, { mode: 0o700 });
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    KERB_HOME: home,
    KERB_NO_BUILD: '1',
    GIT_CONFIG_NOSYSTEM: '1',
  };
  const run = (program: string, args: readonly string[], environment: NodeJS.ProcessEnv, cwd: string): Ran =>
    spawnSync(program, args, { cwd, env: environment, encoding: 'utf8', timeout: 120_000 });
  const place: Place = {
    root,
    home,
    env,
    write(files) {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
        writeFileSync(path.join(root, name), text);
      }
    },
    git: (args, environment = env, cwd = root) => run('git', args, environment, cwd),
    kerb: (...args) => run(process.execPath, [kerbPath, ...args], env, root),
  };
  context.after(() => {
    stopLaunchedDaemonOf(home);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  place.git(['init', '-q', '-b', 'main']);
  place.git(['config', 'user.name', 'Ada']);
  place.git(['config', 'user.email', 'ada@example.com']);
  place.write({ 'a.yaml': 'a: 1\n' });
  place.git(['add', '-A']);
  assert.equal(place.git(['commit', '-q', '-m', 'first']).status, 0);
  return place;
}

function installed(context: TestContext): Place {
  const place = createPlace(context);
  const answer = place.kerb('hooks', 'install');
  assert.equal(answer.status, 0, answer.stderr);
  return place;
}

test('a commit is blocked with no daemon and with one, and passes when it is repaired', (context) => {
  const place = installed(context);
  place.write({ 'pod.yaml': privileged });
  place.git(['add', '-A']);
  const cold = place.git(['commit', '-q', '-m', 'x']);
  assert.equal(cold.status, 1);
  assert.match(cold.stderr, /Kerb: this commit is denied[\s\S]*pod.yaml:6: .*privileged/);
  assert.equal(place.kerb('daemon', 'start').status, 0);
  const warm = place.git(['commit', '-q', '-m', 'x']);
  assert.equal(warm.status, 1);
  assert.equal(warm.stderr, cold.stderr);
  place.write({ 'pod.yaml': privileged.replace('true', 'false') });
  assert.equal(place.git(['commit', '-q', '-m', 'x']).status, 1, 'the index counts');
  assert.equal(place.git(['commit', '-q', '-a', '-m', 'x']).status, 0);
});

test('only what is committed counts: git commit PATH, partial staging, an empty commit, an amended one', (context) => {
  const place = installed(context);
  place.kerb('daemon', 'start');
  place.write({ 'pod.yaml': privileged, 'b.yaml': 'b: 1\n' });
  place.git(['add', '-A']);
  assert.equal(place.git(['commit', '-q', '-m', 'one path', 'b.yaml']).status, 0);
  assert.equal(place.git(['commit', '-q', '-m', 'the other']).status, 1);
  place.git(['rm', '-q', '--cached', 'pod.yaml']);
  assert.equal(place.git(['commit', '-q', '--allow-empty', '-m', 'empty']).status, 0);
  assert.equal(place.git(['commit', '-q', '--amend', '--allow-empty', '-m', 'amended']).status, 0);
});

test('50 commits at once, each in a work tree of its own, are judged by one daemon', async (context) => {
  const place = installed(context);
  place.kerb('daemon', 'start');
  const trees = Array.from({ length: 3 }, (_, index) => path.join(path.dirname(place.root), `tree-${index}`));
  for (const tree of trees) assert.equal(place.git(['worktree', 'add', '-q', '--detach', tree]).status, 0);
  for (const [index, tree] of trees.entries()) {
    writeFileSync(path.join(tree, 'pod.yaml'), index === 0 ? privileged : 'kind: Pod\n');
    place.git(['add', '-A'], place.env, tree);
  }
  const hook = path.join(place.root, '.git/hooks/pre-commit');
  const run = (tree: string): Promise<number | null> =>
    new Promise((resolve) => {
      const gitDir = place.git(['rev-parse', '--absolute-git-dir'], place.env, tree).stdout.trim();
      const env = { ...place.env, GIT_DIR: gitDir, GIT_INDEX_FILE: path.join(gitDir, 'index') };
      spawn(hook, [], { cwd: tree, env, stdio: 'ignore' }).on('close', resolve);
    });
  const statuses = await Promise.all(Array.from({ length: 50 }, (_, index) => run(trees[index % 3]!)));
  assert.deepEqual(
    statuses,
    statuses.map((_, index) => (index % 3 === 0 ? 1 : 0)),
  );
});

test('a hook that knows its index starts no git; where the index does not say its tree, git is asked for it', (context) => {
  const place = installed(context);
  place.kerb('daemon', 'start');
  place.write({ 'pod.yaml': privileged });
  place.git(['add', '-A']);
  const index = path.join(place.root, '.git/index');
  const hook = (PATH: string): Ran =>
    spawnSync(path.join(place.root, '.git/hooks/pre-commit'), [], {
      ...{ cwd: place.root, encoding: 'utf8', timeout: 120_000 },
      env: { ...place.env, PATH, GIT_INDEX_FILE: index },
    });
  const asked = hook(place.env.PATH ?? '');
  assert.equal(asked.status, 1);
  // git has written the tree, for that answer.
  const known = hook('');
  assert.equal(known.status, 1, known.stderr);
  assert.equal(known.stderr, asked.stderr);
  assert.match(known.stderr, /^Kerb: this commit is denied/);
});

test('from an empty PATH, and without HOME', (context) => {
  const place = installed(context);
  const git = spawnSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).stdout.trim();
  place.kerb('daemon', 'start');
  place.write({ 'pod.yaml': privileged });
  place.git(['add', '-A']);
  const identity = { GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'a@example.com' };
  const bare = { PATH: '', KERB_NO_BUILD: '1', KERB_HOME: place.home, ...identity };
  for (const daemon of ['runs', 'is stopped']) {
    if (daemon === 'is stopped') place.kerb('daemon', 'stop');
    const answer = spawnSync(git, ['commit', '-q', '-m', 'x'], { cwd: place.root, env: bare, encoding: 'utf8' });
    assert.equal(answer.status, 1, `the daemon ${daemon}: ${answer.stderr}`);
    assert.match(answer.stderr, /this commit is denied/);
  }
});

test('another home in the environment is not judged by the daemon of the first', (context) => {
  const place = installed(context);
  place.kerb('daemon', 'start');
  const other = path.join(path.dirname(place.root), 'other');
  mkdirSync(other, { mode: 0o700 });
  place.write({ 'pod.yaml': privileged });
  place.git(['add', '-A']);
  const answer = place.git(['commit', '-q', '-m', 'x'], { ...place.env, KERB_HOME: other });
  stopLaunchedDaemonOf(other);
  assert.equal(answer.status, 1);
  assert.ok(existsSync(path.join(other, 'store')));
});

test('a hook that was there runs afterwards with the same words and stdin, its status is kept, and uninstall restores all', (context) => {
  const place = createPlace(context);
  const hooks = path.join(place.root, '.git/hooks');
  const before = '#!/bin/sh\necho "before $* $(cat)" >>seen\nexit 7\n';
  mkdirSync(hooks, { recursive: true });
  writeFileSync(path.join(hooks, 'pre-push'), before);
  chmodSync(path.join(hooks, 'pre-push'), 0o751);
  const configuration = readFileSync(path.join(place.root, '.git/config'));
  assert.equal(place.kerb('hooks', 'install').status, 0);
  assert.equal(place.kerb('hooks', 'install').status, 0, 'twice is as once');
  const remote = path.join(path.dirname(place.root), 'remote.git');
  place.git(['init', '-q', '--bare', remote]);
  assert.equal(place.git(['push', '-q', remote, 'main']).status, 1);
  assert.match(
    readFileSync(path.join(place.root, 'seen'), 'utf8'),
    /^before .*remote.git .*remote.git refs\/heads\/main/,
  );
  assert.match(place.kerb('hooks', 'status').stdout, /pre-push +asks Kerb, then runs what was there before/);
  assert.equal(place.kerb('hooks', 'uninstall').status, 0);
  assert.equal(readFileSync(path.join(hooks, 'pre-push'), 'utf8'), before);
  assert.equal(statSync(path.join(hooks, 'pre-push')).mode & 0o777, 0o751);
  assert.equal(existsSync(path.join(hooks, 'pre-commit')), false);
  assert.deepEqual(readFileSync(path.join(place.root, '.git/config')), configuration);
});

test('what a hook that was there stages is judged as well', (context) => {
  const place = createPlace(context);
  const hook = path.join(place.root, '.git/hooks/pre-commit');
  mkdirSync(path.dirname(hook), { recursive: true });
  writeFileSync(hook, `#!/bin/sh\ncat >pod.yaml <<'END'\n${privileged}END\ngit add pod.yaml\n`, { mode: 0o755 });
  place.kerb('hooks', 'install');
  place.kerb('daemon', 'start');
  place.write({ 'b.yaml': 'b: 1\n' });
  place.git(['add', 'b.yaml']);
  const answer = place.git(['commit', '-q', '-m', 'x']);
  assert.equal(answer.status, 1);
  assert.match(answer.stderr, /pod.yaml/);
});

test('core.hooksPath of another runner stays as it is: Kerb stands before it and passes on', (context) => {
  const place = createPlace(context);
  const configuration = path.join(place.root, '.git/config');
  place.git(['config', 'core.hooksPath', '.husky/_']);
  const before = readFileSync(configuration);
  for (const hook of ['pre-commit', 'post-commit']) {
    place.write({ [`.husky/_/${hook}`]: `#!/bin/sh\necho ${hook} >>seen\n` });
    chmodSync(path.join(place.root, '.husky/_', hook), 0o755);
  }
  assert.equal(place.kerb('hooks', 'install').status, 0);
  place.write({ 'b.yaml': 'b: 1\n' });
  place.git(['add', 'b.yaml']);
  const answer = place.git(['commit', '-q', '-m', 'x']);
  assert.equal(answer.status, 0, answer.stderr);
  assert.equal(readFileSync(path.join(place.root, 'seen'), 'utf8'), 'pre-commit\npost-commit\n');
  place.write({ 'pod.yaml': privileged });
  place.git(['add', 'pod.yaml']);
  assert.equal(place.git(['commit', '-q', '-m', 'x']).status, 1);
  assert.equal(place.kerb('hooks', 'uninstall').status, 0);
  assert.deepEqual(readFileSync(configuration), before);
});

test('installed for all repositories: their own hooks run too, and one that has Kerb already is judged once', (context) => {
  const place = createPlace(context);
  place.kerb('hooks', 'install');
  assert.equal(place.kerb('hooks', 'install', '--global').status, 0);
  place.kerb('daemon', 'start');
  place.write({ 'pod.yaml': privileged });
  place.git(['add', '-A']);
  const answer = place.git(['commit', '-q', '-m', 'x']);
  assert.equal(answer.status, 1);
  assert.equal(answer.stderr.match(/this commit is denied/g)?.length, 1);
  place.git(['reset', '-q']);
  assert.equal(place.git(['commit', '-q', '--allow-empty', '-m', 'x']).status, 0);
  assert.equal(place.kerb('hooks', 'uninstall', '--global').status, 0);
  assert.equal(place.git(['config', '--global', 'core.hooksPath']).status, 1);
});

test('a push out of a bare repository is judged, with no daemon and with one', (context) => {
  const place = createPlace(context);
  assert.equal(place.kerb('hooks', 'install', '--global').status, 0);
  place.write({ 'pod.yaml': privileged });
  place.git(['add', '-A']);
  assert.equal(place.git(['commit', '-q', '--no-verify', '-m', 'x']).status, 0);
  const [bare, remote] = ['bare', 'remote'].map((name) => path.join(path.dirname(place.root), name));
  place.git(['clone', '-q', '--bare', place.root, bare!]);
  place.git(['init', '-q', '--bare', remote!]);
  for (const start of [false, true]) {
    if (start) assert.equal(place.kerb('daemon', 'start').status, 0);
    const push = place.git(['push', '-q', remote!, 'main'], place.env, bare);
    assert.equal(push.status, 1);
    assert.match(push.stderr, /this push is denied[\s\S]*pod\.yaml:6: /);
  }
  assert.equal(place.git(['push', '-q', remote!, 'main~1:refs/heads/main'], place.env, bare).status, 0);
});

test('break-glass passes, and says so', (context) => {
  const place = installed(context);
  place.kerb('daemon', 'start');
  place.write({ 'pod.yaml': privileged });
  place.git(['add', '-A']);
  const answer = place.git(['commit', '-q', '-m', 'x'], { ...place.env, KERB_BREAK_GLASS: 'the shop is down' });
  assert.equal(answer.status, 0);
  assert.match(answer.stderr, /BREAK-GLASS[\s\S]*the shop is down/);
});

test('a message is judged where a policy speaks of messages, and only there', (context) => {
  const place = createPlace(context);
  place.write({
    'kerb.yaml': 'policyFolders: [policies]\n',
    'policies/team/ticket.yaml': `title: A commit names its ticket
severity: high
why: Nobody finds out later what a change was for.
remedy: Begin the message with the ticket, as in "SHOP-1 Add the basket".
owners: [team-shop]
resource: change.message
require: self.subject.matches('^SHOP-[0-9]+ ')
message: "the message names no ticket"
`,
    'policies/team/ticket.md': '# team/ticket\n',
  });
  place.git(['add', '-A']);
  place.git(['commit', '-q', '-m', 'rules']);
  place.kerb('hooks', 'install');
  const hook = path.join(place.root, '.git/hooks/commit-msg');
  assert.equal(existsSync(hook), false);
  assert.match(place.kerb('hooks', 'status').stdout, /commit-msg +asks Kerb once a policy speaks of messages/);
  assert.equal(place.kerb('doctor').status, 0);
  place.write({ 'b.yaml': 'b: 1\n' });
  place.git(['add', '-A']);
  const refused = place.git(['commit', '-q', '-m', 'whatever']);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /this commit message is denied[\s\S]*names no ticket/);
  const hidden = place.git(['commit', '-q', '-m', `SHOP-7 Add b\n\n#ghp_${'k3J9dLq0ZxV7bN2mW8rT5yU1oP4aS6fGhE2c'}`]);
  assert.equal(hidden.status, 1, 'without an editor git keeps this line');
  assert.equal(place.git(['commit', '-q', '-m', 'SHOP-7 Add b']).status, 0);
  place.kerb('hooks', 'install');
  assert.equal(existsSync(hook), true, 'it stays where it was needed once');
  place.kerb('hooks', 'uninstall');
  assert.deepEqual(
    readdirSync(path.dirname(hook)).filter((name) => !name.endsWith('.sample')),
    [],
  );
});

test('a repository apart from its work tree, as for dotfiles, is judged as any other, also where another one is at that place', (context) => {
  const place = installed(context);
  const dotfiles = path.join(path.dirname(place.root), 'dotfiles');
  const apart = path.join(path.dirname(place.root), 'apart');
  mkdirSync(apart);
  writeFileSync(path.join(apart, 'pod.yaml'), privileged);
  place.write({ 'dotted.yaml': privileged });
  place.git(['init', '-q', '--bare', dotfiles]);
  place.git(['config', '--global', 'user.name', 'Ada']);
  place.git(['config', '--global', 'user.email', 'ada@example.com']);
  const kerb = (...args: string[]) =>
    spawnSync(process.execPath, [kerbPath, ...args], { cwd: dotfiles, env: place.env, encoding: 'utf8' });
  for (const args of [['hooks', 'install'], ['hooks', 'status'], ['doctor']])
    assert.equal(kerb(...args).status, 0, args.join(' '));
  for (const [tree, file] of [
    [apart, 'pod.yaml'],
    [place.root, 'dotted.yaml'],
  ] as const)
    for (const daemon of ['stop', 'start']) {
      place.kerb('daemon', daemon);
      const named = [`--git-dir=${dotfiles}`, `--work-tree=${tree}`];
      place.git([...named, 'add', file], place.env, tree);
      const refused = place.git([...named, 'commit', '-q', '-m', 'x'], place.env, tree);
      assert.equal(refused.status, 1, refused.stderr);
      assert.match(refused.stderr, new RegExp(`${file}:6: container web runs privileged`));
      place.git([...named, 'rm', '-q', '--cached', file], place.env, tree);
      writeFileSync(path.join(tree, 'mild.yaml'), `a: ${daemon} ${file}\n`);
      place.git([...named, 'add', 'mild.yaml'], place.env, tree);
      const passed = place.git([...named, 'commit', '-q', '-m', 'x'], place.env, tree);
      assert.deepEqual([passed.status, passed.stderr], [0, '']);
    }
  assert.equal(kerb('hooks', 'uninstall').status, 0);
  assert.equal(existsSync(path.join(dotfiles, 'hooks/pre-commit')), false);
});

test('a folder whose path is not UTF-8 is told as such, and lets no commit pass', {
  skip: process.platform !== 'linux' && 'no file system has such names there',
}, (context) => {
  const place = createPlace(context);
  const odd = `cd "$(printf 'shop\\377')"`;
  const sh = (line: string) => spawnSync('sh', ['-c', line], { cwd: place.home, env: place.env, encoding: 'utf8' });
  sh(`mkdir "$(printf 'shop\\377')"; ${odd} && git init -q`);
  const kerb = `'${process.execPath}' '${kerbPath}'`;
  for (const command of ['hooks install', 'doctor', 'hook pre-commit']) {
    const { status, stderr } = sh(`${odd} && ${kerb} ${command}`);
    assert.deepEqual([command, status], [command, 2]);
    assert.match(stderr, /the path of this folder is not UTF-8/);
  }
});

test('hooks that cannot be written, and a log that cannot, are told with what to do; the decision stands', (context) => {
  const place = installed(context);
  mkdirSync(path.join(place.home, 'log/daemon.log'), { recursive: true });
  place.write({ 'b.yaml': 'b: 1\n' });
  place.git(['add', '-A']);
  const passed = place.git(['commit', '-q', '-m', 'x']);
  assert.equal(passed.status, 0, passed.stderr);
  const started = place.kerb('daemon', 'start');
  assert.deepEqual([started.status, /daemon.log cannot be written/.test(started.stderr)], [2, true], started.stderr);
  const hooks = path.join(place.root, '.git/hooks');
  rmSync(hooks, { recursive: true });
  writeFileSync(hooks, 'no folder');
  for (const args of [
    ['hooks', 'install'],
    ['doctor', '--fix'],
  ]) {
    const { status, stderr } = place.kerb(...args);
    assert.equal(status, 2);
    assert.match(stderr, /^kerb: .*cannot be written \(E\w+\): mend that/);
  }
});

test('a hook whose environment names no home keeps its decisions where it was installed from, with no daemon too', (context) => {
  const place = installed(context);
  const { KERB_HOME: _home, ...bare } = place.env;
  for (const daemon of ['stop', 'start']) {
    place.kerb('daemon', daemon);
    place.write({ 'b.yaml': `b: ${daemon}\n` });
    place.git(['add', '-A']);
    assert.equal(place.git(['commit', '-q', '-m', 'x'], bare).status, 0);
    const { status, stderr } = place.kerb('check', '--range', 'HEAD~1..HEAD', '--require-decisions');
    assert.equal(status, 0, stderr);
  }
  assert.equal(existsSync(path.join(path.dirname(place.home), '.local/state/kerb')), false);
});

test('a bare repository is judged where its work trees commit, and where it pushes', (context) => {
  const place = createPlace(context);
  const bare = path.join(path.dirname(place.root), 'shop.git');
  const linked = path.join(path.dirname(place.root), 'linked');
  const remote = path.join(path.dirname(place.root), 'remote.git');
  place.git(['clone', '-q', '--bare', place.root, bare]);
  place.git(['init', '-q', '--bare', remote]);
  place.git(['remote', 'set-url', 'origin', remote], place.env, bare);
  place.git(['config', 'user.name', 'Ada'], place.env, bare);
  place.git(['config', 'user.email', 'ada@example.com'], place.env, bare);
  const kerb = (...args: string[]) =>
    spawnSync(process.execPath, [kerbPath, ...args], { cwd: bare, env: place.env, encoding: 'utf8' });
  for (const args of [['hooks', 'install'], ['hooks', 'status'], ['doctor'], ['daemon', 'start']])
    assert.equal(kerb(...args).status, 0, args.join(' '));
  place.git(['worktree', 'add', '-q', linked, 'main'], place.env, bare);
  writeFileSync(path.join(linked, 'pod.yaml'), privileged);
  place.git(['add', '-A'], place.env, linked);
  const refused = place.git(['commit', '-q', '-m', 'x'], place.env, linked);
  assert.match(refused.stderr, /pod.yaml:6: /);
  place.git(['commit', '-q', '--no-verify', '-m', 'x'], place.env, linked);
  for (const cwd of [bare, linked]) {
    const pushed = place.git(['push', '-q', 'origin', 'main'], place.env, cwd);
    assert.match(pushed.stderr, /this push is denied[\s\S]*pod.yaml:6: /);
  }
  assert.equal(place.git(['push', '-q', 'origin', 'main~1:refs/heads/main'], place.env, bare).status, 0);
});

test('a hook on messages that waits is taken away, and gives way to another program’s', (context) => {
  const place = installed(context);
  const folder = path.join(place.root, '.git/hooks');
  writeFileSync(path.join(folder, 'commit-msg'), '#!/bin/sh\nexit 3\n', { mode: 0o755 });
  assert.match(place.kerb('doctor').stdout, /commit-msg: is another program's/);
  place.kerb('hooks', 'install');
  place.write({ 'b.yaml': 'b: 1\n' });
  place.git(['add', '-A']);
  assert.equal(place.git(['commit', '-q', '-m', 'x']).status, 1);
  place.kerb('hooks', 'uninstall');
  assert.deepEqual(
    readdirSync(folder).filter((name) => !name.endsWith('.sample')),
    ['commit-msg'],
  );
});

test('without perl by curl, without either by a process of its own, and without its runtime it says what to do', (context) => {
  const place = installed(context);
  place.kerb('daemon', 'start');
  place.write({ 'pod.yaml': privileged });
  place.git(['add', '-A']);
  const hook = path.join(place.root, '.git/hooks/pre-commit');
  const change = (from: RegExp, to: string): void =>
    writeFileSync(hook, readFileSync(hook, 'utf8').replace(from, to), { mode: 0o755 });
  const first = place.git(['commit', '-q', '-m', 'x']).stderr;
  change(/^perl=.*$/m, "perl=''");
  assert.deepEqual([place.git(['commit', '-q', '-m', 'x']).stderr], [first]);
  change(/^curl=.*$/m, "curl=''");
  assert.deepEqual([place.git(['commit', '-q', '-m', 'x']).stderr], [first]);
  change(/^runtime=.*$/m, "runtime='/nowhere/node'");
  const stale = place.git(['commit', '-q', '-m', 'x']);
  assert.equal(stale.status, 1);
  assert.match(stale.stderr, /kerb hooks install/);
});

test('without a daemon a hook begins from a snapshot, and where that cannot be, judges the same and puts it away', (context) => {
  const place = installed(context);
  const hook = path.join(place.root, '.git/hooks/pre-commit');
  const [, snapshot = ''] = /^snapshot='(.*)'$/m.exec(readFileSync(hook, 'utf8')) ?? [];
  if (!existsSync(snapshot) || statSync(snapshot).size === 0) return context.skip('there is none for this Node');
  place.write({ 'pod.yaml': privileged });
  place.git(['add', '-A']);
  const starts = path.join(place.home, 'starts');
  const runtime = path.join(place.home, 'node');
  const script = `#!/bin/sh\necho "$*" >>'${starts}'\nexec '${process.execPath}' "$@"\n`;
  writeFileSync(runtime, script, { mode: 0o755 });
  const change = (from: RegExp, to: string): void =>
    writeFileSync(hook, readFileSync(hook, 'utf8').replace(from, to), { mode: 0o755 });
  change(/^runtime=.*$/m, `runtime='${runtime}'`);
  const judge = (): Ran & { readonly starts: number; readonly fromSnapshot: number } => {
    stopLaunchedDaemonOf(place.home);
    rmSync(starts, { force: true });
    const ran = place.git(['commit', '-q', '-m', 'x']);
    const lines = readFileSync(starts, 'utf8').trimEnd().split('\n');
    return {
      ...ran,
      starts: lines.length,
      fromSnapshot: lines.filter((line) => line.includes('--snapshot-blob')).length,
    };
  };
  const first = judge();
  assert.deepEqual([first.status, first.starts, first.fromSnapshot], [1, 1, 1]);
  const other = path.join(place.home, 'other.blob');
  writeFileSync(other, 'of another Node');
  change(/^snapshot=.*$/m, `snapshot='${other}'`);
  const second = judge();
  assert.deepEqual([second.status, second.starts, second.fromSnapshot], [1, 2, 1]);
  assert.ok(second.stderr.endsWith(first.stderr), second.stderr);
  assert.equal(existsSync(other), false);
});

test('a runtime that cannot keep decisions installs no hooks, which would stop every commit', (context) => {
  const place = createPlace(context);
  // As Node 20 says of itself. There is no other way to it than by the environment.
  const code = "Object.defineProperty(process, 'versions', { value: { ...process.versions, napi: '9' } })";
  place.env.NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(code)}`;
  for (const args of [
    ['hooks', 'install'],
    ['hooks', 'install', '--global'],
    ['doctor', '--fix'],
  ]) {
    const { status, stderr } = place.kerb(...args);
    assert.equal(status, 2, args.join(' '));
    assert.match(stderr, /hooks on this runtime would stop every commit: Node .* Node 22\.14 or newer can/);
  }
  assert.equal(existsSync(path.join(place.root, '.git/hooks/pre-commit')), false);
});

test('doctor finds what keeps git from asking, mends it, and then finds nothing', (context) => {
  const place = installed(context);
  const hook = path.join(place.root, '.git/hooks/pre-commit');
  const text = readFileSync(hook, 'utf8');
  const runtime = (body: string): string => {
    const file = path.join(place.home, 'another node');
    writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    return file;
  };
  const cases: readonly [() => void, RegExp][] = [
    [() => chmodSync(hook, 0o644), /pre-commit: is not executable/],
    [() => writeFileSync(hook, text.replaceAll('\n', '\r\n')), /line ends of Windows/],
    [
      () => writeFileSync(hook, text.replace(/^runtime=.*$/m, "runtime='/nowhere/node'")),
      /runtime is not there any more/,
    ],
    [
      () => writeFileSync(hook, text.replace(/^runtime=.*$/m, `runtime='${runtime('echo no library >&2; exit 127')}'`)),
      /pre-commit: its runtime does not run: .*\(it ended with 127: no library\)/,
    ],
    [
      () => writeFileSync(hook, text.replace(/^runtime=.*$/m, `runtime='${runtime('echo node 20.11.1 9')}'`)),
      /pre-commit: its runtime .* would stop every commit: Node 20\.11\.1 cannot/,
    ],
    [() => writeFileSync(hook, text.replace(/^socket=.*$/m, "socket='/nowhere/sock'")), /asks at \/nowhere\/sock/],
    [() => writeFileSync(hook, '#!/bin/sh\nexit 0\n'), /pre-commit: is another program's/],
    [() => rmSync(hook), /pre-commit: is not there/],
    [() => place.git(['config', 'core.hooksPath', '.husky/_']), /core.hooksPath says so \(local, /],
  ];
  assert.equal(place.kerb('doctor').status, 0);
  for (const [harm, words] of cases) {
    harm();
    const found = place.kerb('doctor');
    assert.equal(found.status, 1);
    assert.match(found.stdout, words);
    const mended = place.kerb('doctor', '--fix');
    assert.equal(mended.status, 0, mended.stdout);
  }
});

test('doctor starts no runtime that lies in the repository', (context) => {
  const place = installed(context);
  const hook = path.join(place.root, '.git/hooks/pre-commit');
  const trap = path.join(place.root, 'node');
  const sprung = path.join(place.home, 'sprung');
  writeFileSync(trap, `#!/bin/sh\ntouch '${sprung}'\n`, { mode: 0o755 });
  writeFileSync(hook, readFileSync(hook, 'utf8').replace(/^runtime=.*$/m, `runtime='${trap}'`));
  place.kerb('doctor');
  assert.equal(existsSync(sprung), false);
});

test('what a person tells their Node has no say in a hook', (context) => {
  const place = installed(context);
  place.write({ 'b.yaml': 'b: 1\n' });
  place.git(['add', '-A']);
  const { status, stderr } = place.git(['commit', '-q', '-m', 'x'], { ...place.env, NODE_OPTIONS: '--no-such-option' });
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
});

test('a merge that git makes by itself is judged for what is its own, by each way to ask', (context) => {
  const place = installed(context);
  place.git(['checkout', '-q', '-b', 'side']);
  place.write({ 'pod.yaml': privileged });
  place.git(['add', '-A']);
  place.git(['commit', '-q', '--no-verify', '-m', 'side']);
  place.git(['checkout', '-q', 'main']);
  place.write({ 'b.yaml': 'b: 1\n' });
  place.git(['add', '-A']);
  place.git(['commit', '-q', '--no-verify', '-m', 'main']);
  const merge = (): Ran => {
    place.git(['reset', '-q', '--hard', 'ORIG_HEAD']);
    return place.git(['merge', '-q', '--no-edit', 'side']);
  };
  place.git(['update-ref', 'ORIG_HEAD', 'HEAD']);
  const cold = merge();
  assert.deepEqual([cold.status, cold.stderr], [0, '']);
  assert.equal(place.kerb('daemon', 'start').status, 0);
  const hook = path.join(place.root, '.git/hooks/pre-merge-commit');
  for (const way of ['perl', 'curl']) {
    const merged = merge();
    assert.deepEqual([way, merged.status, merged.stderr], [way, 0, '']);
    writeFileSync(hook, readFileSync(hook, 'utf8').replace(/^perl=.*$/m, "perl=''"), { mode: 0o755 });
  }
  place.git(['reset', '-q', '--hard', 'ORIG_HEAD']);
  place.git(['merge', '-q', '--no-commit', 'side']);
  place.write({ 'own.yaml': privileged });
  place.git(['add', '-A']);
  const own = place.git(['commit', '-q', '--no-edit']);
  assert.equal(own.status, 1);
  assert.match(own.stderr, /own\.yaml:6: /);
  assert.doesNotMatch(own.stderr, /pod\.yaml/);
});

test('a daemon that dies as soon as it is reached is no verdict: it is judged here, and said', async (context) => {
  const place = installed(context);
  place.write({ 'pod.yaml': privileged });
  place.git(['add', '-A']);
  const { socket } = addressOf({ folder: path.join(place.home, 'run') });
  mkdirSync(path.dirname(socket), { recursive: true, mode: 0o700 });
  const dying = `require('node:net').createServer(() => process.exit())
    .listen(process.argv[1], () => process.stdout.write('listens'))`;
  const daemon = spawn(process.execPath, ['-e', dying, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  context.after(() => daemon.kill());
  await once(daemon.stdout, 'data');
  // A perl that is slow between its call and its first word.
  const hook = path.join(place.root, '.git/hooks/pre-commit');
  const text = readFileSync(hook, 'utf8');
  const perl = /^perl='(.+)'$/m.exec(text)?.[1];
  const slow = path.join(place.home, 'perl');
  writeFileSync(
    slow,
    `#!/bin/sh\nprogram=$(printf '%s' "$2" | sed 's/^my .sent = /sleep 1; &/') && shift 2 && exec '${perl}' -e "$program" "$@"\n`,
    { mode: 0o755 },
  );
  writeFileSync(hook, text.replace(/^perl=.*$/m, `perl='${slow}'`), { mode: 0o755 });
  const commit = place.git(['commit', '-q', '-m', 'pod']);
  assert.equal(commit.status, 1);
  assert.match(commit.stderr, /kubernetes\/privileged/);
});

test('an index that lies elsewhere is the one that is judged, also where it does not say its tree and no daemon runs', (context) => {
  const place = installed(context);
  place.write({ 'pod.yaml': privileged, 'later.yaml': 'a: 1\n' });
  const env = { ...place.env, GIT_INDEX_FILE: path.join(place.home, 'index') };
  place.git(['read-tree', 'HEAD'], env);
  place.git(['add', 'pod.yaml'], env);
  place.git(['add', '--intent-to-add', 'later.yaml'], env);
  for (const daemon of ['none', 'runs']) {
    if (daemon === 'runs') place.kerb('daemon', 'start');
    const answer = place.git(['commit', '-q', '-m', 'x'], env);
    assert.equal(answer.status, 1, daemon);
    assert.match(answer.stderr, /pod\.yaml:6: /);
  }
});

test('after a runner has taken the place of Kerb’s hook again and again, uninstall leaves that runner’s alone', (context) => {
  const place = installed(context);
  const folder = path.join(place.root, '.git/hooks');
  const file = path.join(folder, 'pre-commit');
  const runner = '#!/bin/sh\nif [ -x "$0.legacy" ]; then "$0.legacy" "$@"; fi\n';
  for (let time = 0; time < 3; time++) {
    // As pre-commit installs itself: what was there goes on as `.legacy`.
    if (time === 0) renameSync(file, `${file}.legacy`);
    writeFileSync(file, runner, { mode: 0o755 });
    assert.equal(place.kerb('doctor', '--fix').status, 0);
  }
  place.write({ 'pod.yaml': privileged });
  place.git(['add', '-A']);
  assert.equal(place.git(['commit', '-q', '-m', 'x']).stderr.match(/this commit is denied/g)?.length, 1);
  assert.equal(place.kerb('hooks', 'uninstall').status, 0);
  assert.deepEqual(
    readdirSync(folder).filter((name) => !name.endsWith('.sample')),
    ['pre-commit'],
  );
  assert.equal(readFileSync(file, 'utf8'), runner);
  assert.equal(place.git(['commit', '-q', '-m', 'x']).status, 0);
});
