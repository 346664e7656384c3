/** kerb.yaml: what it chooses, and what is said of its mistakes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeText, native, policyText, said } from '../../test/policySet.ts';
import { compilePolicies, readConfiguration, readPolicies } from '../index.ts';

const files = {
  'kubernetes/tag':
    'severity: high\nresource: kubernetes.container\nrequire: "!self.image.endsWith(\':latest\')"\ncontrols: [PSS/baseline]\nmessage: tag',
  'kubernetes/most':
    'severity: medium\nresource: kubernetes.container\nrequire: size(self.?args.orValue([])) <= params.most\nparameters: { most: { type: int, default: 1, minimum: 0, maximum: 5, description: d } }\nmessage: "more than {params.most}"',
  'npm/any': 'severity: low\nresource: npm.package\nrequire: "false"\nmessage: any',
};
const policies = policiesOf(files);
const onChanges = policiesOf({
  'change/any': 'severity: low\nresource: change.file\nrequire: "false"\nmessage: "{self.path}"',
});

function policiesOf(texts: Readonly<Record<string, string>>) {
  const entries = Object.entries(texts);
  return readPolicies(entries.map(([id, text]) => ({ path: `${id}.yaml`, id, text: policyText(text) }))).policies;
}

function set(text: string, chosenFrom = policies) {
  const { configuration, problems } = readConfiguration({ path: 'kerb.yaml', text });
  const compiled = compilePolicies(chosenFrom, configuration, native);
  return {
    compiled,
    said: [...problems, ...compiled.problems].map(
      ({ range, message }) => `${range.start.line}:${range.start.column} ${message}`,
    ),
  };
}

const pod =
  'kind: Pod\napiVersion: v1\nspec:\n  containers:\n    - name: a\n      image: x:latest\n      args: [a, b, c]\n';

const chosen: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['', { 'kubernetes/tag': 'deny', 'kubernetes/most': 'warn', 'npm/any': 'audit' }],
  ['sets: [kubernetes]', { 'kubernetes/tag': 'deny', 'kubernetes/most': 'warn' }],
  ['sets: [PSS/baseline, npm/any]', { 'kubernetes/tag': 'deny', 'npm/any': 'audit' }],
  [
    'policies: { "kubernetes/*": { enforcement: audit } }',
    { 'kubernetes/tag': 'audit', 'kubernetes/most': 'audit', 'npm/any': 'audit' },
  ],
  [
    'policies: { "kubernetes/*": { enforcement: off }, kubernetes/tag: { enforcement: warn } }',
    { 'kubernetes/tag': 'warn', 'npm/any': 'audit' },
  ],
  [
    'policies: { "*": { enforcement: deny }, npm/any: { ignore: [x] } }',
    { 'kubernetes/tag': 'deny', 'kubernetes/most': 'deny', 'npm/any': 'deny' },
  ],
];
for (const [text, expected] of chosen) {
  test(`chooses: ${text || 'nothing'}`, () => {
    const { compiled, said: problems } = set(text);
    assert.deepEqual(problems, []);
    const found = Object.fromEntries(compiled.policies.map(({ policy, enforcement }) => [policy.id, enforcement]));
    assert.deepEqual(found, expected);
  });
}

/** Each with its exact place, the stretch that is marked, and its words: one mistake is told once. */
const mistakes: readonly (readonly [string, string])[] = [
  [
    'policies:\n  kubernetes/tga: { enforcement: warn }',
    '2:3 «kubernetes/tga» there is no such policy; did you mean "kubernetes/tag"?',
  ],
  [
    'policies:\n  kubernets/*: { enforcement: warn }',
    '2:3 «kubernets/*» there is no such policy; did you mean "kubernetes/*"?',
  ],
  ['policies: { __proto__: { enforcement: off } }', '1:13 «__proto__» there is no such policy'],
  [
    'policies: { kubernetes: { enforcement: off } }',
    '1:13 «kubernetes» there is no such policy; did you mean "kubernetes/*"?',
  ],
  ['policies: { kubernetes/tag: off }', '1:29 «off» expected a map of enforcement, parameters, ignore'],
  ['policies: [kubernetes/tag]', '1:11 «[kubernetes/tag]» expected a map'],
  ['sets: [kubernets]', '1:8 «kubernets» no policy is in this set; did you mean "kubernetes"?'],
  ['sets: [PSS/baselin]', '1:8 «PSS/baselin» no policy is in this set; did you mean "PSS/baseline"?'],
  ['sets: kubernetes', '1:7 «kubernetes» expected a list'],
  ['sets: []', '1:7 «[]» at least 1 element'],
  ['sets: all]', '1:7 «all]» expected a list'],
  ['policies:\n  kubernetes/most: { parameters: { least: 1 } }', '2:36 «least» the policy has no such parameter'],
  [
    'policies:\n  kubernetes/most: { parameters: { mst: 1 } }',
    '2:36 «mst» the policy has no such parameter; did you mean "most"?',
  ],
  ['policies:\n  kubernetes/most: { parameters: { most: x } }', '2:42 «x» expected an integer'],
  ['policies:\n  kubernetes/most: { parameters: { most: 9 } }', '2:42 «9» expected at most 5'],
  ['policies:\n  kubernetes/most: { parameters: 3 }', '2:34 «3» expected a map'],
  ['policies:\n  kubernetes/most: { params: { most: 3 } }', '2:22 «params» unknown key; here it is `parameters`'],
  ['policies:\n  kubernetes/most: { enabled: false }', '2:22 «enabled» unknown key; here it is `enforcement`'],
  [
    'policies:\n  kubernetes/most: { severity: low }',
    '2:22 «severity» unknown key; the keys here are enforcement, parameters, ignore',
  ],
  ['polices: {}', '1:1 «polices» unknown key; did you mean "policies"?'],
  ['rules: {}', '1:1 «rules» unknown key; here it is `policies`'],
  ['exclude: [vendor]', '1:1 «exclude» unknown key; here it is `ignore`'],
  [
    'version: 1',
    '1:1 «version» unknown key; the keys here are sets, policies, ignore, policyFolders, baseline, suppressions',
  ],
  ['policies: { kubernetes/tag: { enforcement: block } }', '1:44 «block» expected one of off, audit, warn, deny'],
  ['policyFolders: rules', '1:16 «rules» expected a list'],
  [
    'policyFolders: [rules, ../elsewhere]',
    '1:24 «../elsewhere» a path stays within the repository: relative, without `..`',
  ],
  ['baseline: /etc/passwd', '1:11 «/etc/passwd» a path stays within the repository: relative, without `..`'],
  ['baseline: true', '1:11 «true» expected text in quotes'],
  ['ignore: vendor/**', '1:9 «vendor/**» expected a list'],
  [
    'ignore: [vendor, "!vendor/own"]',
    '1:18 «"!vendor/own"» `!` takes nothing back here: name only what is left out (`\\!` is a name that begins so)',
  ],
  ['ignore:\n  - ../x', '2:5 «../x» a path stays within the repository: relative, without `..`'],
  ['ignore: ["[a"]', '1:10 «"[a"» `[` begins a class that no `]` ends; write `\\[` for the character itself'],
  ['ignore: ["vendor\\\\own"]', '1:10 «"vendor\\\\own"» folders are separated by `/`, also on Windows'],
  ['ignore: ["[[:digit:]]"]', '1:10 «"[[:digit:]]"» a class names characters and ranges, as `[a-z]` does'],
  [
    'policies: { kubernetes/tag: { ignore: ["a/../b"] } }',
    '1:40 «"a/../b"» a path stays within the repository: relative, without `..`',
  ],
  ['suppressions: { longestDays: 0 }', '1:30 «0» at least 1'],
  ['suppressions: { longestDays: 90d }', '1:30 «90d» expected a number'],
  ['suppressions: { maxDays: 90 }', '1:17 «maxDays» unknown key; here it is `longestDays`'],
  ['suppressions: { sameChange: yes }', '1:29 «yes» expected one of refuse, allow'],
  ['- a', '1:1 «- a» expected a map'],
  ['x', '1:1 «x» expected a map'],
  ['sets: [all]\nsets: [npm]', '2:1 «sets» The key is there twice; the last one counts.'],
  ['\tsets: [all]', '1:1 «\t» YAML is indented with spaces, not tabs.'],
];
for (const [text, expected] of mistakes) {
  test(`mistake: ${text.split('\n').at(-1)}`, () => {
    const { configuration, problems } = readConfiguration({ path: 'kerb.yaml', text });
    const all = [...problems, ...compilePolicies(policies, configuration, native).problems];
    assert.deepEqual(
      all.map(({ range: { start }, span, message }) => {
        const marked = text.slice(span.start, span.end);
        return `${start.line}:${start.column} «${marked}» ${message}`;
      }),
      [expected],
    );
  });
}

