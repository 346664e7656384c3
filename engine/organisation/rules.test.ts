/** What an organisation decides, what a repository makes of it, and what it tries in vain. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { native, policyText } from '../../test/policySet.ts';
import { compilePolicies, organisationConfiguration, readConfiguration, readPolicies } from '../index.ts';
import { readOrganisationRules } from './rules.ts';

const files = {
  'kubernetes/tag': 'severity: high\nresource: kubernetes.container\nrequire: "false"\nmessage: tag',
  'kubernetes/most':
    'severity: medium\nresource: kubernetes.container\nrequire: size(self.?args.orValue([])) <= params.most\nparameters: { most: { type: int, default: 1, minimum: 0, maximum: 5, description: d } }\nmessage: most',
  'npm/any': 'severity: low\nresource: npm.package\nrequire: "false"\nmessage: any',
};
const { policies } = readPolicies(
  Object.entries(files).map(([id, text]) => ({ path: `${id}.yaml`, id, text: policyText(text) })),
);

/** What comes of an organisation's and a repository's words: `id=enforcement` of what is on, and what is said. */
function govern(organisation: string, repository: string | null) {
  const { rules, problems } = readOrganisationRules({ path: 'organisation.yaml', text: organisation });
  assert.ok(rules, JSON.stringify(problems));
  const defaults = organisationConfiguration(rules);
  const reading =
    repository === null
      ? { configuration: defaults, problems: [] }
      : readConfiguration({ path: 'kerb.yaml', text: repository }, defaults);
  const set = compilePolicies(policies, reading.configuration, native);
  return {
    set,
    on: set.policies.map(({ policy, enforcement }) => `${policy.id}=${enforcement}`).join(' '),
    said: [...reading.problems, ...set.problems].map(
      ({ severity, range, message }) => `${severity} ${range.start.line}:${range.start.column} ${message}`,
    ),
  };
}

const authored = 'kubernetes/most=warn kubernetes/tag=deny npm/any=audit';
const locked = 'the organisation has locked this policy';

interface Case {
  readonly name: string;
  readonly organisation: string;
  readonly repository: string | null;
  readonly on: string;
  readonly said?: readonly string[];
}

const cases: readonly Case[] = [
  { name: 'nobody says anything', organisation: '', repository: null, on: authored },
  {
    name: 'the organisation over the author',
    organisation: 'sets: [kubernetes]\npolicies: { kubernetes/tag: { enforcement: warn } }',
    repository: null,
    on: 'kubernetes/most=warn kubernetes/tag=warn',
  },
  {
    name: 'the repository over the organisation',
    organisation: 'sets: [kubernetes]\npolicies: { kubernetes/tag: { enforcement: warn } }',
    repository: 'sets: [all]\npolicies: { "*": { enforcement: audit } }',
    on: 'kubernetes/most=audit kubernetes/tag=audit npm/any=audit',
  },
  {
    name: 'what the repository does not name stays the organisation’s',
    organisation: 'sets: [kubernetes]',
    repository: 'ignore: [x]',
    on: 'kubernetes/most=warn kubernetes/tag=deny',
  },
  {
    name: 'locked: off is in vain, and is told where it stands',
    organisation: 'locked: [kubernetes/*]',
    repository: 'policies:\n  kubernetes/tag: { enforcement: off }\n  npm/any: { enforcement: off }',
    on: 'kubernetes/most=warn kubernetes/tag=deny',
    said: [`warning 2:21 ${locked}: it stays at \`deny\``],
  },
  {
    name: 'locked: a wider entry passes it over',
    organisation: 'locked: [kubernetes/tag]',
    repository: 'policies: { "kubernetes/*": { enforcement: audit } }',
    on: 'kubernetes/most=audit kubernetes/tag=deny npm/any=audit',
  },
  {
    name: 'locked: stricter is welcome',
    organisation: 'locked: ["*"]',
    repository: 'policies: { kubernetes/most: { enforcement: deny }, "npm/*": { enforcement: deny } }',
    on: 'kubernetes/most=deny kubernetes/tag=deny npm/any=deny',
  },
  {
    name: 'locked: a set that leaves it out does not',
    organisation: 'locked: [kubernetes/tag]',
    repository: 'sets: [npm]',
    on: 'kubernetes/tag=deny npm/any=audit',
  },
  {
    name: 'locked: parameters and ignored files',
    organisation: 'policies: { kubernetes/most: { parameters: { most: 2 } } }\nlocked: [kubernetes/most]',
    repository: 'policies:\n  kubernetes/most:\n    parameters: { most: 5 }\n    ignore: [deploy/**]',
    on: authored,
    said: [
      `warning 3:19 ${locked}: its parameters are the organisation's`,
      `warning 4:5 ${locked}: it judges these files all the same`,
    ],
  },
  {
    name: 'locked: the terms of suppressions, and the baseline',
    organisation: 'suppressions: { longestDays: 30 }\nlocked: [suppressions, baseline]',
    repository: 'suppressions:\n  longestDays: 90\n  sameChange: allow\nbaseline: kerb.baseline',
    on: authored,
    said: [
      'warning 4:11 the organisation allows no baseline: it covers nothing here',
      'warning 2:16 the organisation allows at most 30 days, and that holds',
      'warning 3:15 the organisation refuses this, and that holds',
    ],
  },
];
for (const { name, organisation, repository, on, said } of cases) {
  test(name, () => {
    const result = govern(organisation, repository);
    assert.equal(result.on, on);
    assert.deepEqual(result.said, said ?? []);
  });
}

