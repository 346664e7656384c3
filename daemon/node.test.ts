/** The command runs under whatever Node started it, from 20 on: tried with the Node that npm runs under, where it is another one. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { test } from 'node:test';
import { kerbPath, runKerb } from '../test/command.ts';
import { createWorkTree } from '../test/workTree.ts';

const candidates = [process.env.npm_node_execpath, 'node'].filter((each) => each !== undefined);
const other = candidates.find((program) => {
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return /^v\d+/.test(stdout ?? '') && stdout.trim() !== process.version;
});

test('another Node gives the same report', {
  skip: other === undefined ? 'there is no other Node here' : false,
}, (context) => {
  const files = {
    'pod.yaml':
      'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { hostNetwork: true, containers: [{ name: a, image: a }] }\n',
    'a.ts': "import { exec } from 'node:child_process';\nexport const run = (name: string) => exec(`rm ${name}`);\n",
    'a.py': 'import subprocess\nsubprocess.call("rm " + name, shell=True)\n',
    'package.json': '{ "dependencies": { "a": "*" } }\n',
    '.github/workflows/a.yml':
      'on: issues\njobs:\n  a:\n    runs-on: x\n    steps: [{ run: "echo ${{ github.event.issue.title }}" }]\n',
  };
  const tree = createWorkTree(context, files);
  const args = ['check', '--format', 'json'];
  const expected = JSON.parse(runKerb(args, { cwd: tree.root }).stdout);
  const ran = spawnSync(other!, [kerbPath, ...args], {
    cwd: tree.root,
    encoding: 'utf8',
    env: { ...process.env, KERB_NO_BUILD: '1' },
  });
  assert.equal(ran.stderr, '');
  assert.ok(expected.findings.length > 5);
  assert.deepEqual(JSON.parse(ran.stdout).findings, expected.findings);
  const evaluated = spawnSync(
    other!,
    [kerbPath, 'eval', '"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!".matches("^(a+)+$")'],
    { encoding: 'utf8' },
  );
  assert.equal(evaluated.stdout, 'false\n');
});