test('parameters, ignored files and ignored policies take effect', () => {
  const judged = (text: string, path = 'deploy/pod.yaml') => said(judgeText(path, pod, set(text).compiled));
  assert.equal(judged('').length, 2);
  assert.ok(
    judged('policies: { kubernetes/most: { parameters: { most: 2 } } }').some((line) => line.endsWith('more than 2')),
  );
  assert.equal(judged('policies: { kubernetes/most: { parameters: { most: 3 } } }').length, 1);
  assert.equal(judged('ignore: [deploy]').length, 0);
  assert.equal(judged('ignore: ["*.yaml"]').length, 0);
  assert.equal(judged('ignore: [other/**, "*.yml"]').length, 2);
  for (const glob of ['[!x]eploy', '[^x]eploy', '[d-e]eploy/[p]od.yaml', '/deploy/', './deploy'])
    assert.equal(judged(`ignore: ["${glob}"]`).length, 0, glob);
  for (const glob of ['[!d]eploy', '[^d]eploy', '\\\\!deploy', '\\\\[a', '[]]eploy'])
    assert.equal(judged(`ignore: ["${glob}"]`).length, 2, glob);
  assert.equal(judged('policies: { kubernetes/tag: { ignore: ["deploy/**"] } }').length, 1);
  assert.equal(judged('policies: { "kubernetes/*": { ignore: ["deploy/*.yaml"] } }').length, 0);
});

