/** `kerb check` end to end: what it says, how it ends, and that every way to the same content gives the same findings. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { kerbPath, type Ran, runKerb } from '../test/command.ts';
import { harmless, privileged } from '../test/manifests.ts';
import { createRepository, createWorkTree } from '../test/workTree.ts';
import { jsonReport } from './report/contract.ts';

const id = 'kubernetes/privileged';

function findingsOf(ran: Ran) {
  return jsonReport.parse(JSON.parse(ran.stdout)).findings;
}

test('exit codes: 0 allow, 1 deny, 2 no verdict', (context) => {
  const tree = createWorkTree(context, {
    'good.yaml': harmless,
    'bad.yaml': privileged,
    'empty/README.md': '# Nothing yet\n',
    'latin1.txt': Buffer.from('caf\u00e9', 'latin1'),
  });
  symlinkSync('loop', path.join(tree.root, 'loop'));
  const cases: readonly [readonly string[], number, RegExp][] = [
    [['check', 'good.yaml'], 0, /^$/],
    [['check', 'bad.yaml'], 1, /^$/],
    [['check'], 1, /^$/],
    [['check', 'latin1.txt'], 2, /^$/],
    [['check', 'nowhere.yaml'], 2, /^$/],
    [['check', 'good.yaml', 'nowhere.yaml'], 2, /^$/],
    [['check', '--format', 'yaml'], 2, /the formats are/],
    [['check', '--gate', 'comit'], 2, /--gate "comit": the gates are check, editor, commit, push/],
    [['check', '--gate', 'admission', 'good.yaml'], 0, /^$/],
    [['check', ''], 2, /a PATH is empty/],
    [['check', '--stdin-path', ''], 2, /--stdin-path is empty/],
    [['check', '--policies', ''], 2, /--policies/],
    [['check', '--unknown'], 2, /Unknown option '--unknown'/],
    [['check', '--staged'], 2, /no git repository/],
    [['check', '--staged', '--range', 'a..b'], 2, /exclude one another/],
    [['check', '--staged', '--fix'], 2, /--fix works on files/],
    [['check', '--stdin-path', 'a.yaml', 'b.yaml'], 2, /judges one text/],
    [['check', '--policies', 'nowhere', 'good.yaml'], 2, /--policies nowhere: .*nowhere does not exist/],
    [['check', '--policies', 'good.yaml', 'good.yaml'], 2, /--policies good\.yaml: that is a file; name the folder/],
    [['check', '--policies', 'empty', 'good.yaml'], 2, /--policies empty: there is no policy in it/],
    [['check', '--policies', 'loop', 'good.yaml'], 2, /^kerb: --policies loop: .*loop cannot be read \(ELOOP\)/],
    [['test', 'loop'], 2, /^kerb: kerb test: .*loop cannot be read \(ELOOP\)\n$/],
    [['catalog', '--policies', 'empty'], 2, /--policies empty: there is no policy in it/],
    [['no-such-command'], 2, /there is no command "no-such-command"/],
    [[], 2, /Kerb judges/],
    [['--help'], 0, /^$/],
    [['check', '--help'], 0, /^$/],
    [['--version'], 0, /^$/],
  ];
  for (const [args, status, stderr] of cases) {
    const ran = runKerb(args, { cwd: tree.root });
    assert.equal(ran.status, status, `kerb ${args.join(' ')}: ${ran.stdout}${ran.stderr}`);
    assert.match(ran.stderr, stderr, `kerb ${args.join(' ')}`);
  }
});

test('the JSON is the contract', (context) => {
  const tree = createWorkTree(context, { 'deploy/bad.yaml': privileged });
  const report = jsonReport.parse(
    JSON.parse(runKerb(['check', '--format', 'json', '--gate', 'commit'], { cwd: tree.root }).stdout),
  );
  assert.equal(report.decision.gate, 'commit');
  assert.equal(report.decision.effect, 'deny');
  assert.deepEqual(report.files, { checked: 1, skipped: 0 });
  const finding = report.findings.find(({ policy }) => policy === id);
  assert.ok(finding);
  assert.equal(finding.file, 'deploy/bad.yaml');
  assert.deepEqual(finding.range, { start: { line: 11, column: 21 }, end: { line: 11, column: 25 } });
  assert.equal(finding.path, 'spec.containers[0].securityContext.privileged');
});

test('CRLF, byte order marks and UTF-16 change neither findings nor ranges', (context) => {
  const tree = createWorkTree(context, { 'web.yaml': privileged });
  const expected = findingsOf(runKerb(['check', '--format', 'json'], { cwd: tree.root }));
  const crlf = privileged.replaceAll('\n', '\r\n');
  const encoded = [
    Buffer.from(crlf),
    Buffer.from(`\uFEFF${privileged}`),
    Buffer.from(`\uFEFF${crlf}`, 'utf16le'),
    Buffer.from(`\uFEFF${privileged}`, 'utf16le').swap16(),
  ];
  for (const bytes of encoded) {
    tree.write({ 'web.yaml': bytes });
    assert.deepEqual(findingsOf(runKerb(['check', '--format', 'json'], { cwd: tree.root })), expected);
  }
});

test('--fix repairs what is safe, keeps permissions and encoding, and finds nothing more to do', (context) => {
  const tree = createWorkTree(context, {
    'a.yaml': Buffer.from(`\uFEFF${privileged.replaceAll('\n', '\r\n')}`),
    'b.yaml': harmless,
  });
  chmodSync(path.join(tree.root, 'a.yaml'), 0o640);
  const before = statSync(path.join(tree.root, 'b.yaml')).mtimeMs;
  const fixed = runKerb(['check', '--fix', '--format', 'json'], { cwd: tree.root });
  const text = readFileSync(path.join(tree.root, 'a.yaml'), 'utf8');
  assert.ok(!text.includes('privileged'), text);
  assert.ok(text.startsWith('\uFEFFapiVersion: v1\r\n'));
  assert.ok(!/[^\r]\n/.test(text));
  assert.equal(statSync(path.join(tree.root, 'a.yaml')).mode & 0o777, 0o640);
  assert.equal(statSync(path.join(tree.root, 'b.yaml')).mtimeMs, before);
  assert.ok(!findingsOf(fixed).some(({ policy }) => policy === id));
  assert.match(runKerb(['check', '--fix'], { cwd: tree.root }).stderr, /0 fixes applied in 0 files/);
});

test('policies of a folder replace built-in ones with the same id, which is said', (context) => {
  const policy = `title: Nothing may be named web
severity: high
why: It is a test.
remedy: Rename it.
owners: [test]
resource: kubernetes.container
require: self.name != "web"
mark: name
message: there it is
`;
  const tree = createWorkTree(context, {
    'a.yaml': privileged,
    'rules/kubernetes/privileged.yaml': policy,
    'more/shop/names.yaml': policy,
  });
  const ran = runKerb(['check', '--policies', 'rules', '--policies', 'more', '--format', 'json', 'a.yaml'], {
    cwd: tree.root,
  });
  assert.match(ran.stderr, /rules\/kubernetes\/privileged.yaml replaces kubernetes\/privileged/);
  const messages = findingsOf(ran).filter(({ policy: of }) => of === id || of === 'shop/names');
  assert.deepEqual(
    messages.map(({ policy: of, message }) => [of, message]),
    [
      [id, 'there it is'],
      ['shop/names', 'there it is'],
    ],
  );
  const broken = [
    `${policy}require: again\n`,
    policy.replace('self.name', 'selv.name'),
    policy.replace('title:', 'titel:'),
  ];
  for (const text of broken) {
    tree.write({ 'rules/kubernetes/privileged.yaml': text, 'plain.txt': 'nothing\n' });
    const judged = runKerb(['check', '--policies', 'rules', 'plain.txt'], { cwd: tree.root });
    assert.equal(judged.status, 2, text);
    assert.match(judged.stdout, /problem {2}rules\/kubernetes\/privileged\.yaml:\d+:\d+: /);
  }
});

test('a broken kerb.yaml leaves no verdict', (context) => {
  const tree = createWorkTree(context, { 'a.yaml': harmless, 'kerb.yaml': 'ignore: 7\n' });
  const ran = runKerb(['check'], { cwd: tree.root });
  assert.equal(ran.status, 2);
  assert.match(ran.stdout, /kerb\.yaml:1:9/);
});

test('works through a symbolic link, from any folder', (context) => {
  const tree = createWorkTree(context, { 'a.yaml': privileged });
  mkdirSync(path.join(tree.root, 'bin'));
  symlinkSync(kerbPath, path.join(tree.root, 'bin/kerb'));
  const link = path.join(tree.root, 'bin/kerb');
  const ran = runKerb(['check', path.join(tree.root, 'a.yaml')], { cwd: createWorkTree(context).root, program: link });
  assert.equal(ran.status, 1, ran.stderr);
  assert.match(ran.stdout, /^a\.yaml$/m);
});

test('a reader that leaves early changes nothing about the verdict', (context) => {
  const tree = createWorkTree(
    context,
    Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`${at}.yaml`, privileged])),
  );
  const { stderr } = spawnSync('sh', ['-c', '{ "$NODE" "$KERB" check; echo "status $?" >&2; } | head -n 1'], {
    cwd: tree.root,
    encoding: 'utf8',
    env: { ...process.env, NODE: process.execPath, KERB: kerbPath, KERB_NO_BUILD: '1' },
  });
  assert.equal(stderr, 'status 1\n');
});

test('output that cannot be written leaves no verdict, told in one line', (context) => {
  if (!existsSync('/dev/full')) return context.skip('there is no /dev/full');
  const tree = createWorkTree(context, { 'a.yaml': privileged });
  for (const [redirection, stderr] of [
    ['> /dev/full', /^kerb: the output could not be written, so there is no verdict: .*\n$/],
    ['2> /dev/full nowhere --format x', /^$/],
  ] as const) {
    const ran = spawnSync(
      'sh',
      ['-c', `KERB_NO_BUILD=1 exec "$0" "$1" check ${redirection}`, process.execPath, kerbPath],
      {
        cwd: tree.root,
        encoding: 'utf8',
      },
    );
    assert.equal(ran.status, 2);
    assert.match(ran.stderr, stderr);
  }
});

test('paths of two repositories are refused; a path outside of any is its own root', (context) => {
  const one = createRepository(context, { 'a.yaml': harmless });
  const two = createRepository(context, { 'a.yaml': harmless });
  const both = runKerb(['check', one.root, two.root], { cwd: one.root });
  assert.equal(both.status, 2);
  assert.match(both.stderr, /different repositories/);
  const outside = createWorkTree(context, { 'deploy/a.yaml': privileged });
  assert.equal(
    findingsOf(runKerb(['check', '--format', 'json', outside.root], { cwd: one.root }))[0]?.file,
    'deploy/a.yaml',
  );
});

test('ignored files are not judged, named ones are, and what kerb.yaml ignores never is', (context) => {
  const tree = createRepository(context, {
    '.gitignore': 'out/\n',
    'out/a.yaml': privileged,
    'vendor/b.yaml': privileged,
    'kerb.yaml': 'ignore: ["vendor/**"]\n',
  });
  writeFileSync(path.join(tree.root, 'c.yaml'), harmless);
  assert.equal(runKerb(['check'], { cwd: tree.root }).status, 0);
  assert.equal(runKerb(['check', 'out/a.yaml'], { cwd: tree.root }).status, 1);
  assert.equal(runKerb(['check', 'out'], { cwd: tree.root }).status, 1);
  assert.equal(runKerb(['check', 'vendor/b.yaml'], { cwd: tree.root }).status, 0);
});

test('policies of a repository stand beside sets of those that come with Kerb', (context) => {
  const own = `title: Pods need a team
severity: low
why: Nobody knows whom to ask.
remedy: Say it.
owners: [shop]
resource: kubernetes.object
require: "'team' in self.?metadata.?labels.orValue({})"
message: no team
`;
  const tree = createWorkTree(context, {
    'kerb.yaml': `sets: [PSS/baseline, team]\npolicyFolders: [rules]\npolicies: { ${id}: { enforcement: warn } }\n`,
    'rules/team/owner.yaml': own,
    'bad.yaml': privileged,
  });
  const ran = runKerb(['check', 'bad.yaml', '--format', 'json'], { cwd: tree.root });
  assert.equal(ran.status, 0, ran.stdout);
  assert.deepEqual(
    findingsOf(ran).map(({ policy, enforcement }) => `${policy} ${enforcement}`),
    ['team/owner audit', `${id} warn`],
  );
});
