/** Fixes: what they do to the text, and when they are not offered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { judgeText, native, policySet, today } from '../test/policySet.ts';
import { applyEdits, fixesOf, fixFile, type PolicySet } from './index.ts';

const context = { gate: 'check', date: today };

function fixed(path: string, text: string, policies: PolicySet, which: 'safe' | 'all' = 'all'): string {
  return fixFile({ path, text }, { policies, native, context }, { which }).text;
}

const container = (rule: string, fix: string) =>
  policySet({
    'k/rule': `resource: kubernetes.container\nrequire: ${JSON.stringify(rule)}\nfix: { title: Repair, safe: true, ${fix} }`,
  });

const remove = container(
  '!has(self.securityContext) || !has(self.securityContext.privileged)',
  'remove: securityContext.privileged',
);
const set = container(
  'self.?securityContext.allowPrivilegeEscalation.orValue(true) == false',
  'set: { securityContext.allowPrivilegeEscalation: false }',
);
const drop = container(
  'self.?securityContext.capabilities.drop.orValue([]).exists(c, c == "ALL")',
  'set: { securityContext.capabilities.drop: [ALL] }',
);
const value = policySet({
  'k/rule': `resource: kubernetes.container
require: "!self.image.endsWith(':latest')"
mark: image
fix: { title: Pin, safe: false, value: "marked.replace(':latest', ':1.2.3')" }`,
});

/** A pod whose container is written as given, below `containers:`. */
const pod = (written: string) => `kind: Pod\napiVersion: v1\nspec:\n  containers:\n${written}`;

