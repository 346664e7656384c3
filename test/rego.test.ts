// `kerb rego build`, and that the bundles among the fixtures are what their source compiles to. With `opa` on the PATH it compiles;
// without, what it compiled before is put in.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import {
  compilePolicies,
  defaultConfiguration,
  formatBundle,
  judge,
  proposedOrganisation,
  withBundle,
} from '../engine/index.ts';
import { problemsOf } from '../hub/policies/checks.ts';
import { changeProposal } from '../hub/protocol.ts';
import { runKerb } from './command.ts';
import { native } from './policySet.ts';
import { createRepository, createWorkTree } from './workTree.ts';

const fixtures = path.resolve(import.meta.dirname, 'fixtures/rego');
const page = readFileSync(path.resolve(import.meta.dirname, '../docs/rego.md'), 'utf8');
const block = (name: string): string =>
  new RegExp(`^\`\`\`\\w+ ${name}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(page)?.[1] ?? '';
const files = Object.fromEntries(
  ['policies/team/replicas.rego', 'policies/team/replicas.yaml', 'kerb.yaml', 'deploy/shop.yaml'].map((name) => [
    name,
    block(name),
  ]),
);
const policy = 'policies/team/replicas.yaml';

const opa = spawnSync('opa', ['version'], { encoding: 'utf8' });
const withOpa = { skip: opa.status === 0 ? false : 'opa is not on the PATH: nothing can be compiled' };

test('a bundle goes into the policy’s file, and nothing else in it changes', (context) => {
  const tree = createRepository(context, files);
  const run = (...args: string[]) => runKerb(args, { cwd: tree.root });
  const without = run('check', 'deploy');
  assert.equal(without.status, 2);
  assert.match(
    without.stderr + without.stdout,
    /policies\/team\/replicas\.yaml:8:3: `bundle` is missing: `kerb rego build`/,
  );

  const put = run('rego', 'build', '--bundle', path.join(fixtures, 'replicas.tar.gz'), policy);
  assert.deepEqual([put.status, put.stdout, put.stderr], [0, `${policy}\n`, '']);
  const text = readFileSync(path.join(tree.root, policy), 'utf8');
  const [before = '', after = ''] = (files[policy] ?? '').split('  entrypoint: main/deny\n');
  assert.ok(text.startsWith(`${before}  entrypoint: main/deny\n  bundle: |\n    H4sI`));
  assert.ok(text.endsWith(`\n${after}`));

  run('rego', 'build', '--bundle', path.join(fixtures, 'conventions.tar.gz'), policy);
  assert.notEqual(readFileSync(path.join(tree.root, policy), 'utf8'), text);
  run('rego', 'build', '--bundle', path.join(fixtures, 'replicas.tar.gz'), policy);
  assert.equal(readFileSync(path.join(tree.root, policy), 'utf8'), text);

  const check = run('check', 'deploy', '--format', 'json');
  const { findings } = JSON.parse(check.stdout) as { findings: readonly Record<string, unknown>[] };
  assert.deepEqual(
    findings.map(({ policy: id, path: place, message }) => [id, place, message]),
    [['team/replicas', 'spec.replicas', 'shop has 1 replicas where 2 are needed']],
  );
});

test('a commit is judged by the module that its base has', (context) => {
  const tree = createRepository(context, files);
  runKerb(['rego', 'build', '--bundle', path.join(fixtures, 'replicas.tar.gz'), policy], { cwd: tree.root });
  tree.commit('rules');
  tree.write({ 'deploy/other.yaml': block('deploy/shop.yaml').replace('shop', 'other') });
  // What is staged has no module any more, and is none of the rules yet.
  tree.write({ [policy]: files[policy] ?? '' });
  tree.git('add', '-A');
  const staged = runKerb(['check', '--staged', '--no-daemon', '--format', 'json'], { cwd: tree.root });
  const { findings } = JSON.parse(staged.stdout) as { findings: readonly Record<string, unknown>[] };
  assert.ok(
    findings.some(({ policy: id, file }) => id === 'team/replicas' && file === 'deploy/other.yaml'),
    staged.stdout,
  );
});

test('what is published brings its module along, is tried by the hub, and judges where it arrives', async () => {
  const packed = readFileSync(path.join(fixtures, 'replicas.tar.gz')).toString('base64');
  const organisation = 'sets: [all]\n';
  const published = (rule: string) => ({
    'team/replicas.yaml': withBundle(files[policy] ?? '', packed) ?? '',
    'team/replicas.md': rule,
  });
  const cases = /^````md policies\/team\/replicas\.md\n([\s\S]*?)^````/m.exec(page)?.[1] ?? '';
  const proposal = (text: string) =>
    changeProposal.parse({ title: 'Replicas', organisation, policies: published(text) });
  assert.deepEqual(await problemsOf(proposal(cases), native), []);
  const [problem = ''] = await problemsOf(proposal(cases.replace('replicas: 1', 'replicas: 2')), native);
  assert.match(problem, /^team\/replicas\.md:5: the case deploy\.yaml failed/);

  const bundle = formatBundle({ version: 1, organisation, policies: published(cases) });
  const arrived = proposedOrganisation({ bundle, exceptions: null });
  assert.ok(typeof arrived !== 'string', String(arrived));
  const policies = compilePolicies(arrived.policies, defaultConfiguration, native);
  const context = { gate: 'commit', date: '2026-01-01' };
  const { findings } = judge(
    { path: 'deploy/shop.yaml', text: files['deploy/shop.yaml'] ?? '' },
    { policies, native, context },
  );
  assert.deepEqual(
    findings.map(({ message }) => message),
    ['shop has 1 replicas where 2 are needed'],
  );
});

test('what cannot be compiled is said, with what to do', (context) => {
  const tree = createWorkTree(context, files);
  const said = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const { status, stderr } = runKerb(['rego', 'build', ...args], { cwd: tree.root, env });
    assert.equal(status, 2);
    return stderr;
  };
  // A PATH that leads to nothing has no opa.
  const nowhere = path.join(tree.root, 'nowhere');
  assert.equal(
    said([], { PATH: nowhere }),
    `kerb: ${policy}: opa is not installed, or not on the PATH: it compiles Rego (https://www.openpolicyagent.org/docs/#running-opa)\n`,
  );
  assert.match(
    said(['deploy/shop.yaml']),
    /^kerb: deploy\/shop\.yaml: there is nothing to compile without `rego\.source`/,
  );
  tree.write({ 'other.rego': 'package other\n' });
  assert.match(said(['other.rego']), /^kerb: no policy here names other\.rego as its `rego\.source`/);
  assert.match(said(['absent.rego']), /absent\.rego does not exist/);
  const away = (source: string): void =>
    tree.write({ [policy]: (files[policy] ?? '').replace('replicas.rego', source) });
  away('../../../elsewhere.rego');
  assert.match(said([policy]), /`rego\.source` leads out of /);
  away('absent.rego');
  assert.match(said([policy]), /`rego\.source`: there is no policies\/team\/absent\.rego/);
  const flow = 'rego: { source: a.rego, entrypoint: a/b }\n';
  tree.write({ 'flow.yaml': flow, 'a.rego': 'package a\n' });
  assert.match(
    said(['--bundle', path.join(fixtures, 'replicas.tar.gz'), 'flow.yaml']),
    /flow\.yaml: it has no `rego` with a line for each key/,
  );
  assert.equal(readFileSync(path.join(tree.root, 'flow.yaml'), 'utf8'), flow);
});