test('a locked policy judges files that the repository leaves out; the others do not', () => {
  const { set } = govern('locked: [kubernetes/tag]\nignore: [vendor/**]', 'ignore: [deploy/**]');
  assert.equal(set.ignores('vendor/a.yaml'), true);
  assert.equal(set.ignores('deploy/a.yaml'), false);
  const ignoring = set.policies.filter(({ ignores }) => ignores('deploy/a.yaml')).map(({ policy }) => policy.id);
  assert.deepEqual(ignoring, ['kubernetes/most', 'npm/any']);
});

test('parameters: the repository’s over the organisation’s, by name', () => {
  const text = 'policies: { kubernetes/most: { parameters: { most: 2, unknown: 1 } } }';
  const most = (set: ReturnType<typeof govern>['set']) => set.policies[0]?.parameters.most;
  assert.equal(most(govern(text, null).set), 2);
  assert.equal(most(govern(text, 'policies: { kubernetes/most: { parameters: { most: 3 } } }').set), 3);
  assert.deepEqual(govern(text, null).said, []);
});

test('the digest covers what the organisation decided', () => {
  const digests = ['', 'locked: [npm/any]', 'policies: { npm/any: { enforcement: deny } }', 'ignore: [x]'].map(
    (text) => govern(text, '').set.digest,
  );
  assert.equal(new Set(digests).size, digests.length);
});

const mistakes: readonly (readonly [string, RegExp])[] = [
  ['locked: [everything]', /^1:10 /],
  ['gates: { mode: careless }', /^1:16 /],
  ['gates: { maxOfflineHours: 0 }', /^1:27 /],
  ['policyFolders: [x]', /^1:1 /],
];
for (const [text, said] of mistakes) {
  test(`refuses: ${text}`, () => {
    const { rules, problems } = readOrganisationRules({ path: 'organisation.yaml', text });
    assert.equal(rules, null);
    assert.match(`${problems[0]?.range.start.line}:${problems[0]?.range.start.column} ${problems[0]?.message}`, said);
  });
}

test('a configuration that is none is called what it is', () => {
  const { problems } = readOrganisationRules({ path: 'organisation.yaml', text: '# nothing yet\n' });
  assert.equal(problems[0]?.message, "the file is empty: an organisation's configuration is a YAML map");
});
