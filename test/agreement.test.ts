/**
 * One policy, one verdict everywhere: the command, the hook and the editor say the same of the same text, under whatever
 * configuration, exceptions and instant. `ROUNDS=250 TEXTS=400 node --test test/agreement.test.ts` judges 100,000 texts.
 */
import assert from 'node:assert/strict';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { createDesk } from '../daemon/check/desk.ts';
import { gather } from '../daemon/check/gather.ts';
import { type Desk, type Judgement, judgeInput } from '../daemon/check/judgeInput.ts';
import {
  type ApprovedException,
  createJudgeCache,
  createLines,
  type Finding,
  nextExceptions,
  type Organisation,
} from '../engine/index.ts';
import { createNative, readIdentity } from '../repository/index.ts';
import { judgeFile } from '../server/judging.ts';
import { rulesOf } from '../server/roots.ts';
import { approvedException, organisationWith } from './exception.ts';
import { createTestGate } from './gate.ts';
import { noon } from './store.ts';
import { createRepository } from './workTree.ts';

const day = 86_400_000;
const native = createNative();

/** Texts with `@` where something is put in. */
const texts: readonly (readonly [path: string, text: string])[] = [
  [
    'deploy/pod.yaml',
    'apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec:\n  hostNetwork: true @\n  containers:\n    - name: web\n      image: web:latest\n      securityContext: { privileged: true }\n@\n',
  ],
  [
    'deploy/many.yaml',
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n          image: a:1\n          @\n---\nkind: Pod\napiVersion: v1\nmetadata: { name: b }\nspec:\n  hostPID: true\n  containers: [{ name: b, image: "b" }] @\n',
  ],
  [
    '.github/workflows/build.yml',
    'on: pull_request_target\nenv:\n  TITLE: ${{ github.event.issue.title }}\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4 @\n      - run: echo ${{ env.TITLE }}\n  two:\n    runs-on: self-hosted\n    @\n    steps:\n      - run: echo ${{ github.head_ref }}\n',
  ],
  ['Dockerfile', 'FROM debian:latest\n@\nADD https://example.com/a /a\nENV PASSWORD=hunter2hunter2\nUSER root\n'],
  [
    'package.json',
    '{ "name": "x", "scripts": { "postinstall": "node x.js" }, "dependencies": { "a": "*", "b": "git+https://example.com/b.git" @ } }\n',
  ],
  ['src/app.ts', 'const ca = { rejectUnauthorized: false };\n@\neval(process.argv[2]);\n'],
  ['settings.env', 'TOKEN=ghp_0123456789abcdefABCDEF0123456789abcd\n@\n'],
];

const insertion = fc.constantFrom(
  ...[
    '',
    '',
    '',
    ' ',
    '\n',
    '# ',
    'x',
    '"',
    '{{ .Values.x }}',
    '\t',
    ': y',
    '- z',
    '<<: *a',
    'privileged: false',
    ', "c": "1"',
  ],
  ...[
    '# kerb: allow kubernetes/host-network until 2026-11-23 -- the node agent',
    '// kerb: allow code/dynamic-code until 2030-01-01',
  ],
);
const file = fc.record({ text: fc.nat(texts.length - 1), first: insertion, second: insertion });
const instants = fc.constantFrom(-40 * day, -day, -day, -1, 0, 0, 1, day);
const exception = fc.record({
  finding: fc.nat(),
  policies: fc.constantFrom('id', 'domain', 'all'),
  fingerprint: fc.constantFrom('none', 'none', 'its', 'another'),
  path: fc.constantFrom('none', 'none', 'its', 'another'),
  resource: fc.constantFrom('none', 'none', 'its', 'another'),
  match: fc.constantFrom(null, null, null, "finding.severity == 'critical'", "context.gate != 'commit'"),
  gates: fc.constantFrom([], [], [], ['commit'], ['editor']),
  actor: fc.constantFrom('none', 'none', 'none', 'another'),
  begins: instants,
  lasts: fc.constantFrom(1, day, 20 * day, 60 * day),
  revoked: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: instants }),
});
const enforcement = fc.constantFrom('off', 'audit', 'warn', 'deny');
const count = Number(process.env.TEXTS ?? 50);
const round = fc.record({
  files: fc.array(file, { minLength: count, maxLength: count }),
  exceptions: fc.array(exception, { minLength: 20, maxLength: 40 }),
  enforcement: fc.record({ 'kubernetes/privileged': enforcement, 'github/script-injection': enforcement }),
  sets: fc.constantFrom(null, '[kubernetes/*, code/*]', '[kubernetes/pod-security/restricted, github/*, secrets/*]'),
  /** Into the day that begins at noon. */
  later: fc.integer({ min: 0, max: 2 * day }),
});
type Round = typeof round extends fc.Arbitrary<infer T> ? T : never;

