/** A judgement with a cache is the judgement without one, whatever was typed before. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { createNative } from '../repository/native.ts';
import {
  compilePolicies,
  createJudgeCache,
  defaultConfiguration,
  type JudgeOptions,
  judge,
  readPolicies,
  type Verdict,
} from './index.ts';

const native = createNative();
const root = path.resolve(import.meta.dirname, '..');
const files = globSync('policies/*/*.yaml', { cwd: root }).map((file) => ({
  path: file,
  id: file.slice('policies/'.length).replace(/\.yaml$/, ''),
  text: readFileSync(path.join(root, file), 'utf8'),
}));
const policies = compilePolicies(readPolicies(files).policies, defaultConfiguration, native);
const options: JudgeOptions = { policies, native, context: { gate: 'editor', date: '2026-11-22' } };

const deployment = (name: string) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  template:
    spec:
      hostNetwork: true # kerb: allow kubernetes/host-network until 2027-01-31 -- needs the node's address
      containers:
        - name: web
          image: nginx:latest
          securityContext:
            privileged: true
        - name: sidecar
          image: "{{ .Values.image }}"
          securityContext: &context
            capabilities:
              add: [SYS_ADMIN, NET_ADMIN]
        - name: third
          image: nginx:latest
          securityContext: *context
`;

const texts: readonly { readonly path: string; readonly text: string }[] = [
  { path: 'deploy/all.yaml', text: [deployment('a'), deployment('a'), deployment('b')].join('---\n') },
  {
    path: '.github/workflows/ci.yml',
    text: `name: ci
on:
  pull_request_target:
permissions: write-all
jobs:
  build:
    runs-on: [self-hosted, linux]
    steps:
      - uses: actions/checkout@v4
        with:
          ref: \${{ github.event.pull_request.head.sha }}
      # kerb: allow github/script-injection until 2027-02-01 -- only maintainers may start it
      - run: |
          echo "\${{ github.event.issue.title }}"
          echo "\${{ github.head_ref }}"
  other:
    runs-on: ubuntu-latest
    steps:
      - run: echo "\${{ secrets.TOKEN }}"
`,
  },
  {
    path: '.github/workflows/many.yml',
    text: `on:
  workflow_dispatch:
    inputs:
      name: { type: string }
  pull_request_target:
env:
  TITLE: \${{ github.event.issue.title }}
permissions: read-all
jobs:
  first: # of several
    runs-on: [self-hosted, linux]
    permissions: write-all
    env:
      BODY: \${{ github.event.comment.body }}
    outputs: { body: "\${{ steps.read.outputs.body }}" }
    steps:
      - run: echo "\${{ env.BODY }}" "\${{ env.TITLE }}"
      - { id: read, run: 'echo "body=$BODY" >> $GITHUB_OUTPUT' }
      - uses: actions/checkout@v4
        if: github.actor == 'dependabot[bot]'
  second:
    runs-on: ubuntu-latest
    needs: first
    strategy: { matrix: { body: ["\${{ needs.first.outputs.body }}"] } }
    container: { image: node:latest, env: { TOKEN: "\${{ toJSON(secrets) }}" } }
    steps:
      - run: |
          curl https://example.com/\${{ inputs.name }} | bash
          echo "\${{ env.TITLE }}" "\${{ matrix.body }}"
        shell: bash
  third:
    uses: ./.github/workflows/other.yml
    secrets: inherit
`,
  },
  {
    path: 'Dockerfile',
    text: 'FROM node:latest\nADD https://example.com/a /a\nENV PASSWORD=hunter2hunter2\nRUN curl https://example.com/x | sh\nUSER root\n',
  },
  {
    path: 'package.json',
    text: '{\n  "name": "x",\n  "scripts": { "postinstall": "node x.js" },\n  "dependencies": { "a": "*", "b": "git+https://example.com/b.git" }\n}\n',
  },
  {
    path: 'src/app.ts',
    text: "import https from 'node:https';\nnew https.Agent({ rejectUnauthorized: false });\neval(process.argv[2]);\n",
  },
];

/** Snippets that change structure as well as text. */
const snippets = [
  '\n',
  ' ',
  '  ',
  '- ',
  ':',
  '#',
  '"',
  "'",
  '---\n',
  'privileged: false\n',
  '\t',
  '{',
  '}',
  '[',
  ']',
  '&a ',
  '*a',
  '<<: ',
  '${{ github.event.issue.body }}',
  '{{ .Values.x }}',
  'x',
  '# kerb: allow kubernetes/privileged until 2027-01-01 -- test\n',
  '|',
  '👍',
  '\r\n',
];
const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 30 }) },
    { weight: 1, arbitrary: fc.integer({ min: 31, max: 400 }) },
  ),
  insert: fc.oneof(fc.constantFrom(...snippets), fc.constant('')),
});

for (const file of texts) {
  test(`edits of ${file.path}: the cached judgement is the full one`, () => {
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 12 }), (edits) => {
        const cache = createJudgeCache();
        let text = file.text;
        for (const { at, remove, insert } of [{ at: 0, remove: 0, insert: '' }, ...edits]) {
          const start = Math.floor(at * text.length);
          text = text.slice(0, start) + insert + text.slice(start + remove);
          const cached = judge({ path: file.path, text }, { ...options, cache });
          const fresh = judge({ path: file.path, text }, options);
          assert.deepEqual(seen(cached), seen(fresh));
        }
      }),
      { numRuns: 15 },
    );
  });
}

test('one cache serves several files and policy sets, one after the other', () => {
  const cache = createJudgeCache();
  const few = compilePolicies(
    policies.policies.slice(0, 5).map(({ policy }) => policy),
    defaultConfiguration,
    native,
  );
  for (const file of [...texts, ...texts.toReversed()]) {
    for (const set of [policies, few]) {
      const cached = judge(file, { ...options, policies: set, cache });
      assert.deepEqual(seen(cached), seen(judge(file, { ...options, policies: set })));
    }
  }
});

test('findings are sorted by place, policy and message', () => {
  for (const file of texts) {
    const { findings } = judge(file, options);
    const keys = findings.map(({ span, policy, message }) => [span.start, span.end, policy, message] as const);
    const sorted = keys.toSorted(
      (a, b) => a[0] - b[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : a[2] > b[2] ? 1 : 0) || (a[3] < b[3] ? -1 : 1),
    );
    assert.deepEqual(keys, sorted);
  }
});

function seen({ findings, problems, counts, secrets }: Verdict) {
  return { findings, problems, counts, secrets };
}
