/** Hostile input: a clear word about each file, the others still judged, no crash, and no verdict where none is possible. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { kerbPath, runKerb } from '../test/command.ts';
import { createWorkTree } from '../test/workTree.ts';
import { jsonReport } from './report/contract.ts';

const pod = (key = 'privileged: true') => `apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop }
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext: { ${key} }
`;
const megabyte = 1024 * 1024;

/** A file, and what becomes of it: found in it, a problem, skipped, or nothing said. */
type Fate = 'finding' | 'problem' | 'skipped' | 'quiet';
const hostile: Readonly<Record<string, readonly [string | Buffer, Fate]>> = {
  'aliases.yaml': [
    `a0: &a0 [x, x]\n${Array.from({ length: 40 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}, *a${at}]\n`).join('')}`,
    'problem',
  ],
  'deep.yaml': [`a: ${'['.repeat(200_000)}`, 'problem'],
  'deep-block.yaml': [Array.from({ length: 1_000 }, (_, at) => `${' '.repeat(at)}k:\n`).join(''), 'problem'],
  'deep.json': [`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, 'problem'],
  'deep.ts': [`const a = ${'('.repeat(50_000)}1${')'.repeat(50_000)};\n`, 'problem'],
  'line.json': [`{"a": "${'x'.repeat(50 * megabyte)}"}`, 'problem'],
  'line.yaml': [`a: ${'x'.repeat(50 * megabyte)}`, 'problem'],
  'long.txt': ['aaaa '.repeat(1_800_000), 'quiet'],
  'nul.yaml': [`${pod()}# \0\n`, 'problem'],
  'latin1.yaml': [Buffer.from(`${pod()}# caf\u00e9\n`, 'latin1'), 'problem'],
  'utf16.yaml': [Buffer.from(`\uFEFF${pod()}`, 'utf16le'), 'finding'],
  'utf16-odd.yaml': [Buffer.from(`\uFEFF${pod()}`, 'utf16le').subarray(0, -1), 'problem'],
  'conflict.yaml': [`<<<<<<< HEAD\n${pod()}=======\n${pod('privileged: false')}>>>>>>> side\n`, 'problem'],
  'proto.yaml': [
    `__proto__: { privileged: true }\nconstructor: { prototype: { polluted: true } }\n---\n${pod()}`,
    'finding',
  ],
  'proto.json': ['{"__proto__": {"a": 1}, "toString": null, "hasOwnProperty": 1}', 'quiet'],
  'redos.txt': [`${'a'.repeat(50_000)}!\npassword = ${'a'.repeat(50_000)}!\n${'ey'.repeat(40_000)}\n`, 'quiet'],
  'redos.yml': [
    `on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: "${'${{ '.repeat(20_000)}"\n`,
    'quiet',
  ],
  Dockerfile: [`FROM x:1\nRUN ${'\\\n'.repeat(50_000)}true\n`, 'quiet'],
  'package.json': [
    `{"dependencies": {${Array.from({ length: 20_000 }, (_, at) => `"p${at}": "1.0.${at}"`).join(',')}}}`,
    'quiet',
  ],
  'image.png': [Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), 'skipped'],
  '-rf': ['plain\n', 'quiet'],
  'new\nline ; $(touch x) "q" \'s\'.yaml': [pod(), 'finding'],
  'ünïcode ☃ \u202e.yaml': [pod(), 'finding'],
  'tags.yaml': ['a: !!js/function "function () { throw 1 }"\nb: !!python/object:os.system x\n', 'quiet'],
  'merge.yaml': [`base: &base { <<: *base }\n${'<<: *base\n'.repeat(1_000)}`, 'problem'],
};

test('each hostile file gets its word, and the others are judged all the same', (context) => {
  const tree = createWorkTree(
    context,
    Object.fromEntries(Object.entries(hostile).map(([name, [text]]) => [name, text])),
  );
  symlinkSync('loop', path.join(tree.root, 'loop'));
  symlinkSync('..', path.join(tree.root, 'up'));
  writeFileSync(
    Buffer.concat([Buffer.from(`${tree.root}/not-utf8-`), Buffer.from([0xff, 0xfe]), Buffer.from('.yaml')]),
    pod(),
  );
  spawnSync('mkfifo', [path.join(tree.root, 'pipe.yaml')]);
  const ran = runKerb(['check', '--format', 'json'], { cwd: tree.root });
  assert.equal(ran.status, 1, ran.stderr);
  const report = jsonReport.parse(JSON.parse(ran.stdout));
  for (const [name, [, fate]] of Object.entries(hostile)) {
    const found = report.findings.some(({ file, policy }) => file === name && policy === 'kubernetes/privileged');
    const problems = report.problems.filter(({ file }) => file === name);
    if (fate === 'finding') assert.ok(found, name);
    else if (fate === 'problem') assert.ok(problems.length > 0, `no problem in ${name}`);
    else
      assert.deepEqual(
        problems.map(({ message }) => message),
        [],
        name,
      );
    assert.ok(problems.length <= 200, `${problems.length} problems in ${name}`);
  }
  assert.match(
    report.problems.find(({ file }) => file.startsWith('not-utf8-'))?.message ?? '',
    /a name that is not UTF-8/,
  );
});

