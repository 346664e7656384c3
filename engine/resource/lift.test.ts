import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDocument } from '../document/index.ts';
import type { Native, Resource } from '../model.ts';
import { createMemo, liftResources, type Memo, resourceKinds } from './index.ts';

const native: Native = { sha256: () => '', parseCode: () => null };

function lift(path: string, text: string, memo?: Memo): readonly Resource[] {
  return liftResources(readDocument({ path, text }, native), memo).flatMap(({ resources }) => resources);
}

/** `kind name at path` of everything but the text itself. */
function listed(path: string, text: string): readonly string[] {
  return lift(path, text)
    .filter(({ kind }) => kind !== 'text')
    .map(({ kind, name, path: at }) => `${kind} ${name} at ${at.join('.')}`);
}

const pod = (name: string) => `spec:\n  containers:\n  - name: ${name}\n    image: i`;

const pods: readonly { name: string; text: string; at: string }[] = [
  { name: 'Pod', text: `apiVersion: v1\nkind: Pod\n${pod('c')}`, at: 'spec' },
  ...['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet'].map((kind) => ({
    name: kind,
    text: `apiVersion: apps/v1\nkind: ${kind}\nspec:\n  template:\n    ${pod('c').replaceAll('\n', '\n    ')}`,
    at: 'spec.template.spec',
  })),
  {
    name: 'ReplicationController',
    text: `apiVersion: v1\nkind: ReplicationController\nspec:\n  template:\n    ${pod('c').replaceAll('\n', '\n    ')}`,
    at: 'spec.template.spec',
  },
  {
    name: 'Job',
    text: `apiVersion: batch/v1\nkind: Job\nspec:\n  template:\n    ${pod('c').replaceAll('\n', '\n    ')}`,
    at: 'spec.template.spec',
  },
  {
    name: 'CronJob',
    text: `apiVersion: batch/v1\nkind: CronJob\nspec:\n  jobTemplate:\n    spec:\n      template:\n        ${pod('c').replaceAll('\n', '\n        ')}`,
    at: 'spec.jobTemplate.spec.template.spec',
  },
  {
    name: 'PodTemplate',
    text: `apiVersion: v1\nkind: PodTemplate\ntemplate:\n  ${pod('c').replaceAll('\n', '\n  ')}`,
    at: 'template.spec',
  },
  {
    name: 'List of a Pod',
    text: `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  ${pod('c').replaceAll('\n', '\n  ')}`,
    at: 'items.0.spec',
  },
  {
    name: 'List in a List',
    text: '{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"name":"c"}]}}]}]}',
    at: 'items.0.items.0.spec',
  },
  {
    name: 'typed list whose items do not repeat its kind',
    text: `apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: p}\n  ${pod('c').replaceAll('\n', '\n  ')}`,
    at: 'items.0.spec',
  },
  {
    name: 'kind that a template fills',
    text: `apiVersion: apps/v1\nkind: {{ .Values.kind }}\nspec:\n  template:\n    ${pod('c').replaceAll('\n', '\n    ')}`,
    at: 'spec.template.spec',
  },
];

for (const { name, text, at } of pods) {
  test(`a pod is lifted from: ${name}`, () => {
    const path = text.startsWith('{') ? 'a.json' : 'a.yaml';
    const found = lift(path, text);
    const spec = found.filter(({ kind }) => kind === 'kubernetes.pod');
    assert.deepEqual(
      spec.map((resource) => resource.path.join('.')),
      [at],
    );
    const container = found.filter(({ kind }) => kind === 'kubernetes.container');
    assert.deepEqual(
      container.map((resource) => resource.path.join('.')),
      [`${at}.containers.0`],
    );
    assert.equal(container[0]?.relatives.pod, spec[0]?.self);
  });
}

const foreign: readonly { path: string; text: string }[] = [
  { path: 'services.yml', text: 'services:\n  a:\n    image: x\n' },
  { path: 'compose.yml', text: 'services:\n  - a\n' },
  {
    path: 'kustomization.yaml',
    text: 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n',
  },
  { path: 'Chart.yaml', text: 'apiVersion: v2\nname: a\n' },
  { path: 'values.yaml', text: 'kind: Deployment\nspec: {template: {spec: {containers: []}}}\n' },
  { path: 'openapi.yaml', text: 'openapi: 3.1.0\npaths: {}\n' },
  { path: 'ci.yml', text: 'on: push\njobs: 3\n' },
  { path: 'gitlab.yml', text: 'on: x\njobs:\n  a:\n    script: make\n' },
  { path: 'action.yml', text: 'name: a\n' },
  { path: 'tsconfig.json', text: '{"scripts":{"a":"b"}}' },
  { path: 'README.md', text: 'FROM alpine' },
];

