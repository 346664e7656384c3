/** Suppressions and the baseline. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configurationOf, judgeText, policySet, said } from '../test/policySet.ts';
import {
  type Approved,
  type ApprovedException,
  applyEdits,
  createJudgeCache,
  decide,
  fixesOf,
  formatBaseline,
  organisationConfiguration,
  ownPolicies,
  readBaseline,
  readOrganisationRules,
  registerExceptions,
} from './index.ts';

const privileged = `
resource: kubernetes.container
require: "!self.?securityContext.privileged.orValue(false)"
mark: securityContext.privileged
message: "{self.name} runs privileged"
`;
const tag = `
resource: kubernetes.container
require: "!self.image.endsWith(':latest')"
mark: image
message: "{self.name} has a moving tag"
`;
const policies = policySet({ 'k/privileged': privileged, 'k/tag': tag });

/** A pod; `#1` to `#6` in it are replaced by comments. */
function pod(comments: Readonly<Record<string, string>>): string {
  const text = `apiVersion: v1
kind: Pod
metadata: { name: a }
spec:
  #1
  containers:
    #2
    - name: web
      image: nginx:latest #3
      #4
      securityContext:
        privileged: true #5
    - name: side
      image: side:latest
`;
  return text.replace(/ ?#\d/g, (sign) => {
    const comment = comments[sign.trim().slice(1)];
    return comment === undefined ? '' : `${sign.startsWith(' ') ? ' ' : ''}# ${comment}`;
  });
}

const open = [
  '9:14 k/tag: web has a moving tag',
  '12:21 k/privileged: web runs privileged',
  '14:14 k/tag: side has a moving tag',
];
const allow = (ids: string, until = '2027-01-31', reason = 'an old node') =>
  `kerb: allow ${ids} until ${until} -- ${reason}`;

const cases: readonly (readonly [string, Record<string, string>, readonly string[]])[] = [
  ['nothing suppressed', {}, open],
  ['a trailing comment governs its line', { 3: allow('k/tag') }, [`${open[0]} [suppression]`, open[1]!, open[2]!]],
  [
    'and nothing else',
    { 3: allow('k/privileged') },
    [
      open[0]!,
      '9:27 kerb/suppression-unused: nothing here is against k/privileged any more: remove this suppression',
      open[1]!,
      open[2]!,
    ],
  ],
  [
    'a comment on its own line governs all that the next line opens',
    { 4: allow('k/privileged') },
    [open[0]!, `${open[1]} [suppression]`, open[2]!],
  ],
  [
    'an item of a list, with several policies',
    { 2: allow('k/tag, k/privileged') },
    [`${open[0]} [suppression]`, `${open[1]} [suppression]`, open[2]!],
  ],
  ['a whole list', { 1: allow('k/tag') }, [`${open[0]} [suppression]`, open[1]!, `${open[2]} [suppression]`]],
  [
    'on its last day it governs',
    { 5: allow('k/privileged', '2026-11-22') },
    [open[0]!, `${open[1]} [suppression]`, open[2]!],
  ],
  [
    'the day after it does not',
    { 5: allow('k/privileged', '2026-11-21') },
    [
      open[0]!,
      open[1]!,
      '12:26 kerb/suppression-expired: this suppression expired on 2026-11-21: fix what it allows, or renew it',
      open[2]!,
    ],
  ],
  [
    'it does not last for ever',
    { 5: allow('k/privileged', '2027-11-22') },
    [
      open[0]!,
      open[1]!,
      '12:26 kerb/suppression-too-long: a suppression lasts at most 180 days from today: choose an earlier date',
      open[2]!,
    ],
  ],
  [
    'a policy that does not exist',
    { 5: allow('k/privilegd') },
    [
      open[0]!,
      open[1]!,
      '12:26 kerb/suppression-unknown: there is no policy k/privilegd; did you mean "k/privileged"?',
      open[2]!,
    ],
  ],
];

for (const [name, comments, expected] of cases) {
  test(`suppression: ${name}`, () => assert.deepEqual(said(judgeText('pod.yaml', pod(comments), policies)), expected));
}