test('a name that is not UTF-8 is told as such where it is named, too', (context) => {
  const tree = createWorkTree(context);
  const { status, stdout } = spawnSync(
    'sh',
    [
      '-c',
      'name=$(printf "bad\\377.yaml") && : > "$name" && KERB_NO_BUILD=1 exec "$0" "$1" check "$name"',
      process.execPath,
      kerbPath,
    ],
    { cwd: tree.root, encoding: 'utf8' },
  );
  assert.equal(status, 2);
  assert.match(stdout, /bad\uFFFD\.yaml: has a name that is not UTF-8, so it cannot be judged/);
});

test('where nothing else denies, what could not be judged leaves no verdict', (context) => {
  for (const name of ['aliases.yaml', 'deep.json', 'line.yaml', 'nul.yaml', 'latin1.yaml', 'conflict.yaml']) {
    const tree = createWorkTree(context, { [name]: hostile[name]?.[0] ?? '', 'good.txt': 'nothing\n' });
    const ran = runKerb(['check'], { cwd: tree.root });
    assert.equal(ran.status, 2, `${name}: ${ran.stdout.slice(0, 500)}`);
    assert.match(ran.stdout, new RegExp(`problem {2}${name}`));
    assert.ok(ran.stdout.length < 20_000, `${name}: ${ran.stdout.length} characters are said`);
  }
});

test('special files that are named are refused without being opened', (context) => {
  const tree = createWorkTree(context);
  if (spawnSync('mkfifo', [path.join(tree.root, 'pipe.yaml')]).status !== 0) return context.skip('there is no mkfifo');
  const ran = runKerb(['check', 'pipe.yaml'], { cwd: tree.root });
  assert.equal(ran.status, 2);
  assert.match(ran.stdout, /pipe\.yaml: is not a regular file/);
});

test('a named symbolic link that leads nowhere is a problem of its own, and the other paths are judged', (context) => {
  const tree = createWorkTree(context, { 'bad.yaml': pod() });
  symlinkSync('loop.yaml', path.join(tree.root, 'loop.yaml'));
  const alone = runKerb(['check', 'loop.yaml'], { cwd: tree.root });
  assert.equal(alone.status, 2);
  assert.match(alone.stdout, /problem {2}loop\.yaml: is a symbolic link that leads back to itself/);
  const both = runKerb(['check', 'loop.yaml', 'bad.yaml'], { cwd: tree.root });
  assert.equal(both.status, 1);
  assert.equal(both.stderr, '');
  assert.match(both.stdout, /kubernetes\/privileged/);
});

test('a working directory that is gone is said so', (context) => {
  const tree = createWorkTree(context);
  const { status, stderr } = spawnSync(
    'sh',
    [
      '-c',
      'mkdir gone && cd gone && rmdir ../gone && KERB_NO_BUILD=1 exec "$0" "$1" check',
      process.execPath,
      kerbPath,
    ],
    { cwd: tree.root, encoding: 'utf8' },
  );
  assert.equal(status, 2);
  assert.match(stderr, /^kerb: the working directory does not exist any more: .*\n$/);
});

test('what is wrong with a word of the command is said without what a terminal would obey', (context) => {
  const tree = createWorkTree(context);
  const ran = runKerb(['check', '--policies', 'a\u001b[31mb'], { cwd: tree.root });
  assert.equal(ran.status, 2);
  assert.match(ran.stderr, /^kerb: --policies a\uFFFD\[31mb: .* does not exist\n$/);
});

test('a file that may not be read leaves no verdict', (context) => {
  if (process.getuid?.() === 0) return context.skip('root may read everything');
  const tree = createWorkTree(context, { 'a.yaml': pod('privileged: false') });
  chmodSync(path.join(tree.root, 'a.yaml'), 0);
  const ran = runKerb(['check'], { cwd: tree.root });
  assert.equal(ran.status, 2);
  assert.match(ran.stdout, /a\.yaml.*permission denied/);
});

test('a text on stdin that is too large or no text leaves no verdict', (context) => {
  const tree = createWorkTree(context);
  for (const input of ['x'.repeat(11 * megabyte), Buffer.from([0xc3, 0x28]), `a\0`]) {
    assert.equal(runKerb(['check', '--stdin-path', 'a.yaml'], { cwd: tree.root, input }).status, 2);
  }
});