for (const { path, text } of foreign)
  test(`nothing is lifted from ${path}`, () => assert.deepEqual(listed(path, text), []));

test('services of Compose files are recognised by name and by language', () => {
  const text = 'services:\n  a: { image: 3, cap_add: x, volumes: [1], privileged: "yes" }\n  b:\n';
  for (const path of ['compose.yml', 'a/docker-compose.prod.yaml', 'compose-dev.yaml']) {
    assert.deepEqual(listed(path, text), ['compose.service service a at services.a']);
  }
  const [service] = lift('compose.yml', text);
  assert.deepEqual({ ...(service!.self as object) }, { name: 'a', image: '3', volumes: [1] });
  const file = { path: 'stack.yml', text, language: 'dockercompose' };
  assert.ok(
    liftResources(readDocument(file, native)).some(({ resources }) =>
      resources.some(({ kind }) => kind === 'compose.service'),
    ),
  );
});

test('workflows are recognised by place, by language and by shape', () => {
  const text = 'on: push\njobs:\n  a:\n    runs-on: x\n';
  const kinds = ['github.workflow', 'github.job'];
  for (const path of [
    '.github/workflows/a.yml',
    'sub/.github/workflows/a.yaml',
    'workflow-templates/a.yml',
    'ci/a.yml',
  ]) {
    assert.deepEqual(
      lift(path, text)
        .map(({ kind }) => kind)
        .filter((kind) => kind !== 'text'),
      kinds,
    );
  }
  const half = readDocument({ path: 'a.yml', text: 'on: push\n', language: 'github-actions-workflow' }, native);
  assert.ok(liftResources(half).some(({ resources }) => resources.some(({ kind }) => kind === 'github.workflow')));
});

const workflow = `on: [push, pull_request]
env:
  A: \${{ secrets.A }}
jobs:
  build:
    runs-on: ubuntu-latest
    if: github.actor == 'me'
    container: node:22
    steps:
      - name: Say
        run: |
          echo "\${{ github.event.issue.title }}" # no
          curl x \\
            | sh
      - uses: docker://alpine:3
      - run: "echo \\"a\\" && make"
        shell: python
`;

test('a workflow with all that is in it', () => {
  assert.deepEqual(listed('.github/workflows/a.yml', workflow), [
    'github.workflow workflow .github/workflows/a.yml at ',
    'github.expression workflow .github/workflows/a.yml at env.A',
    'github.job job build at jobs.build',
    'github.step job build, step Say at jobs.build.steps.0',
    'github.step job build, step docker://alpine:3 at jobs.build.steps.1',
    'github.step job build, step 3 at jobs.build.steps.2',
    'github.command job build, step Say at jobs.build.steps.0.run',
    'github.command job build, step Say at jobs.build.steps.0.run',
    'github.container job build at jobs.build.container',
    'github.container job build, step docker://alpine:3 at jobs.build.steps.1.uses',
    'github.expression job build at jobs.build.if',
    'github.expression job build, step Say at jobs.build.steps.0.run',
  ]);
  const found = lift('.github/workflows/a.yml', workflow);
  const said = found.filter(({ span }) => span !== undefined).map(({ span }) => workflow.slice(span!.start, span!.end));
  assert.deepEqual(said, [
    '${{ secrets.A }}',
    'echo "${{ github.event.issue.title }}"',
    'curl x \\\n            | sh',
    "github.actor == 'me'",
    '${{ github.event.issue.title }}',
  ]);
  const step = found.find(({ kind }) => kind === 'github.step')?.self as { script: string; shell: string };
  assert.equal(step.script, `echo "${' '.repeat(31)}" # no\ncurl x \\\n  | sh\n`);
  assert.equal(step.shell, 'bash');
  const windows = lift('.github/workflows/a.yml', workflow.replace('ubuntu', 'windows'));
  assert.equal((windows.find(({ kind }) => kind === 'github.step')!.self as { shell: string }).shell, 'pwsh');
});

const dockerfile = `ARG BASE=alpine:3.22
FROM \${BASE} AS build
ENV A=1 "B"="x y"
USER app
RUN --mount=type=cache,target=/c make && \\
  # why
  make install
FROM build
ARG GIVEN
RUN ["sh", "-c", "a; b"]
USER \${GIVEN}
COPY --chown=a:b a "b c" /d/
`;