/** A stand-in for opa, which says what opa says, and no more: what is tried is how its words are read. */
test('errors that opa places are told with file and line, and the others in words', {
  skip: process.platform === 'win32',
}, (context) => {
  const tree = createRepository(context, files);
  const folder = path.join(tree.root, 'bin');
  const saying = (words: string): string => `#!/bin/sh\ncat >&2 <<'END'\n${words}\nEND\nexit 1\n`;
  const said = (words: string): { readonly places: readonly unknown[]; readonly message: string } => {
    tree.write({ 'bin/opa': saying(words) });
    chmodSync(path.join(folder, 'opa'), 0o755);
    const env = { PATH: `${folder}${path.delimiter}${process.env.PATH}` };
    const args = ['rego', 'build', '--format', 'json', 'replicas.rego'];
    const ran = runKerb(args, { cwd: path.join(tree.root, 'policies/team'), env });
    assert.deepEqual([ran.status, ran.stderr], [2, '']);
    const { policies } = JSON.parse(ran.stdout);
    assert.deepEqual([policies.length, policies[0].policy, policies[0].outcome], [1, 'replicas.yaml', 'failed']);
    return policies[0];
  };
  const file = 'policies/team/replicas.rego';
  const one = said(
    `error: load error: 1 error occurred during loading: ${file}:7: rego_parse_error: unexpected eof token\n\tdeny contains\n\t            ^`,
  );
  assert.deepEqual(one.places, [{ file: 'replicas.rego', line: 7, message: 'rego_parse_error: unexpected eof token' }]);
  assert.match(one.message, /\^$/);
  assert.deepEqual(
    said(
      `error: 2 errors occurred:\n${file}:5: rego_type_error: undefined function foo\n${file}:8: rego_unsafe_var_error: var x is unsafe`,
    ).places,
    [
      { file: 'replicas.rego', line: 5, message: 'rego_type_error: undefined function foo' },
      { file: 'replicas.rego', line: 8, message: 'rego_unsafe_var_error: var x is unsafe' },
    ],
  );
  for (const words of [
    'error: entrypoint main/deny: not found',
    `error: other.rego:5: rego_type_error: x\nerror: in${file}:5: no`,
  ])
    assert.deepEqual(said(words), { policy: 'replicas.yaml', outcome: 'failed', message: words, places: [] });
});