test('what is left out is left out of a change too, and a change as such never is', () => {
  const change = JSON.stringify({ gate: 'commit', files: [{ path: 'vendor/a.js' }, { path: 'src/a.js' }] });
  const judged = (text: string) =>
    said(judgeText('.git/kerb/commit.json', change, set(text, onChanges).compiled)).length;
  assert.equal(judged(''), 2);
  assert.equal(judged('policies: { change/any: { ignore: [vendor] } }'), 1);
  assert.equal(judged('ignore: [vendor]'), 1);
  assert.equal(judged('ignore: [.git, "*.json"]'), 2);
});

test('the digest is that of what is judged by, and of nothing else', () => {
  const digest = (text: string) => set(text).compiled.digest;
  assert.match(digest(''), /^sha256:[0-9a-f]{64}$/);
  assert.equal(digest(''), digest('# only a comment\n'));
  assert.equal(digest('sets: [all]\nignore: []'), digest('ignore: []\nsets: [all]'));
  assert.notEqual(digest(''), digest('sets: [npm]'));
  const moved = policies.map((policy) => ({ ...policy, file: `elsewhere/${policy.file}` }));
  assert.equal(compilePolicies(moved, set('').compiled.configuration, native).digest, digest(''));
  assert.equal(compilePolicies(policies.toReversed(), set('').compiled.configuration, native).digest, digest(''));
});

test('hostile configurations: never a throw, never a loosening', () => {
  for (const text of [
    '\0',
    'a: &a [*a]',
    `ignore: [${'"*",'.repeat(5_000)}"*"]`,
    '__proto__: { sets: [] }',
    `${'['.repeat(3_000)}`,
    'sets: !!js/function "x"',
    'x'.repeat(600_000),
  ]) {
    const { configuration, problems } = readConfiguration({ path: 'kerb.yaml', text });
    assert.ok(
      problems.some(({ severity }) => severity === 'error'),
      text.slice(0, 20),
    );
    assert.deepEqual(configuration.ignore, []);
    assert.deepEqual(configuration.sets, ['all']);
  }
});