/** Before it, a list whose items stand below many comments. */
const commented = `x-list:\n${'# a word\n'.repeat(60)}- 1\n`;
const yaml: readonly (readonly [string, PolicySet, string, string])[] = [
  [
    'removes an entry with its line',
    remove,
    pod('  - name: a\n    securityContext:\n      privileged: true # old\n      runAsUser: 1\n'),
    pod('  - name: a\n    securityContext:\n      runAsUser: 1\n'),
  ],
  [
    'keeps the comments around it',
    remove,
    pod(
      '  - name: a\n    securityContext:\n      # above\n      privileged: true\n      # below\n      runAsUser: 1\n',
    ),
    pod('  - name: a\n    securityContext:\n      # above\n      # below\n      runAsUser: 1\n'),
  ],
  [
    'removes the only entry of a map',
    remove,
    pod('  - name: a\n    securityContext:\n      privileged: true\n    image: x\n'),
    pod('  - name: a\n    securityContext: {}\n    image: x\n'),
  ],
  [
    'removes the last line of a file without a line break',
    remove,
    pod('  - name: a\n    securityContext:\n      runAsUser: 1\n      privileged: true'),
    pod('  - name: a\n    securityContext:\n      runAsUser: 1'),
  ],
  [
    'removes from a flow map',
    remove,
    pod('  - { name: a, securityContext: { privileged: true, runAsUser: 1 } }\n'),
    pod('  - { name: a, securityContext: { runAsUser: 1 } }\n'),
  ],
  [
    'removes the last of a flow map',
    remove,
    pod('  - { name: a, securityContext: { runAsUser: 1, privileged: true } }\n'),
    pod('  - { name: a, securityContext: { runAsUser: 1 } }\n'),
  ],
  [
    'removes the only one of a flow map',
    remove,
    pod('  - { name: a, securityContext: { privileged: true } }\n'),
    pod('  - { name: a, securityContext: {} }\n'),
  ],
  [
    'removes the entry beside a dash',
    remove,
    pod('  - securityContext:\n      privileged: true\n      runAsUser: 1\n    name: a\n'),
    pod('  - securityContext:\n      runAsUser: 1\n    name: a\n'),
  ],
  [
    'keeps Windows line ends',
    remove,
    pod('  - name: a\n    securityContext:\n      privileged: true\n      runAsUser: 1\n').replaceAll('\n', '\r\n'),
    pod('  - name: a\n    securityContext:\n      runAsUser: 1\n').replaceAll('\n', '\r\n'),
  ],
  [
    'finds its way past many comments with Windows line ends',
    set,
    `${commented}${pod('  - name: a\n')}`.replaceAll('\n', '\r\n'),
    `${commented}${pod('  - name: a\n    securityContext:\n      allowPrivilegeEscalation: false\n')}`.replaceAll(
      '\n',
      '\r\n',
    ),
  ],
  [
    'changes a value',
    set,
    pod('  - name: a\n    securityContext:\n      allowPrivilegeEscalation: true # why\n'),
    pod('  - name: a\n    securityContext:\n      allowPrivilegeEscalation: false # why\n'),
  ],
  [
    'adds a missing entry',
    set,
    pod('  - name: a\n    securityContext:\n      runAsUser: 1 # one\n    image: x\n'),
    pod(
      '  - name: a\n    securityContext:\n      runAsUser: 1 # one\n      allowPrivilegeEscalation: false\n    image: x\n',
    ),
  ],
  [
    'adds what is missing on the way',
    set,
    pod('  - name: a\n    image: x\n'),
    pod('  - name: a\n    image: x\n    securityContext:\n      allowPrivilegeEscalation: false\n'),
  ],
  [
    'adds at the end of a file without a line break',
    set,
    pod('  - name: a\n    image: x'),
    pod('  - name: a\n    image: x\n    securityContext:\n      allowPrivilegeEscalation: false'),
  ],
  [
    'adds after a block scalar',
    set,
    pod(
      '  - name: a\n    args:\n      - |\n        one\n        two\n  - name: b\n    securityContext: { allowPrivilegeEscalation: false }\n',
    ),
    pod(
      '  - name: a\n    args:\n      - |\n        one\n        two\n    securityContext:\n      allowPrivilegeEscalation: false\n  - name: b\n    securityContext: { allowPrivilegeEscalation: false }\n',
    ),
  ],
  [
    'fills a key without a value',
    set,
    pod('  - name: a\n    securityContext:\n    image: x\n'),
    pod('  - name: a\n    securityContext:\n      allowPrivilegeEscalation: false\n    image: x\n'),
  ],
  [
    'fills an empty flow map',
    set,
    pod('  - name: a\n    securityContext: {}\n'),
    pod('  - name: a\n    securityContext: { allowPrivilegeEscalation: false }\n'),
  ],
  [
    'adds to a flow map',
    set,
    pod('  - { name: a, securityContext: { runAsUser: 1 } }\n'),
    pod('  - { name: a, securityContext: { runAsUser: 1, allowPrivilegeEscalation: false } }\n'),
  ],
  [
    'adds with four columns where the file has four',
    set,
    'kind: Pod\napiVersion: v1\nspec:\n    containers:\n        - name: a\n',
    'kind: Pod\napiVersion: v1\nspec:\n    containers:\n        - name: a\n          securityContext:\n              allowPrivilegeEscalation: false\n',
  ],
  [
    'adds a list',
    drop,
    pod('  - name: a\n'),
    pod('  - name: a\n    securityContext:\n      capabilities:\n        drop:\n          - ALL\n'),
  ],
  [
    'replaces a flow list',
    drop,
    pod('  - name: a\n    securityContext:\n      capabilities: { drop: [NET_RAW], add: [X] }\n'),
    pod('  - name: a\n    securityContext:\n      capabilities: { drop: [ALL], add: [X] }\n'),
  ],
  [
    'replaces a block list',
    drop,
    pod(
      '  - name: a\n    securityContext:\n      capabilities:\n        drop:\n        - NET_RAW\n        - KILL\n        add: [X]\n',
    ),
    pod('  - name: a\n    securityContext:\n      capabilities:\n        drop:\n          - ALL\n        add: [X]\n'),
  ],
  [
    'keeps the quotes of a value',
    value,
    pod('  - name: a\n    image: \'x:latest\'\n  - name: b\n    image: "y:latest"\n  - name: c\n    image: z:latest\n'),
    pod('  - name: a\n    image: \'x:1.2.3\'\n  - name: b\n    image: "y:1.2.3"\n  - name: c\n    image: z:1.2.3\n'),
  ],
  [
    'works in a later document',
    remove,
    `a: 1\n---\n${pod('  - name: a\n    securityContext: { privileged: true }\n')}---\nb: 2\n`,
    `a: 1\n---\n${pod('  - name: a\n    securityContext: {}\n')}---\nb: 2\n`,
  ],
  [
    'repairs all in one go',
    remove,
    pod(
      '  - name: a\n    securityContext:\n      privileged: true\n  - name: b\n    securityContext:\n      privileged: false\n      runAsUser: 2\n',
    ),
    pod('  - name: a\n    securityContext: {}\n  - name: b\n    securityContext:\n      runAsUser: 2\n'),
  ],
  [
    'writes out what an alias brings: the anchor may stand for others too',
    remove,
    pod('  - name: a\n    securityContext: *x\n').replace('spec:', 'x-context: &x\n  privileged: true\nspec:'),
    pod('  - name: a\n    securityContext: {}\n').replace('spec:', 'x-context: &x\n  privileged: true\nspec:'),
  ],
  [
    'writes out an alias, and then the anchor is free',
    set,
    pod('  - name: a\n    securityContext: &x\n      runAsUser: 1\n  - { name: b, securityContext: *x }\n'),
    pod(
      '  - name: a\n    securityContext: &x\n      runAsUser: 1\n      allowPrivilegeEscalation: false\n  - { name: b, securityContext: { runAsUser: 1, allowPrivilegeEscalation: false } }\n',
    ),
  ],
  [
    'sets beside a merge key what it brings',
    set,
    pod('  - name: a\n    <<: *x\n').replace('spec:', 'x-context: &x\n  securityContext: { runAsUser: 1 }\nspec:'),
    pod(
      '  - name: a\n    <<: *x\n    securityContext:\n      runAsUser: 1\n      allowPrivilegeEscalation: false\n',
    ).replace('spec:', 'x-context: &x\n  securityContext: { runAsUser: 1 }\nspec:'),
  ],
];
for (const [name, policies, before, after] of yaml) {
  test(`YAML: ${name}`, () => assert.equal(fixed('pod.yaml', before, policies), after));
}

