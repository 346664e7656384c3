import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createNative } from '../../repository/native.ts';
import { compilePolicies } from './compile.ts';
import { defaultConfiguration } from './configuration.ts';
import { readPolicies } from './read.ts';
import { type Recording, recordEvaluation } from './recording.ts';

const native = createNative();

function record(rule: string, text: string): { readonly recording: Recording; readonly source: string } {
  const source = `title: t
severity: low
why: w
remedy: r
owners: [a]
${rule}
message: m
`;
  const { policies, problems } = readPolicies([{ id: 'team/p', path: 'p.yaml', text: source }]);
  assert.deepEqual(problems, []);
  const set = compilePolicies(policies, defaultConfiguration, native);
  const context = { gate: 'check', date: '2026-01-01' };
  const recording = recordEvaluation({ file: { path: 'a.yaml', text }, policies: set, id: 'team/p', native, context });
  return { recording, source };
}

const pod = `apiVersion: v1
kind: Pod
metadata: { name: a }
spec:
  containers:
    - { name: web, ports: [{ containerPort: 80 }, { containerPort: 22 }, { containerPort: 23 }] }
`;

describe('a recorded evaluation', () => {
  const { recording, source } = record(
    "resource: kubernetes.container\nwhere: self.name != 'other'\nrequire: self.ports.all(p, p.containerPort > 1023 || p.containerPort == 80)",
    pod,
  );
  const said = recording.steps.map(({ node, value, variables }) => {
    const names = variables.map((variable) => `${variable.name} = ${variable.value}`).join(', ');
    return `${recording.nodes[node]?.source} → ${value}${names === '' ? '' : ` where ${names}`}`;
  });

  test('has each part before what holds it, and each element in turn, up to the one that decided', () => {
    assert.deepEqual(said, [
      'self.name → "web"',
      "self.name != 'other' → true",
      'self.ports → [{"containerPort": 80}, {"containerPort": 22}, {"containerPort": 23}]',
      'p.containerPort → 80 where p = {"containerPort": 80}',
      'p.containerPort > 1023 → false where p = {"containerPort": 80}',
      'p.containerPort → 80 where p = {"containerPort": 80}',
      'p.containerPort == 80 → true where p = {"containerPort": 80}',
      'p.containerPort > 1023 || p.containerPort == 80 → true where p = {"containerPort": 80}',
      'p.containerPort → 22 where p = {"containerPort": 22}',
      'p.containerPort > 1023 → false where p = {"containerPort": 22}',
      'p.containerPort → 22 where p = {"containerPort": 22}',
      'p.containerPort == 80 → false where p = {"containerPort": 22}',
      'p.containerPort > 1023 || p.containerPort == 80 → false where p = {"containerPort": 22}',
      'self.ports.all(p, p.containerPort > 1023 || p.containerPort == 80) → false',
    ]);
  });

  test('knows where each part stands, and what holds it', () => {
    for (const { span, source: text } of recording.nodes) assert.equal(source.slice(span.start, span.end), text);
    const inner = recording.nodes.find(({ source: text }) => text === 'p.containerPort == 80');
    const or = recording.nodes[inner?.parent ?? -1];
    assert.equal(or?.source, 'p.containerPort > 1023 || p.containerPort == 80');
    assert.equal(recording.nodes[or?.parent ?? -1]?.parent, null);
  });

  test('answers any expression where a step was', () => {
    const at = said.indexOf('p.containerPort == 80 → false where p = {"containerPort": 22}');
    assert.deepEqual(recording.inspect(at, 'p.containerPort + 1'), { value: '23', parts: [] });
    assert.deepEqual(recording.inspect(at, 'self.ports'), {
      value: '[{"containerPort": 80}, {"containerPort": 22}, {"containerPort": 23}]',
      parts: ['0', '1', '2'].map((name) => ({ name, expression: `self.ports[${name}]` })),
    });
    assert.deepEqual(recording.inspect(at, 'self.ports[1]').parts, [
      { name: 'containerPort', expression: "self.ports[1]['containerPort']" },
    ]);
    assert.equal(recording.inspect(at, "self.ports[1]['containerPort']").value, '22');
    assert.equal(recording.namesAt(at)[0], 'p');
    assert.ok(recording.namesAt(at).includes('workload'));
    assert.ok(!recording.namesAt(0).includes('p'));
    assert.match(recording.inspect(0, 'p').value, /^error: /);
    for (const garbage of ['', '(', '1 / 0', '"'.repeat(9), '['.repeat(9_000), 'x'.repeat(20_000)])
      assert.match(recording.inspect(at, garbage).value, /^error: /, garbage.slice(0, 20));
    assert.match(recording.inspect(999, 'self').value, /^error: /);
  });
});

test('the element of each is there by its name', () => {
  const { recording } = record('resource: kubernetes.container\neach: ports\nrequire: item.containerPort != 22', pod);
  assert.deepEqual(
    recording.steps.filter(({ node }) => recording.nodes[node]?.parent === null).map(({ value }) => value),
    ['true', 'false', 'true'],
  );
  assert.match(recording.resources[1] ?? '', /\[1\]$/);
  const at = recording.steps.findLastIndex(({ resource }) => resource === 1);
  assert.equal(recording.inspect(at, 'item.containerPort').value, '22');
});

test('a secret is shown nowhere', () => {
  const secret = 'hunter2hunter2';
  const { recording } = record(
    'resource: kubernetes.container\nmasks: workingDir\nrequire: self.workingDir == "" && self.name != ""',
    pod.replace('ports:', `workingDir: ${secret}, ports:`),
  );
  const last = recording.steps.length - 1;
  const shown = [
    ...recording.steps.map(({ value }) => value),
    recording.inspect(last, 'self').value,
    recording.inspect(last, 'self.workingDir').value,
    recording.inspect(last, 'object').value,
  ];
  assert.ok(shown.length > 4);
  assert.ok(!shown.join().includes(secret), shown.join('\n'));
});