test('the command, the hook and the editor agree', async (context) => {
  const met = { texts: 0, findings: 0, approved: 0 };
  const numRuns = Number(process.env.ROUNDS ?? 3);
  const property = fc.asyncProperty(round, async (given) => {
    const seen = await judgeEverywhere(context, given);
    met.texts += given.files.length;
    met.findings += seen.length;
    met.approved += seen.filter((said) => said.includes('approved')).length;
  });
  await fc.assert(property, { numRuns, endOnFailure: true });
  context.diagnostic(`${met.texts} texts, ${met.findings} findings, ${met.approved} with an approved exception`);
  assert.ok(met.findings > 0);
});

/** What is said of a round's files at a commit, when everybody says it. */
async function judgeEverywhere(context: TestContext, given: Round): Promise<readonly string[]> {
  const sets = given.sets === null ? '' : `sets: ${given.sets}\n`;
  const policies = Object.entries(given.enforcement).map(([id, each]) => `  ${id}: { enforcement: ${each} }\n`);
  const tree = createRepository(context, { 'kerb.yaml': `${sets}policies:\n${policies.join('')}` });
  const files = Object.fromEntries(given.files.map((each, at) => fileOf(each, at)));
  tree.write(files);
  tree.git('add', '-A');
  const atMs = noon + given.later;
  const without = await commandSays(tree.root, 'staged', 'commit', atMs, organisationWith([]));
  const exceptions = given.exceptions.flatMap((each, at) => exceptionOf(each, at, atMs, without.flatMap(findingsOf)));
  const organisation = organisationWith(exceptions);

  const staged = shown((await commandSays(tree.root, 'staged', 'commit', atMs, organisation)).flatMap(findingsOf));
  const { commit, gate } = createTestGate(context, { now: () => atMs, organisation: () => organisation });
  const { report } = await commit(tree);
  assert.deepEqual(shown(report.findings), staged, 'the hook and the command');
  // A hub that publishes once more leaves out what has ended, and nothing else.
  const renewed = organisationWith(nextExceptions(exceptions, { kind: 'renew' }, new Date(atMs).toISOString()));
  const again = await commandSays(tree.root, 'staged', 'commit', atMs, renewed);
  assert.deepEqual(shown(again.flatMap(findingsOf)), staged, 'with the exceptions as the hub would publish them now');

  const whole = await commandSays(tree.root, 'workTree', 'editor', atMs, organisation);
  const edited = await editorSays(context, tree.root, files, atMs, organisation);
  assert.deepEqual(shown(edited), shown(whole.flatMap(findingsOf)), 'the editor and the command');
  await gate.close();
  return staged;
}

function fileOf({ text, first, second }: Round['files'][number], at: number): readonly [string, string] {
  const [path, template] = texts[text]!;
  const [begin, middle = '', ...rest] = template.split(/@(?=[ \n]|$)/m);
  return [`part-${at}/${path}`, [begin, first, middle, second, ...rest].join('')];
}

