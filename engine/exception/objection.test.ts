/** Approved exceptions: what they cover, against a second and plainer spelling of the same rule; their instants exactly. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding, Severity } from '../model.ts';
import { type ApprovedException, defaultExceptionTerms, formatExceptions, readExceptions } from './approved.ts';
import { type Circumstances, objectionTo, prepareException } from './objection.ts';
import { lastBoundary, markApproved, nextBoundary, registerExceptions } from './register.ts';

const day = 86_400_000;
const start = Date.parse('2026-11-01T00:00:00.000Z');
const iso = (ms: number) => new Date(ms).toISOString();

const exception: ApprovedException = {
  id: 'EX-1',
  policies: [{ id: 'k/privileged' }],
  scope: { repositories: [], paths: [], resources: [], environments: [], gates: [], actors: [], match: null },
  fingerprints: [],
  category: 'riskAccepted',
  justification: null,
  statement: 'The node agent needs it until it is replaced.',
  compensatingControls: [],
  ticket: 'SEC-7',
  requestedBy: 'ada@example.com',
  approvals: [{ who: 'grace@example.com', role: 'security', keyid: 'k1', at: iso(start) }],
  notBefore: iso(start),
  expiresAt: iso(start + 20 * day),
  maxUses: null,
  revokedAt: null,
  baseCommit: null,
};

const finding: Finding = {
  policy: 'k/privileged',
  severity: 'critical',
  enforcement: 'deny',
  outcome: 'fail',
  file: 'deploy/web.yaml',
  resource: 'Deployment/web',
  path: 'spec.x',
  span: { start: 0, end: 1 },
  message: 'web runs privileged',
  related: [],
  fingerprint: 'a'.repeat(32),
  exception: null,
  fixes: [],
};

const circumstances: Circumstances = {
  atMs: start + day,
  gate: 'commit',
  repository: 'github.com/acme/shop',
  environment: null,
  actor: 'ada@example.com',
  revision: 7,
  digestOf: () => `sha256:${'d'.repeat(64)}`,
  terms: defaultExceptionTerms,
  uses: new Map(),
};

interface Changes {
  readonly exception?: Partial<ApprovedException>;
  readonly scope?: Partial<ApprovedException['scope']>;
  readonly finding?: Partial<Finding>;
  readonly at?: Partial<Circumstances>;
}

function objection({ exception: changed, scope, finding: found, at }: Changes) {
  const given = { ...exception, ...changed, scope: { ...exception.scope, ...scope } };
  return objectionTo(prepareException(given), { ...finding, ...found }, { ...circumstances, ...at });
}

const cases: readonly (readonly [string, Changes, ReturnType<typeof objection>])[] = [
  ['an exception for the policy', {}, null],
  ['for its domain', { exception: { policies: [{ id: 'k/*' }] } }, null],
  ['for all', { exception: { policies: [{ id: '*' }] } }, null],
  ['for another policy', { exception: { policies: [{ id: 'k/tag' }, { id: 'other/*' }] } }, 'policy'],
  ['for the bundles from 5 on', { exception: { policies: [{ id: 'k/*', revisions: { from: 5, to: null } }] } }, null],
  [
    'up to a bundle that is past',
    { exception: { policies: [{ id: 'k/*', revisions: { from: 5, to: 6 } }] } },
    'policy',
  ],
  [
    'for bundles, without one',
    { exception: { policies: [{ id: '*', revisions: { from: 0, to: null } }] }, at: { revision: null } },
    'policy',
  ],
  [
    'for the policy as it reads',
    { exception: { policies: [{ id: 'k/*', digest: `sha256:${'d'.repeat(64)}` }] } },
    null,
  ],
  [
    'for the policy as it read once',
    { exception: { policies: [{ id: 'k/*', digest: `sha256:${'e'.repeat(64)}` }] } },
    'policy',
  ],
  ['a rule that broke', { finding: { outcome: 'error' } }, 'outcome'],
  [
    "Kerb's own findings",
    { finding: { policy: 'kerb/suppression-expired' }, exception: { policies: [{ id: '*' }] } },
    'never',
  ],
  ['a policy that is never exempt', { at: { terms: { ...defaultExceptionTerms, never: ['k/*'] } } }, 'never'],
  ['one fingerprint', { exception: { fingerprints: ['a'.repeat(32)] } }, null],
  ['another fingerprint', { exception: { fingerprints: ['b'.repeat(32)] } }, 'fingerprint'],
  ['the repository', { scope: { repositories: ['github.com/acme/*'] } }, null],
  ['a repository whose name begins alike', { scope: { repositories: ['github.com/acme/sho'] } }, 'repository'],
  ['an unknown repository', { scope: { repositories: ['github.com/acme/*'] }, at: { repository: null } }, 'repository'],
  ['the path', { scope: { paths: ['deploy/**'] } }, null],
  ['another path', { scope: { paths: ['charts/**'] } }, 'path'],
  ['the resource', { scope: { resources: ['Deployment/*'] } }, null],
  ['another resource', { scope: { resources: ['Pod/web'] } }, 'resource'],
  ['an environment that is not known', { scope: { environments: ['staging'] } }, 'environment'],
  ['the gate', { scope: { gates: ['push', 'commit'] } }, null],
  ['another gate', { scope: { gates: ['push'] } }, 'gate'],
  ['the actor, in capitals', { scope: { actors: ['ADA@example.com'] } }, null],
  ['another actor', { scope: { actors: ['eve@example.com'] } }, 'actor'],
  ['a condition that is met', { scope: { match: 'finding.severity == "critical" && context.gate != "push"' } }, null],
  ['a condition that is not', { scope: { match: 'finding.file.startsWith("charts/")' } }, 'match'],
  ['a condition that breaks', { scope: { match: 'finding.nothing.at == 1' } }, 'match'],
  ['a condition that is no CEL', { scope: { match: 'finding ===' } }, 'match'],
  ['a condition that says no boolean', { scope: { match: '"true"' } }, 'match'],
  ['revoked at this instant', { exception: { revokedAt: iso(start + day) } }, 'revoked'],
  ['revoked in a millisecond', { exception: { revokedAt: iso(start + day + 1) } }, null],
  ['approved by who asked alone', { exception: { requestedBy: 'grace@example.com' } }, 'approval'],
  ['longer than a critical finding may be exempt', { exception: { expiresAt: iso(start + 30 * day + 1) } }, 'term'],
  [
    'the same for a low one',
    { exception: { expiresAt: iso(start + 30 * day + 1) }, finding: { severity: 'low' } },
    null,
  ],
  ['used less often than it may be', { exception: { maxUses: 2 }, at: { uses: new Map([['EX-1', 1]]) } }, null],
  ['used up', { exception: { maxUses: 2 }, at: { uses: new Map([['EX-1', 2]]) } }, 'used'],
];

for (const [name, changes, expected] of cases)
  test(`${name}: ${expected ?? 'covered'}`, () => assert.equal(objection(changes), expected));

test('an exception holds from its first millisecond to the one before its last', () => {
  const at = (ms: number) => objection({ at: { atMs: ms } });
  assert.equal(at(start - 1), 'notYet');
  assert.equal(at(start), null);
  assert.equal(at(start + 20 * day - 1), null);
  assert.equal(at(start + 20 * day), 'expired');
});

test('the next boundary is where what is covered changes, and nothing changes before it', () => {
  const register = registerExceptions([
    { ...exception, id: 'A', expiresAt: iso(start + 3) },
    { ...exception, id: 'B', notBefore: iso(start + 5), expiresAt: iso(start + 9), revokedAt: iso(start + 7) },
  ]);
  const boundaries: number[] = [];
  for (let at = nextBoundary(register, start - 10); at !== null; at = nextBoundary(register, at))
    boundaries.push(at - start);
  assert.deepEqual(boundaries, [0, 3, 5, 7, 9]);
  const covered = (ms: number) => markApproved([finding], register, { ...circumstances, atMs: ms })[0]?.exception;
  for (let ms = start - 3; ms < start + 12; ms++)
    assert.deepEqual(covered(ms), covered(Math.max(lastBoundary(register, ms), 0)), `${ms - start} ms`);
});

test('of several exceptions the last to end is told, and what none covers stays the very same', () => {
  const register = registerExceptions([
    { ...exception, id: 'A' },
    {
      ...exception,
      id: 'B',
      expiresAt: iso(start + 25 * day),
      approvals: [...exception.approvals, { ...exception.approvals[0]!, who: 'ada@example.com' }],
    },
  ]);
  const other = { ...finding, policy: 'k/tag' };
  const [marked, same] = markApproved([finding, other], register, circumstances);
  assert.deepEqual(marked?.exception, {
    kind: 'approved',
    id: 'B',
    reason: exception.statement,
    until: iso(start + 25 * day),
    approvedBy: ['grace@example.com'],
  });
  assert.equal(same, other);
  assert.equal(marked?.fingerprint, finding.fingerprint);
});

test('100,000 random cases: as the plain spelling of the rule has it', () => {
  const random = seeded(20261128);
  let covered = 0;
  for (let count = 0; count < 100_000; count++) {
    const tuple = randomTuple(random);
    const objected = objectionTo(prepareException(tuple.exception), tuple.finding, tuple.at);
    assert.equal(objected === null, plainly(tuple), JSON.stringify({ ...tuple, objected }));
    if (objected === null) covered++;
  }
  assert.ok(covered > 10_000 && covered < 90_000, `${covered} covered: the cases say too little`);
});

test('what is read is what was written, and what is not understood does not govern', () => {
  const { exceptions, problems } = readExceptions(formatExceptions([exception]));
  assert.deepEqual([exceptions, problems], [[exception], []]);
  const of = (change: object) =>
    readExceptions(
      JSON.stringify({
        version: 1,
        exceptions: [
          { ...exception, ...change },
          { ...exception, id: 'EX-2' },
        ],
      }),
    );
  const refused: readonly object[] = [
    { scope: { ...exception.scope, countries: ['ch'] } },
    { expiresAt: null },
    { expiresAt: '2026-11-21' },
    { expiresAt: '2026-02-30T00:00:00.000Z' },
    { policies: [] },
    { policies: ['K/privileged'] },
    { approvals: [] },
    { fingerprints: ['xyz'] },
    { statement: ' ' },
    { statement: 'x'.repeat(2_001) },
    { maxUses: 0 },
    { category: 'because' },
    { scope: { ...exception.scope, match: 'finding ===' } },
  ];
  for (const change of refused) {
    const read = of(change);
    assert.deepEqual(
      [read.exceptions.map(({ id }) => id), read.problems.length],
      [['EX-2'], 1],
      JSON.stringify(change),
    );
    assert.match(read.problems[0]!, /^exception EX-1 does not govern: /);
  }
  assert.match(of({ id: 'EX-2' }).problems[0]!, /EX-2 is there twice/);
  for (const text of [
    '',
    '{',
    '[]',
    '{"version":2,"exceptions":[]}',
    `{"version":1,"exceptions":${'['.repeat(100_000)}`,
  ])
    assert.deepEqual(
      [readExceptions(text).exceptions, readExceptions(text).problems.length],
      [[], 1],
      text.slice(0, 40),
    );
});

interface Tuple {
  readonly exception: ApprovedException;
  readonly finding: Finding;
  readonly at: Circumstances;
}

/** The rule once more, one sentence after the other, by other means: no index, no compiled glob, dates as texts. */
function plainly({ exception: given, finding: found, at }: Tuple): boolean {
  const now = new Date(at.atMs).toISOString();
  const domain = found.policy.split('/')[0];
  if (found.outcome === 'error' || found.outcome === 'unknown') return false;
  if (domain === 'kerb') return false;
  for (const never of at.terms.never)
    if (never === '*' || never === found.policy || never === `${domain}/*`) return false;
  let isMeant = false;
  for (const { id, revisions, digest } of given.policies) {
    if (id !== '*' && id !== found.policy && id !== `${domain}/*`) continue;
    if (digest !== undefined && digest !== at.digestOf(found.policy)) continue;
    if (revisions !== undefined) {
      if (at.revision === null || at.revision < revisions.from) continue;
      if (revisions.to !== null && at.revision > revisions.to) continue;
    }
    isMeant = true;
  }
  if (!isMeant) return false;
  if (given.fingerprints.length > 0 && !new Set(given.fingerprints).has(found.fingerprint)) return false;
  const { scope } = given;
  if (scope.repositories.length > 0) {
    if (at.repository === null) return false;
    const owner = `${at.repository.slice(0, at.repository.lastIndexOf('/'))}/*`;
    if (!scope.repositories.includes(at.repository) && !scope.repositories.includes(owner)) return false;
  }
  // The globs that are drawn below are `<folder>/**` and whole paths.
  if (
    scope.paths.length > 0 &&
    !scope.paths.some((glob) => found.file === glob || found.file.startsWith(glob.replace('**', '')))
  )
    return false;
  if (scope.resources.length > 0 && !scope.resources.includes(found.resource)) {
    const kind = found.resource.split('/')[0];
    if (!scope.resources.includes(`${kind}/*`)) return false;
  }
  if (scope.environments.length > 0 && (at.environment === null || !scope.environments.includes(at.environment)))
    return false;
  if (scope.gates.length > 0 && !scope.gates.includes(at.gate)) return false;
  if (scope.actors.length > 0) {
    if (at.actor === null) return false;
    const actor = at.actor;
    if (!scope.actors.some((each) => each.localeCompare(actor, 'en', { sensitivity: 'accent' }) === 0)) return false;
  }
  if (scope.match !== null && found.severity !== 'critical') return false;
  if (now < given.notBefore || now >= given.expiresAt) return false;
  if (given.revokedAt !== null && now >= given.revokedAt) return false;
  const days = (Date.parse(given.expiresAt) - Date.parse(given.notBefore)) / day;
  if (days > at.terms.longestDays[found.severity]) return false;
  if (given.approvals.filter(({ who }) => who !== given.requestedBy).length === 0) return false;
  const uses = at.uses.get(given.id) ?? 0;
  return given.maxUses === null || uses < given.maxUses;
}

