/** No value of a secret in any output of any format: every example of every policy that is about one is tried. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { runKerb } from '../test/command.ts';
import { createRepository } from '../test/workTree.ts';
import { jsonReport } from './report/contract.ts';

const policies = path.resolve(import.meta.dirname, '../policies');
const separator = '¦';
/** A part of a secret that is this long is as good as the whole. */
const tellingLength = 16;

/** The examples on the pages of a domain, as files that do not meet: `0/keys.txt`. */
function examplesOf(domain: string): Record<string, string> {
  const blocks = globSync(`${domain}/*.md`, { cwd: policies })
    .sort()
    .flatMap((page) => [
      ...readFileSync(path.join(policies, page), 'utf8').matchAll(/^```\S+ (\S+)\n([\s\S]*?)^```$/gm),
    ]);
  return Object.fromEntries(
    blocks.map(([, name = '', text = ''], at) => [
      `${at}/${name}`,
      text.replaceAll(separator, '').replace(/^.*\^\^.*\n/gm, ''),
    ]),
  );
}

/** The text at a finding's range. */
function marked(text: string, { start, end }: { start: Place; end: Place }): string {
  const lines = text.split('\n');
  const offset = ({ line, column }: Place) =>
    lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
  return text.slice(offset(start), offset(end));
}
interface Place {
  readonly line: number;
  readonly column: number;
}

function assertHidden(output: string, secret: string, where: string): void {
  if (secret.length < tellingLength) assert.ok(!output.includes(secret), `a short secret of ${where} is shown`);
  for (let at = 0; at + tellingLength <= secret.length; at++) {
    const part = secret.slice(at, at + tellingLength);
    assert.ok(!/\S{8}/.test(part) || !output.includes(part), `a part of a secret of ${where} is shown`);
  }
}

test('every example of a credential is found and hidden, in every format and way to judge', (context) => {
  const files = examplesOf('secrets');
  const tree = createRepository(context);
  tree.write(files);
  const json = runKerb(['check', '--format', 'json'], { cwd: tree.root });
  const judged = jsonReport.parse(JSON.parse(json.stdout));
  const findings = judged.findings.filter(({ policy }) => policy.startsWith('secrets/'));
  const secrets = findings.map(({ file, range, policy }) => ({
    text: marked(files[file] ?? '', range),
    where: `${policy} in ${file}`,
  }));
  assert.ok(secrets.length > 60, `${secrets.length} secrets`);
  tree.git('add', '-A');
  const runs = ['text', 'json', 'sarif', 'junit', 'github'].flatMap((format) => [
    runKerb(['check', '--format', format], { cwd: tree.root, env: { FORCE_COLOR: format === 'text' ? '1' : '0' } }),
    runKerb(['check', '--staged', '--format', format], { cwd: tree.root }),
  ]);
  // No baseline is written while something cannot be judged.
  tree.write({ 'kerb.yaml': JSON.stringify({ ignore: judged.problems.map(({ file }) => file) }) });
  runs.push(
    runKerb(['check', '--write-baseline'], { cwd: tree.root }),
    runKerb(['check', '--fix', '.'], { cwd: tree.root }),
  );
  const baseline = readFileSync(path.join(tree.root, 'kerb-baseline.txt'), 'utf8');
  const output = [...runs.flatMap(({ stdout, stderr }) => [stdout, stderr]), baseline].join('\n');
  for (const { text, where } of secrets) assertHidden(output, text, where);
});

test('a secret is hidden although its policies are off, suppressed or elsewhere on the line', (context) => {
  const token = `gh${'p_'}Zx9Kq2Vt7LmB4sWb1Yd8NcJ5gPf3TrEa6RuH`;
  const tree = createRepository(context, {
    'kerb.yaml': 'policies:\n  secrets/*: { enforcement: off }\n',
    'pod.yaml': `apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop }
spec:
  containers:
    - { name: web, env: [{ name: T, value: ${token} }], image: "registry.example/web:1.4.2", securityContext: { privileged: true } }
`,
    'app.py': `import subprocess\nsubprocess.call("curl -H 'Authorization: token ${token}' " + url, shell=True)\n`,
    Dockerfile: `FROM registry.example/base:1.0\nRUN curl -u admin:${token} https://get.example.com/install.sh | bash\nENV DB_PASSWORD=Tr0ub4dor-and-3 OTHER=1\n`,
  });
  const json = runKerb(['check', '--format', 'json'], { cwd: tree.root });
  assert.ok(jsonReport.parse(JSON.parse(json.stdout)).findings.length > 3);
  for (const format of ['text', 'json', 'sarif', 'junit', 'github']) {
    const { stdout, stderr } = runKerb(['check', '--format', format], { cwd: tree.root });
    assertHidden(stdout + stderr, token, format);
    assert.ok(!stdout.includes('Tr0ub4dor-and-3'), `a password in ${format}`);
  }
});