const malformed: readonly (readonly [string, string])[] = [
  ['kerb: allow k/tag', 'it has no date'],
  ['kerb: allow k/tag until', 'it has no date'],
  ['kerb: allow k/tag until 2027-02-30 -- x', 'its date is not one'],
  ['kerb: allow k/tag until tomorrow -- x', 'its date is not one'],
  ['kerb: allow k/tag until 2027-01-31', 'it gives no reason'],
  ['kerb: allow k/tag until 2027-01-31 --', 'it gives no reason'],
  ['kerb: allow until 2027-01-31 -- x', 'it names no policy'],
  ['kerb: allow everything until 2027-01-31 -- x', 'what it allows is not a policy id'],
  ['kerb: allow k/tag until 2027-01-31 — reason', '` -- ` before the reason is missing'],
  ['kerb: allow k/tag until 2027-01-31 - reason', '` -- ` before the reason is missing'],
  ['kerb: allow k/tag - reason', 'it has no date'],
  ['KERB: ALLOW k/tag until 2027-01-31 -- x', 'a comment for Kerb begins with `kerb: allow`'],
  ['kerb allow k/tag until 2027-01-31 -- x', 'a comment for Kerb begins with `kerb: allow`'],
  [
    'kerb: allow k/tag until 2027-01-31 -- x # kerb: allow k/privileged until 2027-01-31 -- y',
    'its reason holds another suppression: each takes a comment of its own',
  ],
  ['kerb: ignore k/tag', 'a comment for Kerb begins with `kerb: allow`'],
];
for (const [comment, complaint] of malformed) {
  test(`malformed: ${comment}`, () => {
    const found = said(judgeText('pod.yaml', pod({ 3: comment }), policies));
    assert.equal(found.length, 4);
    assert.ok(
      found.some((line) =>
        line.includes(`kerb/suppression-malformed: this suppression governs nothing: ${complaint};`),
      ),
      found.join('\n'),
    );
  });
}

test('a comment that speaks of Kerb is no suppression', () => {
  for (const comment of ['see kerb: allow in the manual', 'Kerb allows this', 'kerb allow list']) {
    assert.deepEqual(said(judgeText('pod.yaml', pod({ 3: comment }), policies)), open);
  }
});

test('each language has its own comment', () => {
  const secret = policySet({ 't/word': 'resource: text\nrequire: "!self.text.contains(\'forbidden\')"' });
  for (const [path, text] of [
    ['a.ts', '// kerb: allow t/word until 2027-01-01 -- ok\nconst forbidden = 1;\n'],
    ['a.go', 'package a\n/* kerb: allow t/word until 2027-01-01 -- ok */\nvar forbidden = 1\n'],
    ['a.py', '# kerb: allow t/word until 2027-01-01 -- ok\nforbidden = 1\n'],
    ['Dockerfile', '# kerb: allow t/word until 2027-01-01 -- ok\nFROM forbidden\n'],
    ['.env', '# kerb: allow t/word until 2027-01-01 -- ok\nA=forbidden\n'],
    ['query.sql', '-- kerb: allow t/word until 2027-01-01 -- ok\nforbidden\n'],
    ['a.html', '<!-- kerb: allow t/word until 2027-01-01 -- ok -->\nforbidden\n'],
  ] as const) {
    const { findings } = judgeText(path, text, secret);
    assert.ok(!findings.some(({ policy }) => policy === 'kerb/suppression-malformed'), path);
    assert.ok(findings.length > 0, path);
  }
});

test('a page shows suppressions without having them', () => {
  const word = policySet({ 't/word': 'resource: text\nrequire: "!self.text.contains(\'forbidden\')"' });
  const sample = '# kerb: allow t/word until 2020-01-01\n<!-- kerb: allow t/word until 2020-01-01 -->\n';
  const own = (text: string) =>
    judgeText('a.md', text, word).findings.map(({ policy }) => policy.replace('kerb/suppression-', ''));
  assert.deepEqual(
    own(`\`\`\`yaml\n${sample}\`\`\`\n\`<!-- kerb: allow t/word until 2020-01-01 -->\`\n~~~\n${sample}`),
    [],
  );
  assert.deepEqual(own(`# kerb: allow t/word\n\n    \`\`\`\n${sample}    \`\`\`\n`), []);
  assert.deepEqual(own(`\`\`\`\nx\n\`\`\`\n${sample}`), ['malformed']);
  assert.deepEqual(own('<!-- kerb: allow t/word until 2027-01-01 -- ok -->\nmay\n'), ['unused']);
});