test('no fix is offered that takes out what a merge key brings', () => {
  const text = pod('  - name: a\n    securityContext:\n      <<: { privileged: true }\n');
  const { findings } = judgeText('pod.yaml', text, remove);
  assert.deepEqual(
    findings.map(({ fixes }) => fixes),
    [[]],
  );
});

test('JSON is edited as JSON', () => {
  const policies = policySet({
    'n/rule':
      'resource: npm.package\nrequire: "!has(self.scripts) || !(\'postinstall\' in self.scripts)"\nfix: { title: Remove, safe: true, remove: scripts.postinstall }',
  });
  assert.equal(
    fixed(
      'package.json',
      '{\n  "name": "a",\n  "scripts": {\n    "test": "x",\n    "postinstall": "y"\n  }\n}\n',
      policies,
    ),
    '{\n  "name": "a",\n  "scripts": {\n    "test": "x"\n  }\n}\n',
  );
});

const compact = '{"kind":"Pod","apiVersion":"v1","spec":{"containers":[{"name":"a: b"}]}}\n';
const json: readonly (readonly [string, PolicySet, string, string])[] = [
  ['compact', set, compact, compact.replace('"}]', '","securityContext":{"allowPrivilegeEscalation":false}}]')],
  [
    'one line with spaces',
    set,
    '{ "kind": "Pod", "apiVersion": "v1", "spec": { "containers": [ { "name": "a", "securityContext": {} } ] } }',
    '{ "kind": "Pod", "apiVersion": "v1", "spec": { "containers": [ { "name": "a", "securityContext": { "allowPrivilegeEscalation": false } } ] } }',
  ],
  [
    'a map on one line of many',
    set,
    '{\n  "kind": "Pod",\n  "apiVersion": "v1",\n  "spec": {\n    "containers": [\n      { "name": "a", "securityContext": { "allowPrivilegeEscalation": true } }\n    ]\n  }\n}\n',
    '{\n  "kind": "Pod",\n  "apiVersion": "v1",\n  "spec": {\n    "containers": [\n      { "name": "a", "securityContext": { "allowPrivilegeEscalation": false } }\n    ]\n  }\n}\n',
  ],
  [
    'many lines',
    set,
    '{\n  "kind": "Pod",\n  "apiVersion": "v1",\n  "spec": {\n    "containers": [\n      {\n        "name": "a"\n      }\n    ]\n  }\n}\n',
    '{\n  "kind": "Pod",\n  "apiVersion": "v1",\n  "spec": {\n    "containers": [\n      {\n        "name": "a",\n        "securityContext": {\n          "allowPrivilegeEscalation": false\n        }\n      }\n    ]\n  }\n}\n',
  ],
  [
    'an entry taken out',
    remove,
    compact.replace('"}]', '","securityContext":{"privileged":true,"runAsUser":1}}]'),
    compact.replace('"}]', '","securityContext":{"runAsUser":1}}]'),
  ],
];
for (const [name, policies, before, after] of json) {
  test(`JSON keeps its layout: ${name}`, () => assert.equal(fixed('pod.json', before, policies), after));
}

const dockerfile = 'FROM a\nMAINTAINER me \\\n  and you\n# start\nCMD ["x"]\n';
const docker: readonly (readonly [string, string, string])[] = [
  [
    'a value',
    'resource: docker.stage\nrequire: self.base != "a"\nmark: base\nfix: { title: Repair, safe: true, value: "\'b\'" }',
    dockerfile.replace('FROM a', 'FROM b'),
  ],
  [
    'an instruction taken out',
    'resource: docker.instruction\nrequire: self.instruction != "MAINTAINER"\nmark: instruction\nfix: { title: Repair, safe: true, remove: self }',
    dockerfile.replace('MAINTAINER me \\\n  and you\n', ''),
  ],
  [
    'a line before',
    'resource: docker.stage\nrequire: self.instructions.exists(i, i.instruction == "USER")\nmark: instructions[1]\nfix: { title: Repair, safe: true, insert: { before: "USER {1 + 2}" } }',
    dockerfile.replace('CMD', 'USER 3\nCMD'),
  ],
  [
    'a line after',
    'resource: docker.stage\nrequire: self.instructions.exists(i, i.instruction == "USER")\nmark: instructions[1]\nfix: { title: Repair, safe: true, insert: { after: "USER x" } }',
    `${dockerfile}USER x\n`,
  ],
];
for (const [name, rule, after] of docker) {
  test(`Dockerfile: ${name}`, () =>
    assert.equal(fixed('Dockerfile', dockerfile, policySet({ 'd/rule': rule })), after));
}

