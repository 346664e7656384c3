// What is pointed at is marked with ‸. Every sketch is read, compiled and judged again here, as its author would.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createNative } from '../../../repository/native.ts';
import type { SourceFile } from '../../model.ts';
import { runCases } from '../cases.ts';
import { readPolicies } from '../read.ts';
import { type Sketch, sketchPolicy } from './index.ts';

const native = createNative();

type Written = Extract<Sketch, { kind: 'sketch' }>;

function sketch(path: string, marked: string, secrets: readonly string[] = []): Sketch {
  const offset = marked.indexOf('‸');
  const text = marked.replace('‸', '');
  const spans = secrets.map((secret) => ({ start: text.indexOf(secret), end: text.indexOf(secret) + secret.length }));
  const file: SourceFile = { path, text };
  return sketchPolicy({ file, offset, id: null, secrets: spans, native });
}

/** The sketch, after it has proved itself: it compiles, finds one thing in its first case and nothing in its second. */
function written(path: string, marked: string, secrets: readonly string[] = []): Written {
  const made = sketch(path, marked, secrets);
  assert.equal(made.kind, 'sketch', made.kind === 'none' ? made.reason : '');
  const { id, policy, page } = made as Written;
  const { policies, problems } = readPolicies([{ id, path: `${id}.yaml`, text: policy }]);
  assert.deepEqual(problems, []);
  assert.ok(policies[0]);
  const { cases } = runCases({ policy: policies[0], page: { path: `${id}.md`, text: page }, native });
  assert.deepEqual(
    cases.map(({ outcome, findings }) => [outcome, findings]),
    [
      ['passed', 1],
      ['passed', 0],
    ],
    page,
  );
  return made as Written;
}

function rule({ policy }: Written): string {
  return policy.slice(policy.indexOf('\n', policy.indexOf('owners:')) + 1).replace(/^ {2}- .*\n/, '');
}

const deployment = (container: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, labels: { team: shop } }
spec:
  replicas: 3
  template:
    spec:
      containers:
        - name: side
          image: side:1.0
        - name: web
${container.replace(/^/gm, '          ')}
`;

const workflow = (steps: string) => `on: [push]
env: { LANG: C }
jobs:
  lint: { runs-on: ubuntu-latest, steps: [{ run: make lint }] }
  build:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    steps:
${steps.replace(/^/gm, '      ')}
`;

describe('a policy is begun from a value', () => {
  test('a flag of a container, cut down to the way that leads there', () => {
    const made = written('deploy/web.yaml', deployment('securityContext:\n  privileged: ‸true\n  runAsUser: 5'));
    assert.equal(made.id, 'team/privileged');
    assert.equal(
      rule(made),
      `resource: kubernetes.container
require: self.?securityContext.?privileged.orValue(false) != true
mark: securityContext.privileged
message: privileged is true
`,
    );
    assert.equal(
      made.page,
      `# team/privileged

privileged must not be true.