test('a change cannot exempt itself', () => {
  const old = pod({ 4: allow('k/privileged') });
  const governs = (base: string | null, text: string, configuration = '') => {
    const set =
      configuration === ''
        ? policies
        : policySet({ 'k/privileged': privileged, 'k/tag': tag }, configurationOf(configuration));
    return said(judgeText('pod.yaml', text, set, { base }));
  };
  const refused =
    'kerb/suppression-same-change: a change cannot exempt itself: commit this suppression before what it allows';
  assert.deepEqual(governs(old, old), [open[0], `${open[1]} [suppression]`, open[2]]);
  assert.ok(
    governs(pod({}), old).some((line) => line.endsWith(refused)),
    'added by the change',
  );
  assert.ok(
    governs(null, old).some((line) => line.endsWith(refused)),
    'a new file',
  );
  assert.ok(
    !governs(null, old, 'suppressions: { sameChange: allow }').some((line) => line.endsWith(refused)),
    'allowed by configuration',
  );
  const copied = pod({ 4: allow('k/privileged'), 2: allow('k/privileged') });
  assert.equal(governs(old, copied).filter((line) => line.endsWith(refused)).length, 1, 'a copy of an old one is new');
  const longer = pod({ 4: allow('k/privileged', '2027-02-28') });
  assert.ok(
    governs(old, longer).some((line) => line.endsWith(refused)),
    'a longer term is new',
  );
});

test('the baseline covers what was there, and nothing new', () => {
  const before = judgeText('pod.yaml', pod({}), policies);
  const text = formatBaseline(before.findings);
  assert.equal(text, formatBaseline(before.findings.toReversed()));
  const lines = text.trimEnd().split('\n').slice(1);
  assert.equal(lines.length, 3);
  assert.deepEqual(lines, lines.toSorted());
  const baseline = readBaseline(text);
  assert.deepEqual(baseline.malformed, []);
  assert.deepEqual(
    said(judgeText('pod.yaml', pod({}), policies, { baseline })),
    open.map((line) => `${line} [baseline]`),
  );
  assert.equal(decide([judgeText('pod.yaml', pod({}), policies, { baseline })]).effect, 'allow');
  const more = `${pod({})}    - name: new\n      image: new:latest\n`;
  const after = judgeText('pod.yaml', more, policies, { baseline });
  assert.equal(decide([after]).effect, 'deny');
  assert.deepEqual(
    said(after).filter((line) => !line.includes('[baseline]')),
    ['16:14 k/tag: new has a moving tag'],
  );
});

test('a baseline with a line that is no fingerprint says which', () => {
  assert.deepEqual(readBaseline('# x\n<<<<<<< HEAD\n0123456789abcdef0123456789abcdef k/tag a.yaml\r\n').malformed, [2]);
});

test('a suppression without use can be taken out', () => {
  const text = pod({ 3: allow('k/privileged'), 1: allow('k/nothing') });
  const verdict = judgeText('pod.yaml', text, policies);
  const own = verdict.findings.filter(({ policy }) => policy.startsWith('kerb/'));
  assert.equal(own.length, 2);
  const edits = own.flatMap((finding) => fixesOf(verdict, finding).flatMap((fix) => fix.edits));
  const bare = (written: string) => written.replaceAll(/^ +\n/gm, '');
  assert.equal(bare(applyEdits(text, edits)), bare(pod({})));
});

test('every finding of Kerb itself has a policy that explains it', () => {
  for (const { id, title, why, remedy } of ownPolicies) {
    assert.match(id, /^kerb\/suppression-[a-z-]+$/);
    assert.ok(title.length > 10 && why.length > 20 && remedy.length > 10);
  }
});

test('a Dockerfile: all of the instruction that the next line opens', () => {
  const user = policySet({
    'd/pipe': 'resource: docker.command\nrequire: "!self.text.contains(\'evil\')"\nmessage: evil',
  });
  const text = 'FROM a\n# kerb: allow d/pipe until 2027-01-01 -- ok\nRUN good && \\\n  evil\nRUN evil\n';
  assert.deepEqual(said(judgeText('Dockerfile', text, user)), ['4:3 d/pipe: evil [suppression]', '5:5 d/pipe: evil']);
});

test('hostile: a hundred thousand suppressions, and as many lines of comments', () => {
  const lines = `${'# x\n'.repeat(100_000)}${`# ${allow('k/tag')}\n`.repeat(100_000)}`;
  const { findings } = judgeText('pod.yaml', lines + pod({}), policies);
  assert.ok(findings.length < 2_100);
  assert.ok(findings.some(({ message }) => message.includes('at most 1000 suppressions')));
});

