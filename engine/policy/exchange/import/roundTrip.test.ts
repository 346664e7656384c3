/** Import, export, import: what comes back is what was there, byte for byte, whichever way it went. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { native, policyText } from '../../../../test/policySet.ts';
import { compilePolicies } from '../../compile.ts';
import { defaultConfiguration } from '../../configuration.ts';
import { readPolicies } from '../../read.ts';
import { exportAdmission } from '../exportAdmission.ts';
import { importPolicies } from './index.ts';

interface Policy {
  readonly id: string;
  readonly yaml: string;
}

const forms = ['vap', 'kyverno'] as const;

/** What a text holds; a refusal fails. */
function taken(text: string): readonly Policy[] {
  return importPolicies({ file: { path: 'in.yaml', text }, domain: 'imported', native }).map((one) => {
    assert.equal(one.kind, 'imported', one.kind === 'refused' ? `${one.reason}\n${text}` : '');
    return one.kind === 'imported' ? { id: one.id, yaml: one.yaml } : { id: '', yaml: '' };
  });
}

function brought({ id, yaml }: Policy, form: (typeof forms)[number]): string {
  const { policies } = readPolicies([{ id, path: `${id}.yaml`, text: yaml }]);
  const [enabled] = compilePolicies(policies, defaultConfiguration, native).policies;
  assert.ok(enabled !== undefined, yaml);
  const { policy, enforcement, parameters } = enabled;
  const exported = exportAdmission({ policy, enforcement, parameters, form, native });
  assert.equal(exported.kind, 'exported', exported.kind === 'refused' ? `${exported.reason}\n${yaml}` : '');
  return exported.kind === 'exported' ? exported.yaml : '';
}

/** There and back, by each form and by one after the other. */
function returns(policy: Policy): void {
  for (const form of forms) {
    const there = brought(policy, form);
    const [back, ...others] = taken(there);
    assert.deepEqual([back, others], [policy, []], there);
  }
}

function allReturn(text: string): void {
  const policies = taken(text);
  assert.ok(policies.length > 0, text);
  for (const policy of policies) returns(policy);
}

const annotations = {
  'policies.kyverno.io/title': ' Title: on # and no ',
  'policies.kyverno.io/description': `So that\n\n  it is "so".\n${'long '.repeat(500)}\n`,
};
const manifest = (apiVersion: string, kind: string, spec: object): string =>
  JSON.stringify({ apiVersion, kind, metadata: { name: 'shop-rules', annotations }, spec });
const admission = (spec: object): string =>
  manifest('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', spec);
const validating = (spec: object): string => manifest('policies.kyverno.io/v1', 'ValidatingPolicy', spec);
const cluster = (rule: object): string =>
  manifest('kyverno.io/v1', 'ClusterPolicy', { rules: [{ name: 'one', ...rule }] });