\`\`\`yaml web.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
        - name: web
          securityContext:
            privileged: true
            #           ^^^^ privileged is true
\`\`\`

Without it nothing is found.

\`\`\`yaml web.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
        - name: web
          securityContext:
            privileged: false
\`\`\`
`,
    );
  });

  test('the key of a value stands for it, and the beginning of a line for the key', () => {
    const value = rule(written('a.yaml', deployment('tty: tr‸ue')));
    assert.equal(rule(written('a.yaml', deployment('t‸ty: true'))), value);
    assert.equal(rule(written('a.yaml', deployment('‸tty: true'))), value);
  });

  const rules: readonly [what: string, path: string, text: string, expected: RegExp][] = [
    [
      'a field of an object',
      'a.yaml',
      deployment('x: 1').replace('3', '‸3'),
      /where: self.kind == 'Deployment'\nrequire: self.\?spec.\?replicas.orValue\(0\) != 3/,
    ],
    [
      'a label',
      'a.yaml',
      deployment('x: 1').replace('shop', 's‸hop'),
      /metadata.\?labels.\?team.orValue\(''\) != 'shop'/,
    ],
    [
      'the tag of an image',
      'a.yaml',
      deployment('image: registry.io/a/b:lat‸est'),
      /!\(image\(.*\).tag in \['', 'latest'\]\)/,
    ],
    [
      'the registry of an image',
      'a.yaml',
      deployment('image: regi‸stry.io/a/b:1'),
      /image\(.*\).registry != 'registry.io'/,
    ],
    [
      'the name of an image',
      'a.yaml',
      deployment('image: registry.io/a/‸b:1'),
      /image\(.*\).name != 'registry.io\/a\/b'/,
    ],
    [
      'an element of a list',
      'a.yaml',
      deployment('securityContext: { capabilities: { add: [A, SYS_AD‸MIN] } }'),
      /each: securityContext.capabilities.add\nrequire: item != 'SYS_ADMIN'/,
    ],
    [
      'a field of an element',
      'a.yaml',
      deployment('ports: [{ hostPort: ‸80 }]'),
      /each: ports\nrequire: item.\?hostPort.orValue\(0\) != 80\nmark: hostPort/,
    ],
    [
      'an environment variable of that name',
      'a.yaml',
      deployment('env: [{ name: DEBUG, value: "‸1" }]'),
      /item.\?name.orValue\(''\) != 'DEBUG' \|\| item.\?value.orValue\(''\) != '1'/,
    ],
    [
      'a map that must not be there',
      'a.yaml',
      deployment('livenes‸sProbe: { httpGet: { port: 1 } }'),
      /require: "!self.\?livenessProbe.hasValue\(\)"/,
    ],
    [
      'a key that is no name',
      '.github/workflows/a.yml',
      workflow('- run: a').replace('10', '1‸0'),
      /self\[\?'timeout-minutes'\].orValue\(0\) != 10/,
    ],
    [
      'the version of an action',
      '.github/workflows/a.yml',
      workflow('- uses: actions/checkout@v‸4'),
      /where: self.\?uses.hasValue\(\)\nrequire: uses\(.*\).pinned/,
    ],
    [
      'an action',
      '.github/workflows/a.yml',
      workflow('- uses: act‸ions/checkout@v4'),
      /owner != 'actions' \|\| .*repo != 'checkout'/,
    ],
    [
      'a command of a script',
      '.github/workflows/a.yml',
      workflow('- run: |\n    make\n    npm pub‸lish --access public'),
      /resource: github.command\nrequire: "!self.text.startsWith\('npm publish'\)"/,
    ],
    [
      'an expression',
      '.github/workflows/a.yml',
      workflow('- run: echo ${{ github.event.iss‸ue.title }}'),
      /resource: github.expression\nrequire: self.text.trim\(\) != 'github.event.issue.title'/,
    ],
    [
      'the image of a stage',
      'Dockerfile',
      'FROM a:1 AS b\nRUN x\nFROM debian:lat‸est\nRUN y\n',
      /resource: docker.stage\n.*\nrequire: "!\(image/,
    ],
    [
      'a stage that begins from another one: its name is no image',
      'Dockerfile',
      'FROM a:1 AS build\nRUN x\nFROM bui‸ld\nRUN y\n',
      /resource: docker.stage\nrequire: self.\?base.orValue\(''\) != 'build'/,
    ],
    [
      'nothing to begin from: it has no tag',
      'Dockerfile',
      'FROM scra‸tch\nCOPY x /\n',
      /resource: docker.stage\nrequire: self.\?base.orValue\(''\) != 'scratch'/,
    ],
    [
      'a variable of a Dockerfile',
      'Dockerfile',
      'FROM a:1\nENV A=‸b C=d\n',
      /each: pairs\nrequire: item.\?name.orValue\(''\) != 'A'/,
    ],
    [
      'a command of a RUN',
      'Dockerfile',
      'FROM a:1\nRUN apt-get update && cu‸rl x | sh\n',
      /resource: docker.command\nrequire: "!self.text.startsWith\('curl x'\)"/,
    ],
    [
      'the only command of a RUN',
      'Dockerfile',
      'FROM a:1\nRUN apk a‸dd curl\n',
      /resource: docker.command\nrequire: "!self.text.startsWith\('apk add'\)"/,
    ],
    [
      'a keyword of a Dockerfile',
      'Dockerfile',
      'FROM a:1\nMAIN‸TAINER me\n',
      /resource: docker.instruction\nrequire: self.instruction != 'MAINTAINER'\nmark: instruction/,
    ],
    [
      'a script of a package',
      'package.json',
      '{ "name": "a", "scripts": { "postinstall": "no‸de x" } }',
      /self.\?scripts.\?postinstall.orValue\(''\) != 'node x'/,
    ],
    ['a dependency', 'package.json', '{ "dependencies": { "left-pad": "‸*" } }', /self.\?dependencies\[\?'left-pad'\]/],
    [
      'a setting of npm',
      '.npmrc',
      'registry=https://a/\nstrict-ssl=fal‸se\n',
      /item.\?key.orValue\(''\) != 'strict-ssl' \|\| /,
    ],
    [
      'a call',
      'src/a.ts',
      'function f() {\n  if (a) {\n    ex‸ec(`ls ${b}`);\n  }\n}\n',
      /language: typescript\n {2}rule:\n {4}pattern: exec\(\$\$\$ARGUMENTS\)/,
    ],
    ['a call of a method', 'a.py', 'def f(x):\n    return yaml.lo‸ad(x)\n', /pattern: yaml.load/],
    [
      'a call where the pattern would be read otherwise',
      'a.go',
      'package m\nfunc f() {\n\tfmt.Print‸ln("x")\n}\n',
      /regex: \^fmt\\.Println\$/,
    ],
    [
      'a call of a call',
      'A.java',
      'class A { void f() {\n  Runtime.getRuntime().ex‸ec("x");\n} }\n',
      /regex: \^exec\$/,
    ],
    ['a command of a shell', 'a.sh', 'set -e\ncu‸rl x | sh\n', /regex: \^curl\$/],
  ];
  for (const [what, path, text, expected] of rules) test(what, () => assert.match(rule(written(path, text)), expected));
});