test('YAML gets a line at the indentation of the marked one', () => {
  const policies = policySet({
    'g/rule':
      'resource: github.workflow\nrequire: has(self.permissions)\nmark: jobs\nfix: { title: Repair, safe: true, insert: { before: "permissions:\\n  contents: read" } }',
  });
  const workflow = 'on: push\njobs:\n  a:\n    runs-on: x\n    steps: []\n';
  assert.equal(
    fixed('.github/workflows/a.yml', workflow, policies),
    workflow.replace('jobs:', 'permissions:\n  contents: read\njobs:'),
  );
});

test('a pattern repairs code', () => {
  const policies = policySet({
    'c/rule':
      'pattern: { language: [typescript, javascript], rule: { pattern: "eval($A)" }, fix: "run($A)" }\nfix: { title: Repair, safe: true }',
  });
  assert.equal(fixed('a.ts', 'eval(x); eval( y );\nother(eval(z));\n', policies), 'run(x); run(y);\nother(run(z));\n');
});

test('only safe fixes are made unasked', () => {
  const text = pod('  - name: a\n    image: x:latest\n');
  assert.equal(fixed('pod.yaml', text, value, 'safe'), text);
  assert.notEqual(fixed('pod.yaml', text, value, 'all'), text);
});

test('a fix that does not repair is not offered', () => {
  const useless = container('false', 'set: { tty: false }');
  const verdict = judgeText('pod.yaml', pod('  - name: a\n'), useless);
  assert.equal(verdict.findings.length, 1);
  assert.deepEqual(verdict.findings[0]?.fixes, [{ title: 'Repair', safe: true }]);
  assert.deepEqual(fixesOf(verdict, verdict.findings[0]!), []);
});

test('edits that overlap: the first stands, the others wait', () => {
  const edits = [
    { span: { start: 0, end: 3 }, text: 'X' },
    { span: { start: 2, end: 4 }, text: 'Y' },
    { span: { start: 4, end: 4 }, text: 'Z' },
  ];
  assert.equal(applyEdits('abcdef', edits), 'XdZef');
  assert.equal(applyEdits('abcdef', edits.toReversed()), 'XdZef');
});

const keys = fc.constantFrom('name', 'image', 'securityContext', 'x-y', 'privileged', 'runAsUser');
const scalar = fc.oneof(
  fc.constantFrom<string | number | boolean | null>(true, false, 1, null, 'a b', "it's", 'x # y', 'a: b', '- z', ''),
  fc.string({ maxLength: 12 }),
);

test('whatever stands around it, a fix changes nothing else', () => {
  const anything = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      scalar,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(keys, tie('value'), { maxKeys: 3 }),
    ),
  })).value;
  const property = fc.property(fc.dictionary(keys, anything, { maxKeys: 4 }), fc.boolean(), (given, isFlow) => {
    const before = {
      ...given,
      name: 'a',
      securityContext: { ...(isObject(given.securityContext) ? given.securityContext : {}), privileged: true },
    };
    const text = pod(`  - ${isFlow ? JSON.stringify(before) : block(before, '    ').trimStart()}\n`);
    const verdict = judgeText('pod.yaml', text, remove);
    const finding = verdict.findings[0];
    if (finding === undefined || verdict.problems.length > 0) return;
    for (const fix of fixesOf(verdict, finding)) {
      const after = judgeText('pod.yaml', applyEdits(text, fix.edits), remove);
      assert.equal(after.findings.length, 0);
      assert.deepEqual(after.problems, []);
    }
  });
  fc.assert(property, { numRuns: 100 });
});

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A map in block style, its scalars as JSON writes them. */
function block(map: Record<string, unknown>, indent: string): string {
  return Object.entries(map)
    .map(([key, item]) => {
      const written =
        isObject(item) && Object.keys(item).length > 0 ? `\n${block(item, `${indent}  `)}` : ` ${JSON.stringify(item)}`;
      return `${indent}${key}:${written}`;
    })
    .join('\n');
}
