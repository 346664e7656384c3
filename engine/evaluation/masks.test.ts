import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeText, policySet } from '../../test/policySet.ts';

const policies = policySet({
  'test/environment': `
resource: kubernetes.container
each: env
require: "!textOf(item.?name).endsWith('PASSWORD')"
mark: value
masks: value
message: "{item.name} is {item.value}"`,
  'test/secret': `
resource: kubernetes.object
where: self.kind == 'Secret'
each: [data, stringData]
require: 'false'
masks: .
message: "{key}"`,
  'test/code': `
pattern: { language: python, rule: { pattern: 'login($USER, $SECRET)' } }
masks: SECRET
message: "login of {match.USER} with {match.SECRET}"`,
});

const pod = (env: string) => `apiVersion: v1
kind: Pod
metadata: { name: a }
spec:
  containers:
    - name: a
      image: a:1
      env:
${env.replace(/^/gm, '        ')}
`;

const cases: readonly {
  readonly name: string;
  readonly path: string;
  readonly text: string;
  readonly hidden: readonly string[];
}[] = [
  {
    name: 'a value',
    path: 'a.yaml',
    text: pod('- name: DB_PASSWORD\n  value: "hunter2!"'),
    hidden: ['"hunter2!"', 'hunter2!'],
  },
  {
    name: 'what an alias leads to',
    path: 'a.yaml',
    text: pod('- name: NOTE\n  value: &p hunter2!\n- name: DB_PASSWORD\n  value: *p'),
    hidden: ['hunter2!', '*p'],
  },
  {
    name: 'all lines of a block',
    path: 'a.yaml',
    text: 'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\nstringData:\n  k: |\n    one line\n    two line\n',
    hidden: ['|\n    one line\n    two line'],
  },
  { name: 'a metavariable', path: 'a.py', text: 'login("me", "hunter2!")\n', hidden: ['"hunter2!"'] },
  { name: 'nothing else', path: 'a.yaml', text: pod('- name: DB_USER\n  value: hunter2!'), hidden: [] },
];

for (const { name, path, text, hidden } of cases) {
  test(`masks ${name}`, () => {
    const verdict = judgeText(path, text, policies);
    const shown = verdict.secrets.map(({ start, end }) => text.slice(start, end));
    assert.deepEqual([...new Set(shown)].sort(), [...hidden].sort());
    for (const { message } of verdict.findings) assert.doesNotMatch(message, /hunter2/);
  });
}

test('a short value is not looked for elsewhere', () => {
  const text = pod('- name: DB_PASSWORD\n  value: yes1');
  const { secrets } = judgeText('a.yaml', text, policies);
  assert.deepEqual(
    secrets.map(({ start, end }) => text.slice(start, end)),
    ['yes1'],
  );
});

test('a policy on several kinds judges each of them', () => {
  const several = policySet({
    'test/user': `
resource: [kubernetes.pod, kubernetes.container]
require: self.?securityContext.?runAsUser.orValue(1) != 0
mark: securityContext.runAsUser
message: root`,
  });
  const text = `${pod('[]')}      securityContext: { runAsUser: 0 }\n  securityContext: { runAsUser: 0 }\n`;
  const { findings } = judgeText('a.yaml', text, several);
  assert.deepEqual(
    findings.map(({ path: where, outcome }) => `${outcome} ${where}`),
    ['fail spec.containers[0].securityContext.runAsUser', 'fail spec.securityContext.runAsUser'],
  );
});

test('items of a typed list know their kind', () => {
  const list =
    'apiVersion: apps/v1\nkind: DeploymentList\nitems:\n  - metadata: { name: a }\n    spec: { template: { spec: { containers: [] } } }\n';
  const kinds = policySet({
    'test/kind': `
resource: kubernetes.object
require: self.kind != 'Deployment'
message: "{self.apiVersion} {self.kind}"`,
  });
  const { findings } = judgeText('a.yaml', list, kinds);
  assert.deepEqual(
    findings.map(({ message, outcome }) => `${outcome} ${message}`),
    ['fail apps/v1 Deployment'],
  );
});

test('a message that is cut shows no piece of a secret', () => {
  const long = policySet({
    'test/whole': `
resource: kubernetes.container
require: "false"
message: "val {self.image} {self}"`,
    'test/environment': `
resource: kubernetes.container
each: env
require: "!textOf(item.?name).endsWith('PASSWORD')"
masks: value
message: "{item.name}"`,
  });
  const secret = 'kT9vQz4mXw2LpR7bNc5Y';
  for (let width = 100; width < 200; width++) {
    for (const value of [secret, `"${secret}"`, '"s3cr!"']) {
      const text = pod(`- name: DB_PASSWORD\n  value: ${value}`).replace('name: a\n', `name: ${'w'.repeat(width)}\n`);
      for (const { message } of judgeText('a.yaml', text, long).findings) {
        assert.doesNotMatch(message, /value: "?[ks]/, message);
      }
    }
  }
});

test('what a policy names a secret is not reported again by a form that knows only passwords', () => {
  const form = {
    'test/form': `
resource: text
secret: { keywords: [value], regex: 'value: (\\S{8,40})' }
message: "secret {match.masked}"`,
  };
  const named = {
    'test/named': `
resource: kubernetes.container
each: env
require: 'false'
masks: value
message: "{item.name}"`,
  };
  const text = pod('- name: DB_PASSWORD\n  value: kJ8sQz2mVb71xPq0Lt');
  const ids = (set: ReturnType<typeof policySet>) =>
    judgeText('a.yaml', text, set).findings.map(({ policy }) => policy);
  assert.deepEqual(ids(policySet(form)), ['test/form']);
  assert.deepEqual(ids(policySet({ ...form, ...named })), ['test/named']);
});