test('opa compiles what a policy names, and its words are passed on', withOpa, (context: TestContext) => {
  const tree = createRepository(context, files);
  const run = (...args: string[]) => runKerb(['rego', 'build', ...args], { cwd: tree.root });
  assert.equal(run('--check').status, 1);
  assert.deepEqual([run().status, run('--check').status], [0, 0]);
  assert.equal(runKerb(['check', 'deploy'], { cwd: tree.root }).status, 1);
  tree.write({ 'policies/team/replicas.rego': 'package main\n\ndeny contains "always" if {\n' });
  const failed = run('policies/team/replicas.rego');
  assert.equal(failed.status, 2);
  assert.match(failed.stderr, /policies\/team\/replicas\.rego:\d+: rego_parse_error/);
  // What was written before OPA 1.0.
  tree.write({
    'policies/team/replicas.rego': 'package main\n\ndeny[msg] {\n  input.kind == "Deployment"\n  msg := "always"\n}\n',
  });
  assert.equal(run('policies/team/replicas.rego').status, 0);
  assert.match(runKerb(['check', 'deploy'], { cwd: tree.root }).stdout, /always/);
});

test('the bundles among the fixtures are what opa makes of their source', withOpa, (context: TestContext) => {
  const tree = createWorkTree(context, files);
  const build = (cwd: string, ...args: string[]): Buffer => {
    const output = path.join(tree.root, 'built.tar.gz');
    const { status, stderr } = spawnSync('opa', ['build', '--target=wasm', `--output=${output}`, ...args], { cwd });
    assert.equal(status, 0, String(stderr));
    return readFileSync(output);
  };
  const rules = [
    'main',
    ...['deny', 'violation', 'warn', 'complete', 'newer', 'known', 'others', 'endless'].map((rule) => `main/${rule}`),
  ];
  const made = {
    'replicas.tar.gz': build(tree.root, '--entrypoint=main/deny', 'policies/team/replicas.rego'),
    'conventions.tar.gz': build(
      fixtures,
      ...rules.map((rule) => `--entrypoint=${rule}`),
      'conventions.rego',
      'data.json',
    ),
  };
  for (const [name, bytes] of Object.entries(made)) {
    const file = path.join(fixtures, name);
    if (process.env.UPDATE === '1') writeFileSync(file, bytes);
    else assert.ok(bytes.equals(readFileSync(file)), `${name} is another: UPDATE=1 writes it anew`);
  }
});