/** mulberry32: the same numbers on every machine. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Most dimensions are left open or met, so that each of them decides some cases. */
function randomTuple(random: () => number): Tuple {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const rarely = <T>(usual: T, others: readonly T[]): T => (random() < 0.9 ? usual : pick(others));
  const list = <T>(items: readonly T[]): readonly T[] => (random() < 0.8 ? [] : [pick(items), pick(items)]);
  const notBefore = start + Math.floor(random() * 5) - 2;
  const expiresAt =
    notBefore + rarely(Math.floor(random() * 8), [29 * day, 30 * day, 30 * day + 1, 91 * day, 366 * day]);
  const approvers = rarely(['grace'], [['ada'], ['ada', 'grace']]);
  return {
    exception: {
      ...exception,
      id: pick(['X', 'Y']),
      policies: [
        {
          id: rarely('k/*', ['k/privileged', 'k/tag', '*', 'other/*']),
          revisions: rarely(undefined, [
            { from: 6, to: null },
            { from: 7, to: 7 },
            { from: 8, to: null },
            { from: 1, to: 6 },
          ]),
          digest: rarely(undefined, ['d1', 'd2']),
        },
      ],
      scope: {
        repositories: list(['github.com/acme/shop', 'github.com/acme/*', 'github.com/other/*']),
        paths: list(['deploy/**', 'charts/**', 'deploy/web.yaml']),
        resources: list(['Deployment/*', 'Deployment/web', 'Pod/web']),
        environments: list(['staging', 'production']),
        gates: list(['commit', 'push', 'editor']),
        actors: list(['Ada@example.com', 'eve@example.com']),
        match: rarely(null, ['finding.severity == "critical"']),
      },
      fingerprints: list(['a'.repeat(32), 'b'.repeat(32)]),
      requestedBy: 'ada',
      approvals: approvers.map((who) => ({ ...exception.approvals[0]!, who })),
      notBefore: iso(notBefore),
      expiresAt: iso(expiresAt),
      maxUses: rarely(null, [1, 2]),
      revokedAt: rarely(null, [iso(start), iso(start + 3)]),
    },
    finding: {
      ...finding,
      policy: rarely('k/privileged', ['k/tag', 'other/thing', 'kerb/suppression-unused']),
      severity: pick<Severity>(['info', 'low', 'medium', 'high', 'critical']),
      outcome: rarely<Finding['outcome']>('fail', ['error', 'unknown']),
      file: pick(['deploy/web.yaml', 'deploy/a/b.yaml', 'charts/web.yaml']),
      resource: pick(['Deployment/web', 'Deployment/api', 'Pod/web']),
      fingerprint: pick(['a'.repeat(32), 'b'.repeat(32)]),
    },
    at: {
      atMs: rarely(notBefore + Math.floor(random() * (expiresAt - notBefore + 2)) - 1, [
        expiresAt - 1,
        expiresAt,
        notBefore,
        start + 3,
      ]),
      gate: pick(['commit', 'push', 'editor']),
      repository: rarely('github.com/acme/shop', [null, 'github.com/acme/api', 'github.com/other/shop']),
      environment: pick([null, 'staging', 'production']),
      actor: rarely('ada@example.com', [null, 'EVE@example.com']),
      revision: rarely(7, [null, 6, 8]),
      digestOf: (id) => (id.startsWith('k/') ? 'd1' : null),
      terms: { ...defaultExceptionTerms, never: rarely<readonly string[]>([], [['k/*'], ['other/thing'], ['*']]) },
      uses: new Map([['X', pick([0, 1, 2])]]),
    },
  };
}