const approved = (changes: Partial<ApprovedException> = {}): Approved => ({
  register: registerExceptions([
    {
      id: 'EX-1',
      policies: [{ id: 'k/*' }],
      scope: {
        repositories: [],
        paths: ['deploy/**'],
        resources: [],
        environments: [],
        gates: [],
        actors: [],
        match: null,
      },
      fingerprints: [],
      category: 'waiver',
      justification: null,
      statement: 'until the old node is gone',
      compensatingControls: [],
      ticket: null,
      requestedBy: 'ada',
      approvals: [{ who: 'grace', role: 'security', keyid: 'k', at: '2026-11-20T00:00:00.000Z' }],
      notBefore: '2026-11-20T00:00:00.000Z',
      expiresAt: '2026-12-20T00:00:00.000Z',
      maxUses: null,
      revokedAt: null,
      baseCommit: null,
      ...changes,
    },
  ]),
  atMs: Date.parse('2026-11-22T12:00:00.000Z'),
  repository: null,
  actor: null,
  revision: null,
  uses: new Map(),
});

test('an approved exception marks, outweighs suppression and baseline, and lets no suppression look unused', () => {
  const text = pod({ 3: allow('k/tag') });
  const plain = judgeText('deploy/pod.yaml', text, policies);
  const baseline = readBaseline(plain.findings.map(({ fingerprint }) => fingerprint).join('\n'));
  const only = approved({ policies: [{ id: 'k/tag' }] });
  const verdict = judgeText('deploy/pod.yaml', text, policies, { approved: only, baseline });
  assert.deepEqual(said(verdict), [`${open[0]} [approved]`, `${open[1]} [baseline]`, `${open[2]} [approved]`]);
  assert.deepEqual(
    verdict.findings.map(({ fingerprint }) => fingerprint),
    plain.findings.map(({ fingerprint }) => fingerprint),
  );
  assert.equal(formatBaseline(verdict.findings).includes('k/tag'), false);
  assert.equal(decide([verdict]).effect, 'allow');
  assert.deepEqual(
    said(judgeText('other/pod.yaml', text, policies, { approved: only })),
    said(judgeText('other/pod.yaml', text, policies)),
  );
});

test('a cache that has seen an exception does not remember it: expiry is noticed without an edit', () => {
  const cache = createJudgeCache();
  const during = approved();
  const after = { ...during, atMs: Date.parse('2026-12-20T00:00:00.000Z') };
  for (const given of [during, after, during]) {
    const full = judgeText('deploy/pod.yaml', pod({}), policies, { approved: given });
    const incremental = judgeText('deploy/pod.yaml', pod({}), policies, { approved: given, cache });
    assert.deepEqual(incremental.findings, full.findings);
    assert.equal(incremental.counts.excepted, given === after ? 0 : 3);
  }
});

test('an organisation says how long exceptions last and what is never exempt', () => {
  const of = (text: string) => {
    const { rules, problems } = readOrganisationRules({ path: 'organisation.yaml', text });
    assert.deepEqual(problems, []);
    return policySet({ 'k/privileged': privileged, 'k/tag': tag }, organisationConfiguration(rules!));
  };
  const excepted = (text: string) =>
    judgeText('deploy/pod.yaml', pod({}), of(text), { approved: approved() }).counts.excepted;
  assert.equal(excepted('exceptions: { longestDays: { high: 30 } }'), 3);
  assert.equal(excepted('exceptions: { longestDays: { high: 29 } }'), 0);
  assert.equal(excepted('exceptions: { never: [k/tag] }'), 1);
});

test('what an organisation has locked is not suppressed in a file', () => {
  const { rules } = readOrganisationRules({ path: 'organisation.yaml', text: 'locked: [k/privileged]' });
  const locked = policySet({ 'k/privileged': privileged, 'k/tag': tag }, organisationConfiguration(rules!));
  const text = pod({ 2: allow('k/privileged, k/tag') });
  const judged = judgeText('pod.yaml', text, locked, { base: text });
  const policiesOf = (wanted: boolean) =>
    judged.findings.filter(({ exception }) => (exception !== null) === wanted).map(({ policy }) => policy);
  assert.deepEqual(policiesOf(true), ['k/tag']);
  assert.deepEqual(policiesOf(false), ['kerb/suppression-locked', 'k/privileged', 'k/tag']);
  assert.match(judged.findings[0]?.message ?? '', /^the organisation has locked k\/privileged: only an exception /);
});