function exceptionOf(
  spec: Round['exceptions'][number],
  at: number,
  atMs: number,
  findings: readonly Finding[],
): readonly ApprovedException[] {
  const finding = findings[spec.finding % Math.max(1, findings.length)];
  if (finding === undefined) return [];
  const { scope } = approvedException(atMs);
  const [domain] = finding.policy.split('/');
  const pick = (choice: string, own: string, other: string): string[] =>
    choice === 'none' ? [] : [choice === 'its' ? own : other];
  const begins = atMs + spec.begins;
  return [
    approvedException(atMs, {
      id: `EX-${at}`,
      policies: [{ id: { id: finding.policy, domain: `${domain}/*`, all: '*' }[spec.policies]! }],
      fingerprints: pick(spec.fingerprint, finding.fingerprint, '0'.repeat(32)),
      scope: {
        ...scope,
        paths: pick(spec.path, `**/${finding.file}`, 'elsewhere/**'),
        resources: pick(spec.resource, finding.resource, 'Pod/nobody'),
        actors: pick(spec.actor, '', 'nobody@example.com'),
        gates: spec.gates,
        match: spec.match,
      },
      notBefore: new Date(begins).toISOString(),
      expiresAt: new Date(begins + spec.lasts).toISOString(),
      revokedAt: spec.revoked === null ? null : new Date(atMs + spec.revoked).toISOString(),
    }),
  ];
}

/** As `kerb check` judges what is staged, or the files as they are. */
async function commandSays(
  root: string,
  kind: 'staged' | 'workTree',
  gate: string,
  atMs: number,
  organisation: Organisation,
): Promise<readonly Judgement[]> {
  const { setup, inputs, problems } = await gather({
    paths: [root],
    subject: { kind },
    policyFolders: [],
    organisation,
  });
  assert.deepEqual(problems, []);
  const { repository, subject } = await readIdentity(root);
  const met = { atMs, repository, actor: subject.email, uses: new Map() };
  const desk: Desk = createDesk(setup, { gate, date: dateOf(atMs), repairs: 'omit', baseline: 'heed', met });
  return inputs.map((input) => judgeInput(input, desk));
}

/** As a server judges documents that came to this text by an edit. */
async function editorSays(
  context: TestContext,
  root: string,
  files: Readonly<Record<string, string>>,
  atMs: number,
  organisation: Organisation,
): Promise<readonly Shown[]> {
  const { setup } = await gather({ paths: [root], subject: { kind: 'workTree' }, policyFolders: [], organisation });
  const rules = { ...rulesOf(setup, native), identity: await readIdentity(root) };
  context.mock.timers.enable({ apis: ['Date'], now: atMs });
  const session = { native, today: () => dateOf(atMs) };
  const said = Object.entries(files).flatMap(([path, text]): Shown[] => {
    const cache = createJudgeCache();
    judgeFile(
      session,
      rules,
      { path, text: `${text.slice(0, text.length >> 1)}\n${text.slice(text.length >> 1)}` },
      cache,
    );
    const lines = createLines(text);
    const { findings } = judgeFile(session, rules, { path, text }, cache);
    return findings.map((finding) => ({
      ...finding,
      range: { start: lines.position(finding.span.start), end: lines.position(finding.span.end) },
    }));
  });
  context.mock.timers.reset();
  return said;
}

type Shown = Pick<Judgement['findings'][number], keyof Finding | 'range'>;

function findingsOf({ findings }: Judgement): Judgement['findings'] {
  return findings;
}

/** What is told of each finding, sorted; the configuration's own file is no part of a round. */
function shown(findings: readonly Shown[]): readonly string[] {
  return findings
    .filter(({ file: path }) => path.startsWith('part-'))
    .map(({ policy, file: path, resource, outcome, enforcement: weight, message, fingerprint, range, exception: by }) =>
      JSON.stringify({ policy, path, resource, outcome, weight, message, fingerprint, range, by }),
    )
    .sort();
}

function dateOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