test('a Dockerfile with stages, variables and users', () => {
  const found = lift('Dockerfile', dockerfile);
  const stages = found.filter(({ kind }) => kind === 'docker.stage').map(({ self }) => self as Record<string, unknown>);
  assert.deepEqual(
    stages.map(({ name, base, parent, final, user }) => [name, base, parent, final, typeof user]),
    [
      ['build', 'alpine:3.22', undefined, false, 'string'],
      [undefined, 'build', 'build', true, 'object'],
    ],
  );
  const commands = found
    .filter(({ kind }) => kind === 'docker.command')
    .map(({ self }) => (self as { text: string }).text);
  assert.deepEqual(commands, ['make', 'make install', 'a', 'b']);
  const copy = found.find(({ self }) => (self as { instruction?: string }).instruction === 'COPY')?.self as Record<
    string,
    unknown
  >;
  assert.deepEqual(copy.sources, ['a', 'b c']);
  const env = found.find(({ self }) => (self as { instruction?: string }).instruction === 'ENV')?.self as {
    pairs: object[];
  };
  assert.deepEqual(
    env.pairs.map((pair) => Object.values(pair)),
    [
      ['A', '1', '1'],
      ['B', 'x y', 'x y'],
    ],
  );
});

test('the escape directive of a Dockerfile counts at its top alone', () => {
  const commands = (top: string) =>
    lift('Dockerfile', `${top}\n# escape=\`\nFROM x\nRUN make \`\n  all\n`)
      .filter(({ kind }) => kind === 'docker.command')
      .map(({ self }) => (self as { text: string }).text.replace(/\s+/g, ' '));
  assert.deepEqual(commands('# syntax = docker/dockerfile:1'), ['make all']);
  for (const top of ['# a = b', '# built for us', '']) assert.notDeepEqual(commands(top), ['make all'], top);
});

test('lock files of each version name their packages and where they are', () => {
  const first = '{"lockfileVersion":1,"dependencies":{"a":{"version":"1","dependencies":{"@s/b":{"version":"2"}}}}}';
  const third =
    '{"lockfileVersion":3,"packages":{"":{},"packages/w":{},"node_modules/a/node_modules/@s/b":{"version":"2"}}}';
  assert.deepEqual(listed('package-lock.json', first), [
    'npm.lock package-lock.json at ',
    'npm.locked a at dependencies.a',
    'npm.locked @s/b at dependencies.a.dependencies.@s/b',
  ]);
  assert.deepEqual(listed('package-lock.json', third), [
    'npm.lock package-lock.json at ',
    'npm.locked @s/b at packages.node_modules/a/node_modules/@s/b',
  ]);
});

test('an .npmrc is a list of keys and values', () => {
  const [config] = lift('.npmrc', '# c\na = "b c"\n//h/:_authToken=${T}\nflag\n').filter(
    ({ kind }) => kind === 'npm.config',
  );
  const entries = (config!.self as { entries: { key: string; value: unknown }[] }).entries;
  assert.deepEqual(
    entries.map(({ key, value }) => [key, typeof value === 'object' ? '?' : value]),
    [
      ['a', 'b c'],
      ['//h/:_authToken', '?'],
      ['flag', 'true'],
    ],
  );
});

test('made values are the same objects again for the same source', () => {
  const memo = createMemo();
  const document = readDocument({ path: '.github/workflows/a.yml', text: workflow }, native);
  const selves = () => liftResources(document, memo).flatMap(({ resources }) => resources.map(({ self }) => self));
  const before = selves();
  for (const [index, self] of selves().entries()) assert.equal(self, before[index]);
});

test('every kind that is lifted is declared', () => {
  const declared = new Set(resourceKinds.map(({ kind }) => kind));
  const texts = [
    ...pods.map(({ text }) => ['a.yaml', text] as const),
    ['.github/workflows/a.yml', workflow] as const,
    ['Dockerfile', dockerfile] as const,
  ];
  for (const [path, text] of texts) for (const { kind } of lift(path, text)) assert.ok(declared.has(kind), kind);
});

test('broken and hostile texts lift something or nothing, and never throw', () => {
  const sources: readonly (readonly [path: string, text: string])[] = [
    ['.github/workflows/a.yml', workflow],
    ['Dockerfile', dockerfile],
    ['package.json', '{"name":"a","scripts":{"__proto__":"x"},"dependencies":{"constructor":"*"}}'],
    ['package-lock.json', '{"lockfileVersion":1,"dependencies":{"__proto__":{"version":"1"}}}'],
    ['.npmrc', '=\na=\n=b\n'],
    ['a.yaml', `apiVersion: v1\nkind: __proto__\n---\n${pods[0]?.text}`],
  ];
  for (const [path, text] of sources) {
    for (let end = 0; end <= text.length; end++) lift(path, text.slice(0, end));
    for (let at = 0; at < text.length; at += 3)
      lift(path, `${text.slice(0, at)}\0${'{["\'#'[at % 5]}${text.slice(at + 2)}`);
  }
});