const kinds = fc.uniqueArray(
  fc.constantFrom(
    ...['Pod', 'v1/Pod', 'Deployment', 'apps/v1/Deployment', 'apps/v1beta2/Deployment', 'StatefulSet', 'Service'],
    ...[
      'v1/Service',
      'Event',
      'autoscaling/v1/HorizontalPodAutoscaler',
      'Widget',
      'example.com/v1/Widget',
      'Namespace',
    ],
    ...['*', '*/Pod', '*/*/Job', 'apps/*/DaemonSet', 'batch/v1/*'],
  ),
  { minLength: 1, maxLength: 4 },
);
const filter = fc.record(
  {
    kinds,
    names: fc.constantFrom(['web'], ['web-*', 'api']),
    namespaces: fc.constantFrom(['shop'], ['kube-*']),
    selector: fc.constantFrom(
      { matchLabels: { app: 'web', 'a.b/c': 'd' } },
      { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['test'] }] },
    ),
  },
  { requiredKeys: ['kinds'] },
);
const match = fc.oneof(
  fc.record({ resources: filter }),
  fc.record({
    any: fc.array(fc.record({ resources: filter }), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ all: fc.array(fc.record({ resources: filter }), { minLength: 1, maxLength: 2 }) }),
);

const expressions = fc.constantFrom(
  'has(object.metadata.labels)',
  "object.kind == 'Pod'",
  'object.kind in ["Pod", \'Deployment\'] // only these',
  "object.apiVersion == 'v1'",
  "(object.kind == 'Pod' && object.apiVersion == 'v1')",
  "object.metadata.name != 'a' || has(object.spec)",
  '(has(object.spec) ? object.spec.a : object.spec.b) == 1',
  'has(object.spec) ? object.spec.a == 1 : true',
  "object.kind == 'Deployment' && object.apiVersion.startsWith('apps/')",
  "object.kind == 'Pod' || (object.kind == 'Job' && object.spec.suspend)",
  "\n  object.metadata.?labels[?'a'].orValue('') == 'b' // why\n  && !(object.kind == 'Node')\n",
  "request.operation != 'DELETE'",
  'variables.many',
);
const rule = fc.record(
  {
    apiGroups: fc.constantFrom([''], ['apps'], ['*'], ['', 'apps'], ['apps', 'batch'], ['autoscaling']),
    apiVersions: fc.constantFrom(['v1'], ['*'], ['v1', 'v2'], ['v1beta1']),
    operations: fc.constantFrom(['CREATE'], ['CREATE', 'UPDATE'], ['*']),
    resources: fc.constantFrom(
      ...[['pods'], ['deployments'], ['pods', 'deployments'], ['*'], ['jobs', 'deployments', 'services'], ['*/*']],
      ...[['horizontalpodautoscalers'], ['events'], ['pods', 'pods/ephemeralcontainers']],
    ),
    resourceNames: fc.constantFrom(['web'], ['a', 'b']),
  },
  { requiredKeys: ['apiGroups', 'apiVersions', 'operations', 'resources'] },
);
const constraints = fc.record(
  {
    resourceRules: fc.array(rule, { minLength: 1, maxLength: 3 }),
    excludeResourceRules: fc.array(rule, { minLength: 1, maxLength: 1 }),
    objectSelector: fc.constantFrom(
      { matchLabels: { 'a.b/c': 'd' } },
      { matchExpressions: [{ key: 'e', operator: 'Exists' }] },
    ),
    matchPolicy: fc.constantFrom('Exact', 'Equivalent'),
  },
  { requiredKeys: ['resourceRules'] },
);
const celSpec = fc.record(
  {
    matchConstraints: constraints,
    variables: fc.constant([
      { name: 'many', expression: 'object.spec.?replicas.orValue(1) > 1 // more than one' },
      { name: 'name', expression: 'object.metadata.name' },
    ]),
    matchConditions: fc
      .array(expressions, { minLength: 1, maxLength: 3 })
      .map((all) => all.map((expression, index) => ({ name: `c${index}`, expression }))),
    validations: fc.array(
      fc.record(
        {
          expression: expressions,
          message: fc.constantFrom('no', 'a {b} and {{c}}', 'two\nlines', ' blanks ', '', 'it\'s "so" \\ far'),
          messageExpression: fc.constantFrom(
            "'bad ' + object.metadata.name",
            "'{' + string(object.spec.replicas + 1) + '} of ' + variables.name",
            'object.metadata.name',
            "' ' + object.metadata.name + ' '",
            "object.metadata.name + (has(object.spec) ? ' a' : ' b')",
            "'%s has %d'.format([object.metadata.name, 3])",
          ),
        },
        { requiredKeys: ['expression'] },
      ),
      { minLength: 1, maxLength: 2 },
    ),
  },
  { requiredKeys: ['matchConstraints', 'variables', 'validations'] },
);

/** What is refused has its own tests. */
function isTaken(text: string): boolean {
  return importPolicies({ file: { path: 'in.yaml', text }, domain: 'imported', native }).every(
    ({ kind }) => kind === 'imported',
  );
}

describe('comes back as it was', () => {
  const runs = { numRuns: Number(process.env.ROUND_TRIPS ?? 150) };
  let compared = 0;
  const all = <T>(arbitrary: fc.Arbitrary<T>, textOf: (made: T) => string): void => {
    compared = 0;
    fc.assert(
      fc.property(arbitrary, (made) => {
        const text = textOf(made);
        if (!isTaken(text)) return;
        allReturn(text);
        compared++;
      }),
      runs,
    );
    assert.ok(compared > runs.numRuns / 20, `only ${compared} were imported`);
  };
  test('ValidatingAdmissionPolicy', () => all(celSpec, admission));
  test('ValidatingPolicy', () => all(celSpec, validating));
  test('ClusterPolicy', () =>
    all(
      fc.record({
        match,
        exclude: fc.option(match, { nil: undefined }),
        celPreconditions: fc.option(
          expressions.map((expression) => [{ name: 'one', expression: expression.replace('variables.many', 'true') }]),
          { nil: undefined },
        ),
        validate: fc.record({
          message: fc.constantFrom('no', 'a {b}'),
          cel: fc.record({ expressions: fc.constant([{ expression: 'has(object.spec)' }]) }),
        }),
      }),
      cluster,
    ));
});

describe('the match of an export', () => {
  const matchIn = (policy: Policy) => {
    const { spec } = parseAllDocuments(brought(policy, 'vap'))[0]?.toJS() ?? {};
    const { resourceRules, matchPolicy } = spec.matchConstraints;
    const rules = resourceRules.map((one: Record<'apiGroups' | 'apiVersions' | 'resources', string[]>) =>
      [one.apiGroups, one.apiVersions, one.resources].map(String).join(' '),
    );
    const conditions = (spec.matchConditions ?? []).map(({ expression }: { expression: string }) => expression);
    return [...rules, ...(matchPolicy === undefined ? [] : [matchPolicy]), ...conditions];
  };

  const matches: readonly (readonly [kinds: readonly string[], said: readonly string[]])[] = [
    [['Deployment'], ['* * deployments', 'object.kind == "Deployment"']],
    [['apps/v1/Deployment'], ['apps v1 deployments', 'Exact']],
    [
      ['Service', 'Event'],
      ['* * services,events', 'object.kind in ["Service", "Event"]'],
    ],
    [['Widget'], ['* * *', 'object.kind == "Widget"']],
    [
      ['Widget', 'Service'],
      ['* * *', 'object.kind in ["Widget", "Service"]'],
    ],
    [
      ['Service', 'apps/v1/Deployment'],
      [
        '* * services,deployments',
        '((object.kind == "Service") || (object.kind == "Deployment" && object.apiVersion == "apps/v1"))',
      ],
    ],
  ];
  for (const [kinds, said] of matches)
    test(`of kinds ${kinds}`, () => {
      const validate = { message: 'no', cel: { expressions: [{ expression: 'has(object.spec)' }] } };
      const [policy] = taken(cluster({ match: { any: [{ resources: { kinds } }] }, validate }));
      assert.ok(policy !== undefined);
      assert.deepEqual(matchIn(policy), said);
      returns(policy);
    });

  const wheres: readonly (readonly [where: string, said: readonly string[]])[] = [
    ["self.kind == 'Service' && self.apiVersion == 'v1'", [' v1 services']],
    [
      "self.kind in ['Role', 'ClusterRole'] && self.apiVersion.startsWith('rbac.authorization.k8s.io/')",
      ['rbac.authorization.k8s.io v1 roles,clusterroles'],
    ],
    [
      "self.apiVersion == 'v1' && self.kind == 'Service'",
      ['* * services', 'object.apiVersion == "v1"', 'object.kind == "Service"'],
    ],
    [
      "self.kind == 'Service' && self.kind == 'Pod'",
      ['* * services', 'object.kind == "Service"', 'object.kind == "Pod"'],
    ],
    ["self.kind == 'Service' || has(self.spec)", ['* * *', "object.kind == 'Service' || has(object.spec)"]],
    ["self.?kind.orValue('') == 'Service'", ['* * *', "object.?kind.orValue('') == 'Service'"]],
    ["'Service' == self.kind // a service", ['* * *', "'Service' == object.kind"]],
  ];
  for (const [where, said] of wheres)
    test(`where ${where}`, () => {
      const yaml = policyText(`resource: kubernetes.object\nwhere: ${JSON.stringify(where)}\nrequire: has(self.spec)`);
      const policy = { id: 'team/one', yaml };
      assert.deepEqual(matchIn(policy), said);
      for (const form of forms) {
        const there = brought(policy, form);
        const [back, ...others] = taken(there);
        assert.ok(back !== undefined && others.length === 0);
        const plain = (text: string) => text.replaceAll(/sha256:\w+/g, '');
        assert.equal(plain(brought(back, form)), plain(there));
        returns(back);
      }
    });
});