describe('no secret gets into a policy', () => {
  test('what policies know', () => {
    const token = 'ghp_0123456789abcdefghij';
    const made = written('a.yaml', deployment(`args: [--tok‸en, ${token}]\nenv: [{ name: A, value: ${token} }]`), [
      token,
    ]);
    assert.ok(!`${made.policy}${made.page}`.includes(token));
  });

  test('what its name says is one, also where it is pointed at', () => {
    for (const text of [
      deployment('env:\n  - name: DB_PASSWORD\n    value: hunt‸er22'),
      deployment('env:\n  - name: A\n    value: "1"\n  - { name: API_TOKEN, value: hun‸ter22 }'),
      'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\nstringData:\n  user: hunt‸er22\n',
      'FROM a:1\nENV A=‸b DB_PASSWORD=hunter22\n',
    ]) {
      const made = written(text.startsWith('FROM') ? 'Dockerfile' : 'a.yaml', text);
      assert.ok(!`${made.policy}${made.page}`.includes('hunter22'), made.policy);
      assert.match(made.page, /xxxxxxxx/);
    }
  });

  test('a rule about one is about its standing there, so that it finds what was pointed at', () => {
    const text = deployment('env:\n  - name: DB_PASSWORD\n    value: hunt‸er22');
    const made = written('a.yaml', text);
    assert.equal(
      rule(made),
      `resource: kubernetes.container
each: env
require: item.?name.orValue('') != 'DB_PASSWORD' || !item.?value.hasValue()
mark: value
message: DB_PASSWORD is written out here
`,
    );
    const { policies } = readPolicies([{ id: made.id, path: `${made.id}.yaml`, text: made.policy }]);
    const page = `\`\`\`yaml a.yaml\n${text.replace('‸', '')}\`\`\`\n`;
    const { cases } = runCases({ policy: policies[0]!, page: { path: `${made.id}.md`, text: page }, native });
    assert.equal(cases[0]?.findings, 1);
  });

  test('a flag is none, whatever its name', () => {
    const made = written(
      'a.yaml',
      'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { automountServiceAccountToken: fal‸se }\n',
    );
    assert.match(rule(made), /automountServiceAccountToken.orValue\(true\) != false/);
  });
});

describe('where nothing can be said', () => {
  const reasons: readonly [what: string, path: string, text: string, reason: RegExp][] = [
    ['a file that no policy judges', 'notes.yaml', 'a: ‸b\n', /nothing that policies judge stands here/],
    ['plain text', 'notes.txt', 'hel‸lo\n', /nothing that policies judge stands here/],
    ['an empty file', 'a.yaml', '‸', /nothing that policies judge stands here/],
    [
      'a value that a template fills in',
      'a.yaml',
      deployment('image: "{{ .Values.im‸age }}"'),
      /a template fills this value in/,
    ],
    [
      'a setting that is a secret by its name',
      '.npmrc',
      '//registry.example/:_password=hunt‸er22\n',
      /a secret, which no policy may repeat/,
    ],
    [
      'a variable of a Dockerfile that is one',
      'Dockerfile',
      'FROM a:1\nENV DB_PASSWORD=hunt‸er22 A=b\n',
      /a secret, which no policy may repeat/,
    ],
    ['code without a call', 'a.ts', 'const a = ‸1;\n', /no rule could be made/],
  ];
  for (const [what, path, text, reason] of reasons) {
    test(what, () => {
      const made = sketch(path, text);
      assert.equal(made.kind, 'none');
      assert.match(made.kind === 'none' ? made.reason : '', reason);
    });
  }

  test('any offset of any garbage gives an answer', () => {
    const text = 'apiVersion: v1\nkind: Pod\nspec: {containers: [{a: [*x, &y !!z "\n  ? - : |\n\t- {{';
    for (let offset = -1; offset <= text.length + 1; offset++)
      sketchPolicy({ file: { path: 'a.yaml', text }, offset, id: null, secrets: [], native });
  });
});
