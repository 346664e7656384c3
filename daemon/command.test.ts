/** The other commands, end to end. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { runKerb } from '../test/command.ts';
import { createWorkTree } from '../test/workTree.ts';

const root = path.resolve(import.meta.dirname, '..');

test('what a fault of Kerb says is where it was, never what was judged', (context) => {
  const crash = `const { commands, main } = await import(${JSON.stringify(path.join(root, 'daemon/cli.ts'))});
    commands.check = () => { throw new TypeError('cannot read "hunter2-of-a-file"'); };
    await main(['check'], {});`;
  const tree = createWorkTree(context, { 'crash.mjs': crash });
  const { status, stderr } = spawnSync(process.execPath, [path.join(tree.root, 'crash.mjs')], { encoding: 'utf8' });
  assert.equal(status, 2);
  assert.match(stderr, /^kerb: this is a fault in Kerb, and no verdict: TypeError\n {4}at .*crash\.mjs/);
  assert.doesNotMatch(stderr, /hunter2/);
});

test('kerb eval prints a value, or says where the expression is wrong', (context) => {
  const tree = createWorkTree(context, { 'in.yaml': 'name: web\nports: [80, 443]\n', 'two.yaml': 'a: 1\n---\nb: 2\n' });
  const cases: readonly [readonly string[], number, RegExp, RegExp][] = [
    [['1 + 2 * 3'], 0, /^7\n$/, /^$/],
    [
      ['[1, 2.0, 3u, b"a", "x", null, duration("90s"), type(1)]'],
      0,
      /^\[1,2\.0,3,"YQ==","x",null,"90s","int"\]\n$/,
      /^$/,
    ],
    [['9223372036854775807'], 0, /^"9223372036854775807"\n$/, /^$/],
    [['{"a": optional.none(), "b": {1: true}}'], 0, /^\{"a":null,"b":\{"1":true\}\}\n$/, /^$/],
    [['ports.exists(p, p == 443) && self.name == name', '--input', 'in.yaml'], 0, /^true\n$/, /^$/],
    [['-1 + 3'], 0, /^2\n$/, /^$/],
    [['-h'], 0, /^kerb eval EXPR/, /^$/],
    [['1 / 0'], 2, /^$/, /1:1: division by zero\n {2}1 \/ 0\n {2}\^/],
    [['1 +'], 2, /^$/, /1:4: /],
    [['nobody'], 2, /^$/, /nobody/],
    [['self', '--input', 'two.yaml'], 2, /^$/, /2 documents/],
    [['self', '--input', 'nowhere.yaml'], 2, /^$/, /nowhere\.yaml/],
    [[], 2, /^$/, /one expression/],
  ];
  for (const [args, status, stdout, stderr] of cases) {
    const ran = runKerb(['eval', ...args], { cwd: tree.root });
    assert.equal(ran.status, status, `${args.join(' ')}: ${ran.stdout}${ran.stderr}`);
    assert.match(ran.stdout, stdout);
    assert.match(ran.stderr, stderr);
  }
});

test('kerb eval --batch answers each line by one, whatever the lines say', (context) => {
  const lines = [
    '{"expr": "x + 1", "vars": {"x": 41}}',
    'no json',
    '',
    '[]',
    '{"expr": 1}',
    '{"expr": "1", "vars": []}',
    '{"expr": "x", "vars": {"x": 1.0}}',
    '{"expr": "x", "vars": {"x": 9007199254740993}}',
    '{"expr": "x", "vars": {"x": 99999999999999999999}}',
    '{"expr": "size(self)", "vars": {"self": {"__proto__": {"a": 1}, "constructor": 2}}}',
    '{"expr": "\\"a\u2028b\\".size()"}',
    `{"expr": "x", "vars": {"x": ${'['.repeat(5000)}${']'.repeat(5000)}}}`,
    '{"expr": "1 +\\n foo(2)"}',
    '{"expr": "[1,2,3].map(a, [1,2,3].map(b, a * b))"}',
    '{"expr": "true || 1/0 > 0"}',
  ];
  const ran = runKerb(['eval', '--batch'], { cwd: createWorkTree(context).root, input: lines.join('\n') });
  assert.equal(ran.status, 0);
  const answers = ran.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const short = answers.map((answer) => ('error' in answer ? answer.error.kind : answer.value));
  const expected = [
    42,
    'input',
    'input',
    'input',
    'input',
    'input',
    1,
    '9007199254740993',
    'input',
    2,
    3,
    'input',
    'compile',
    [
      [1, 2, 3],
      [2, 4, 6],
      [3, 6, 9],
    ],
    true,
  ];
  assert.deepEqual(short, expected);
  assert.deepEqual(answers[12].error.range.start.line, 2);
  assert.deepEqual(Object.keys(answers[12].error).sort(), ['kind', 'message', 'range']);
});

test('kerb import writes what can be said here, and names the rest with its place', (context) => {
  const tree = createWorkTree(context, {
    'rules.yaml': `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: shop }
spec:
  validations: [{ expression: has(object.spec), message: no spec }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: people }
spec:
  validations: [{ expression: "request.userInfo.username == 'me'" }]
`,
  });
  const run = (...args: string[]) => runKerb(['import', 'rules.yaml', ...args], { cwd: tree.root });
  const printed = run('--print');
  assert.equal(printed.status, 2);
  assert.match(printed.stdout, /^# imported\/shop\ntitle: no spec\n[\s\S]*require: has\(self\.spec\)/);
  assert.match(printed.stderr, /^rules\.yaml:11:32: people is not imported: it reads `request`: a file does not say/m);
  assert.match(printed.stderr, /1 policy imported, 1 not/);
  assert.equal(run('--domain', 'shop').stdout, 'policies/shop/shop.yaml\n');
  assert.match(readFileSync(path.join(tree.root, 'policies/shop/shop.yaml'), 'utf8'), /resource: kubernetes\.object/);
  assert.match(run('--domain', 'shop').stderr, /policies\/shop\/shop\.yaml exists already/);
  assert.equal(run('--domain', 'No').status, 2);
  assert.equal(runKerb(['import'], { cwd: tree.root }).status, 2);
});

test('kerb import takes the policies of a folder, and passes over what else stands there', (context) => {
  const vap = (name: string) =>
    `apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: { name: ${name} }\nspec: { validations: [{ expression: has(object.spec) }] }\n`;
  const tree = createWorkTree(context, {
    'rules/a/one.yaml': vap('one'),
    'rules/two.yml': vap('two'),
    'rules/web.yaml': 'kind: Deployment\napiVersion: apps/v1\n',
    'rules/chart.yaml': 'a: {{ .Values.x }\nb: [\n',
    'rules/read.md': '# Rules\n',
    'others/web.yaml': 'kind: Deployment\napiVersion: apps/v1\n',
  });
  const run = (...args: string[]) => runKerb(['import', ...args], { cwd: tree.root });
  const { status, stdout, stderr } = run('rules');
  assert.equal(stdout, 'policies/imported/one.yaml\npolicies/imported/two.yaml\n');
  assert.match(stderr, /^rules\/chart\.yaml:\d+:\d+: rules\/chart\.yaml is not imported/m);
  assert.equal(status, 2);
  assert.match(run('others').stderr, /others holds no policy of a kind that is imported/);
});

test('kerb new makes a policy of each kind whose cases pass, and never writes over one', (context) => {
  const tree = createWorkTree(context);
  for (const id of [
    'kubernetes/own-registry',
    'github/short-jobs',
    'docker/old-words',
    'npm/licence',
    'code/dumps',
    'secrets/acme',
    'shop/anything',
  ]) {
    assert.equal(runKerb(['new', 'policy', id], { cwd: tree.root }).status, 0, id);
    assert.ok(existsSync(path.join(tree.root, 'policies', `${id}.md`)));
  }
  const tested = runKerb(['test'], { cwd: tree.root });
  assert.equal(tested.status, 0, tested.stdout + tested.stderr);
  assert.match(tested.stdout, /7 pages, \d+ cases: \d+ passed, 0 failed\n$/);
  const again = runKerb(['new', 'policy', 'docker/old-words'], { cwd: tree.root });
  assert.equal(again.status, 2);
  assert.match(again.stderr, /exists already/);
  for (const id of ['nodomain', '../../up/and-away', 'A/b'])
    assert.equal(runKerb(['new', 'policy', id], { cwd: tree.root }).status, 2, id);
});

test('kerb new writes a policy about what stands at a place, and its cases pass', (context) => {
  const tree = createWorkTree(context);
  const token = ['ghp', 'x8Kd02LmQ9wErT5yUiOpA3sDfGhJ7kZxC1vB'].join('_');
  tree.write({
    'deploy/web.yaml': `apiVersion: v1
kind: Pod
metadata: { name: a }
spec:
  hostNetwork: true
  containers:
    - name: web
      image: web:1
      args: [${token}]
`,
  });
  const made = (...args: string[]) => runKerb(['new', 'policy', ...args], { cwd: tree.root });
  tree.write({ 'kerb.yaml': 'policyFolders: [policies]\n' });
  assert.equal(made('team/first').stderr, '', 'that the folder has no policy is about to be mended');
  rmSync(path.join(tree.root, 'kerb.yaml'));
  rmSync(path.join(tree.root, 'policies'), { recursive: true });
  assert.equal(made('net/host', '--from', 'deploy/web.yaml:5:20').status, 0);
  assert.equal(made('--from', 'deploy/web.yaml:7').status, 0);
  assert.equal(made('net/image', '--from', 'deploy/web.yaml:8:15').status, 0);
  const policy = readFileSync(path.join(tree.root, 'policies/net/host.yaml'), 'utf8');
  assert.match(policy, /require: self.\?hostNetwork.orValue\(false\) != true/);
  assert.ok(existsSync(path.join(tree.root, 'policies/team/name.md')));
  const tested = runKerb(['test'], { cwd: tree.root });
  assert.equal(tested.status, 0, tested.stdout + tested.stderr);
  assert.match(tested.stdout, /3 pages, 6 cases: 6 passed, 0 failed\n$/);
  for (const [place, said] of [
    ['deploy/web.yaml', /write FILE:LINE/],
    ['deploy/none.yaml:3', /--from deploy\/none.yaml/],
    ['kerb.md:1', /--from/],
    ['deploy/web.yaml:9:16', /a secret, which no policy may repeat/],
  ] as const) {
    const refused = made('net/other', '--from', place);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, said);
    assert.ok(!refused.stderr.includes(token.slice(4, 12)));
  }
});

test('kerb test says what differs, redraws it with UPDATE=1, and is 2 for a policy that is wrong', (context) => {
  const tree = createWorkTree(context);
  runKerb(['new', 'policy', 'kubernetes/own-registry', '--folder', 'rules'], { cwd: tree.root });
  // What an organisation publishes: its rules are no policy.
  tree.write({ 'rules/organisation.yaml': 'sets: [all]\n' });
  const page = path.join(tree.root, 'rules/kubernetes/own-registry.md');
  const drawn = readFileSync(page, 'utf8');
  tree.write({ 'rules/kubernetes/own-registry.md': drawn.replace(/^.*\^\^.*\n/m, '') });
  const failed = runKerb(['test', 'rules'], { cwd: tree.root });
  assert.equal(failed.status, 1, failed.stdout + failed.stderr);
  assert.match(failed.stdout, /^ +\+ .*\^\^ container web/m);
  const redrawn = runKerb(['test', 'rules'], { cwd: tree.root, env: { UPDATE: '1' } });
  assert.equal(redrawn.status, 0);
  assert.match(redrawn.stdout, /1 page, 2 cases: 1 passed, 1 redrawn, 0 failed\n$/);
  assert.equal(readFileSync(page, 'utf8'), drawn);
  assert.equal(runKerb(['test', 'rules/kubernetes/own-registry.yaml'], { cwd: tree.root }).status, 0);
  assert.equal(runKerb(['test', 'rules/kubernetes'], { cwd: tree.root }).status, 0);
  const policy = path.join(tree.root, 'rules/kubernetes/own-registry.yaml');
  tree.write({
    'rules/kubernetes/own-registry.yaml': readFileSync(policy, 'utf8').replace('self.?image', 'selv.?image'),
  });
  const wrong = runKerb(['test', 'rules'], { cwd: tree.root, env: { UPDATE: '1' } });
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /own-registry\.yaml:\d+:\d+: .*selv/);
  assert.match(wrong.stdout, /no case is judged: the policy itself is broken/);
  assert.equal(readFileSync(page, 'utf8'), drawn);
  rmSync(page);
  assert.equal(runKerb(['test', 'nowhere'], { cwd: tree.root }).status, 2);
});

test('kerb test fails for a page that does not show both what is found and what is not', (context) => {
  const tree = createWorkTree(context);
  runKerb(['new', 'policy', 'kubernetes/own-registry', '--folder', 'rules'], { cwd: tree.root });
  const page = path.join(tree.root, 'rules/kubernetes/own-registry.md');
  const drawn = readFileSync(page, 'utf8');
  const blocks = drawn.match(/```yaml[\s\S]*?\n```\n/g) ?? [];
  assert.equal(blocks.length, 2);
  const pages: readonly [string, RegExp][] = [
    [blocks[0]!, /no case is clean/],
    [blocks[1]!, /no case has a finding/],
    ['# Nothing\n\n```yaml\na: 1\n```\n', /there is no case: a fenced block that names its file/],
    [drawn.replace(/```\n$/, ''), /the fenced block of line \d+ is not closed/],
    [`# Page\n\n\`\`\`\`\n\n${drawn}`, /the fenced block of line 3 is not closed/],
  ];
  for (const [text, words] of pages) {
    for (const env of [{}, { UPDATE: '1' }]) {
      tree.write({ 'rules/kubernetes/own-registry.md': text });
      const ran = runKerb(['test', 'rules'], { cwd: tree.root, env });
      assert.equal(ran.status, 1, ran.stdout);
      assert.match(ran.stdout, words);
      assert.match(ran.stdout, /, 1 page incomplete\n$/);
    }
  }
  rmSync(page);
  const without = runKerb(['test', 'rules'], { cwd: tree.root });
  assert.equal(without.status, 1);
  assert.match(without.stdout, /there is no page: write its cases into kubernetes\/own-registry\.md/);
});

test('kerb explain and kerb catalog find a policy by its id and by what others call it', () => {
  const explained = runKerb(['explain', 'kubernetes/privileged'], { cwd: root });
  assert.equal(explained.status, 0);
  for (const word of ['Containers must not run privileged', 'PSS/baseline', 'critical, deny', 'runs privileged']) {
    assert.ok(explained.stdout.includes(word), word);
  }
  assert.equal(runKerb(['explain', 'checkov/CKV_K8S_16'], { cwd: root }).stdout, explained.stdout);
  const unknown = runKerb(['explain', 'kubernetes/priviledged-container'], { cwd: root });
  assert.equal(unknown.status, 2);
  const found = JSON.parse(
    runKerb(['catalog', '--format', 'json', '--control', 'pss/baseline', 'privileged'], { cwd: root }).stdout,
  );
  assert.ok(found.some((policy: { id: string }) => policy.id === 'kubernetes/privileged'));
  assert.ok(found.every((policy: { controls: string[] }) => policy.controls.includes('PSS/baseline')));
  const page = runKerb(['catalog', '--format', 'markdown'], { cwd: root }).stdout;
  assert.match(page, /^\| `kubernetes\/privileged` \| Containers must not run privileged \| critical \| deny \|/m);
});
