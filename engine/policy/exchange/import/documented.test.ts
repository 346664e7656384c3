/** What the documentation of admission policies and of Kyverno's offers, feature by feature: it means the same here, or is refused. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { native } from '../../../../test/policySet.ts';
import { compilePolicies } from '../../compile.ts';
import { defaultConfiguration } from '../../configuration.ts';
import { readPolicies } from '../../read.ts';
import { exportAdmission } from '../exportAdmission.ts';
import { importPolicies } from './index.ts';

interface Written {
  readonly feature: string;
  /** Of `spec`; `matchConstraints` are `on`. */
  readonly spec: string;
  readonly on?: string;
  /** Of the binding; a policy without one is only audited. */
  readonly binding?: string;
  /** Other documents of the file. */
  readonly beside?: string;
  /** Lines of the policy that it becomes, in their order; or `name: reason`. */
  readonly says: string | readonly string[];
}

const asked = (groups: string, versions: string, resources: string, more = ''): string =>
  `resourceRules: [{ apiGroups: ${groups}, apiVersions: ${versions}, operations: [CREATE, UPDATE], resources: ${resources}${more} }]`;
const deployments = asked('[apps]', '[v1]', '[deployments]');
const pods = asked("['']", '[v1]', '[pods]');
const few = 'validations: [{ expression: object.spec.replicas <= 5 }]';
const labelled = 'validations: [{ expression: has(object.metadata.labels) }]';
const isDeployment = 'self.kind == "Deployment" && self.apiVersion.startsWith("apps/")';
const isPod = 'self.kind == "Pod" && self.apiVersion == "v1"';
const limited = 'paramKind: { apiVersion: v1, kind: ConfigMap }';
const within = 'validations: [{ expression: object.spec.replicas <= int(params.data.most) }]';
const limits = (more: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: limits${more} }\ndata: { most: "3" }\n`;

const admission: readonly Written[] = [
  {
    feature: 'an exact version is that version',
    on: `matchPolicy: Exact, ${asked('[autoscaling]', '[v1]', '[horizontalpodautoscalers]')}`,
    spec: 'validations: [{ expression: object.spec.maxReplicas < 9 }]',
    says: [
      'where: self.kind == "HorizontalPodAutoscaler" && self.apiVersion == "autoscaling/v1"',
      'require: self.spec.maxReplicas < 9',
    ],
  },
  {
    feature: 'an equivalent version is any of the group',
    on: `matchPolicy: Equivalent, ${asked('[autoscaling]', '[v1]', '[horizontalpodautoscalers]')}`,
    spec: 'validations: [{ expression: object.spec.maxReplicas < 9 }]',
    says: ['where: self.kind == "HorizontalPodAutoscaler" && self.apiVersion.startsWith("autoscaling/")'],
  },
  {
    feature: 'what is outside of namespaces',
    on: asked("['']", '[v1]', '[namespaces, pods]', ', scope: Cluster'),
    spec: labelled,
    says: ['where: self.kind == "Namespace" && self.apiVersion == "v1"'],
  },
  {
    feature: 'what is in a namespace',
    on: asked("['']", '[v1]', '[namespaces, pods]', ', scope: Namespaced'),
    spec: labelled,
    says: [`where: ${isPod}`],
  },
  {
    feature: 'a scope that none of the kinds has',
    on: asked("['']", '[v1]', '[nodes]', ', scope: Namespaced'),
    spec: labelled,
    says: 'rules: none of its kinds is in a namespace',
  },
  {
    feature: 'a subresource beside its resource',
    on: asked("['']", '[v1]', '[pods, pods/ephemeralcontainers]'),
    spec: labelled,
    says: [`where: ${isPod}`],
  },
  {
    feature: 'a subresource alone',
    on: asked('[apps]', '[v1]', '[deployments/scale]'),
    spec: few,
    says: 'rules: `deployments/scale` is no object that a file holds',
  },
  {
    feature: 'a rule on updates beside one on what is created',
    on: `resourceRules: [{ apiGroups: [batch], apiVersions: [v1], operations: [CREATE], resources: [jobs] }, { apiGroups: [apps], apiVersions: [v1], operations: [UPDATE], resources: [deployments] }]`,
    spec: labelled,
    says: ['where: self.kind == "Job" && self.apiVersion.startsWith("batch/")'],
  },
  {
    feature: 'an exception for what is only deleted excludes nothing',
    on: `${deployments}, excludeResourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: [DELETE], resources: ['*'] }]`,
    spec: few,
    says: [`where: ${isDeployment}`],
  },
  {
    feature: 'everything but some kinds',
    on: `${asked("['*']", "['*']", "['*']")}, excludeResourceRules: [{ apiGroups: [coordination.k8s.io], apiVersions: ['*'], operations: ['*'], resources: [leases] }]`,
    spec: labelled,
    says: ['where: !(self.kind == "Lease" && self.apiVersion.startsWith("coordination.k8s.io/"))'],
  },
  {
    feature: 'namespaces by their names',
    on: `${pods}, namespaceSelector: { matchExpressions: [{ key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system] }] }`,
    spec: labelled,
    says: [`where: ${isPod} && !(self.?metadata.?namespace.orValue("") in ["kube-system"])`],
  },
  {
    feature: 'one namespace by its name',
    on: `${pods}, namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: shop } }`,
    spec: labelled,
    says: [`where: ${isPod} && self.?metadata.?namespace.orValue("") in ["shop"]`],
  },
  {
    feature: 'namespaces by their names, for what is in none',
    on: `${asked("['*']", "['*']", "['*']")}, namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: shop } }`,
    spec: labelled,
    says: 'rules: which kinds are in a namespace is not known of all of them',
  },
  {
    feature: 'namespaces by other labels, in the binding',
    on: deployments,
    spec: few,
    binding: 'matchResources: { namespaceSelector: { matchLabels: { environment: test } } }',
    says: 'rules: it goes by the labels of a namespace, which a file does not say',
  },
  {
    feature: 'labels of the object',
    on: `${pods}, objectSelector: { matchExpressions: [{ key: tier, operator: In, values: [web] }] }`,
    spec: labelled,
    says: [`where: ${isPod} && ["web"].exists(value, self.?metadata.?labels[?"tier"] == optional.of(value))`],
  },
  {
    feature: 'a kind that is defined in the file',
    on: asked('[example.com]', '[v1]', '[widgets]'),
    spec: 'validations: [{ expression: object.spec.size < 3 }]',
    beside:
      'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: widgets.example.com }\nspec: { group: example.com, scope: Namespaced, names: { kind: Widget, plural: widgets } }\n',
    says: ['where: self.kind == "Widget" && self.apiVersion.startsWith("example.com/")'],
  },
  {
    feature: 'a kind that is not defined',
    on: asked('[example.com]', '[v1]', '[widgets]'),
    spec: 'validations: [{ expression: object.spec.size < 3 }]',
    says: 'rules: the kind behind `widgets` is not known: a CustomResourceDefinition in the same file says it',
  },
  {
    feature: 'parameters of the namespace that is named',
    on: deployments,
    spec: `${limited}\n  ${within}`,
    binding: 'paramRef: { name: limits, namespace: shop, parameterNotFoundAction: Deny }',
    beside: limits(', namespace: shop'),
    says: ['require: self.spec.replicas <= int("3")'],
  },
  {
    feature: 'parameters of another namespace',
    on: deployments,
    spec: `${limited}\n  ${within}`,
    binding: 'paramRef: { name: limits, namespace: shop, parameterNotFoundAction: Deny }',
    beside: limits(', namespace: other'),
    says: 'rules: it reads `params`, and the object that holds them is not in the file',
  },
  {
    feature: 'parameters of each namespace',
    on: deployments,
    spec: `${limited}\n  ${within}`,
    binding: 'paramRef: { name: limits, parameterNotFoundAction: Deny }',
    beside: limits(', namespace: shop'),
    says: 'rules: it reads `params`, and the binding names no namespace, so that each has its own',
  },
  {
    feature: 'parameters by labels',
    on: deployments,
    spec: `${limited}\n  ${within}`,
    binding: 'paramRef: { selector: { matchLabels: { a: b } }, parameterNotFoundAction: Deny }',
    says: 'rules: it reads `params`, and they are chosen by labels in a cluster',
  },
  {
    feature: 'what is done with the object',
    on: deployments,
    spec: `matchConditions: [{ name: kept, expression: request.operation != 'DELETE' }]\n  ${few}`,
    says: [`where: ${isDeployment} && "CREATE" != 'DELETE'`],
  },
  {
    feature: 'what the object was before',
    on: deployments,
    spec: "validations: [{ expression: request.operation == 'CREATE' || object.spec.replicas >= oldObject.spec.replicas }]",
    says: 'rules: it reads `oldObject`: a file has no earlier version',
  },
  {
    feature: 'what somebody is permitted to do',
    on: deployments,
    spec: `matchConditions: [{ name: strict, expression: "!authorizer.requestResource.check('skip').allowed()" }]\n  ${few}`,
    says: 'rules: it reads `authorizer`: there is nobody to ask for permissions',
  },
  {
    feature: 'a variable that nothing reads',
    on: deployments,
    spec: `variables: [{ name: who, expression: request.userInfo.username }]\n  ${few}`,
    says: ['require: self.spec.replicas <= 5'],
  },
  {
    feature: 'whether there is a variable',
    on: deployments,
    spec: 'variables: [{ name: a, expression: object.spec }]\n  validations: [{ expression: has(variables.a) }]',
    says: 'rules: it takes `variables` for a map: whether one is there is not asked here',
  },
  {
    feature: 'an optional value and a message of it',
    on: deployments,
    spec: `variables: [{ name: env, expression: "object.metadata.labels[?'env']" }]\n  validations: [{ expression: "variables.env.orValue('dev') in ['dev', 'prod']", messageExpression: "'not ' + variables.env.orValue('none')", reason: Forbidden }]`,
    says: [
      "require: (self.metadata.labels[?'env']).orValue('dev') in ['dev', 'prod']",
      "message: not {(self.metadata.labels[?'env']).orValue('none')}",
    ],
  },
  {
    feature: 'audit annotations alone',
    on: deployments,
    spec: `auditAnnotations: [{ key: a, valueExpression: "'x'" }]`,
    says: 'rules: it validates nothing',
  },
];

const kyverno: readonly Written[] = [
  {
    feature: 'pods with certain labels: templates are not judged',
    on: `${pods}, objectSelector: { matchLabels: { a: b } }`,
    spec: 'validations: [{ expression: object.spec.hostNetwork != true }]',
    says: ['resource: kubernetes.object', `where: ${isPod} && self.?metadata.?labels[?"a"] == optional.of("b")`],
  },
  {
    feature: 'pods of certain names: templates are not judged',
    on: asked("['']", '[v1]', '[pods]', ', resourceNames: [a]'),
    spec: 'validations: [{ expression: object.spec.hostNetwork != true }]',
    says: [
      'resource: kubernetes.object',
      'where: self.apiVersion == "v1" && self.kind == "Pod" && self.?metadata.?name.orValue("") in ["a"]',
    ],
  },
  {
    feature: 'pods of any version: templates are not judged',
    on: asked("['']", "['*']", '[pods]'),
    spec: 'validations: [{ expression: object.spec.hostNetwork != true }]',
    says: ['resource: kubernetes.object', `where: ${isPod}`],
  },
  {
    feature: 'pods in certain namespaces: templates are not judged',
    on: `${pods}, namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: shop } }`,
    spec: 'validations: [{ expression: object.spec.hostNetwork != true }]',
    says: [
      'resource: kubernetes.object',
      `where: ${isPod} && self.?metadata.?namespace.orValue("") in ["shop"]`,
      'require: self.spec.hostNetwork != true',
    ],
  },
  {
    feature: 'what is reported and not refused',
    on: deployments,
    spec: `evaluation: { admission: { enabled: false } }\n  validationActions: [Deny]\n  ${few}`,
    says: ['enforcement: audit'],
  },
  {
    feature: 'other data',
    spec: 'evaluation: { mode: JSON }\n  validations: [{ expression: object.a == 1 }]',
    says: 'rules: it judges other data than Kubernetes objects',
  },
  ...(
    [
      ["resource.Get('v1', 'configmaps', 'a', 'b').data.c == 'd'", '`resource`: it looks into a cluster'],
      ["globalContext.Get('a', '') != 0", '`globalContext`: it looks into a cluster'],
      ['images.containers.all(one, one != "")', '`images`: it takes images apart as only Kyverno does'],
      ["http.Get('http://a').ok", '`http`: it asks another server'],
      ['exceptions.allowedValues.size() > 0', '`exceptions`: it reads exceptions of Kyverno'],
      ["time.now() > timestamp('2020-01-01T00:00:00Z')", '`time`: it reads the clock'],
    ] as const
  ).map(([expression, reason]) => ({
    feature: expression,
    on: deployments,
    spec: `validations: [{ expression: ${JSON.stringify(expression)} }]`,
    says: `rules: it reads ${reason}`,
  })),
];

const forms = [
  ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', admission],
  ['policies.kyverno.io/v1', 'ValidatingPolicy', kyverno],
] as const;

function textOf(apiVersion: string, kind: string, { spec, on, binding, beside }: Written): string {
  const match = on === undefined ? '' : `  matchConstraints: { ${on} }\n`;
  const policy = `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: rules }\nspec:\n${match}  ${spec}\n`;
  const bound =
    binding === undefined
      ? []
      : [
          `apiVersion: ${apiVersion}\nkind: ValidatingAdmissionPolicyBinding\nmetadata: { name: rules }\nspec: { policyName: rules, validationActions: [Deny], ${binding} }\n`,
        ];
  return [policy, ...bound, ...(beside === undefined ? [] : [beside])].join('---\n');
}

const run = (text: string) => importPolicies({ file: { path: 'in.yaml', text }, domain: 'imported', native });

for (const [apiVersion, kind, all] of forms)
  describe(kind, () => {
    for (const one of all)
      test(one.feature, () => {
        const text = textOf(apiVersion, kind, one);
        const [found] = run(text);
        if (found?.kind === 'refused') assert.equal(`${found.name}: ${found.reason}`, one.says);
        else {
          assert.ok(typeof one.says !== 'string', `is imported: ${found?.yaml}`);
          const lines = found?.yaml
            .split('\n')
            .map((line) => line.replace(/^(\w+: )(['"])(.*)\2$/, '$1$3').replaceAll("''", "'"));
          const wanted = one.says.map((line) => line.replace(/^(\w+: )(')(.*)\2$/, '$1$3'));
          assert.deepEqual(
            lines?.filter((line) => wanted.includes(line)),
            wanted,
            found?.yaml,
          );
          if (found !== undefined) returns(found);
        }
      });
  });

/** What can be exported is the same policy when it is imported again. */
function returns({ id, yaml }: Extract<ReturnType<typeof run>[number], { kind: 'imported' }>): void {
  const exported = exportOf(id, yaml);
  if (exported === null) return;
  const [again] = run(exported);
  assert.equal(again?.kind, 'imported', again?.kind === 'refused' ? again.reason : '');
  if (again?.kind === 'imported')
    assert.equal(exportOf(again.id, again.yaml)?.replace(/sha256:\w+/g, ''), exported.replace(/sha256:\w+/g, ''));
}

function exportOf(id: string, text: string): string | null {
  const { policies } = readPolicies([{ id, path: `${id}.yaml`, text }]);
  const [enabled] = compilePolicies(policies, defaultConfiguration, native).policies;
  assert.ok(enabled !== undefined);
  const { policy, enforcement, parameters } = enabled;
  const exported = exportAdmission({ policy, enforcement, parameters, form: 'vap', native });
  return exported.kind === 'exported' ? exported.yaml : null;
}

const others: readonly (readonly [apiVersion: string, kind: string, reason: string])[] = [
  ['admissionregistration.k8s.io/v1beta1', 'MutatingAdmissionPolicy', 'it changes objects, and Kerb judges them'],
  ['policies.kyverno.io/v1', 'MutatingPolicy', 'it changes objects, and Kerb judges them'],
  ['policies.kyverno.io/v1', 'GeneratingPolicy', 'it makes objects, and Kerb judges them'],
  ['policies.kyverno.io/v1', 'DeletingPolicy', 'it deletes objects, and Kerb judges them'],
  ['kyverno.io/v2', 'ClusterCleanupPolicy', 'it deletes objects, and Kerb judges them'],
  ['policies.kyverno.io/v1', 'ImageValidatingPolicy', 'it asks a registry'],
  [
    'policies.kyverno.io/v1',
    'NamespacedValidatingPolicy',
    'it holds in one namespace alone, which a file need not name',
  ],
  ['kyverno.io/v2', 'PolicyException', 'exceptions are not carried over: they are asked for and granted here'],
  ['kyverno.io/v2', 'GlobalContextEntry', 'it looks into a cluster'],
  [
    'templates.gatekeeper.sh/v1',
    'ConstraintTemplate',
    "Gatekeeper's rules are Rego: write a policy with `rego.source` and compile it (docs/rego.md)",
  ],
];
for (const [apiVersion, kind, reason] of others)
  test(`${kind} is refused by name, also beside others`, () => {
    const text = textOf('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', {
      feature: '',
      on: pods,
      spec: labelled,
      says: [],
    });
    const found = run(`${text}---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: other }\n`);
    assert.deepEqual(
      found.map((one) => (one.kind === 'imported' ? one.id : `${one.name}:${one.position.line}: ${one.reason}`)),
      ['imported/rules', `other:9: ${reason}`],
    );
  });

test('a list, as kubectl prints it', () => {
  const text = textOf('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', {
    feature: '',
    on: pods,
    spec: 'validations: [{ expression: oldObject != null }]',
    says: [],
  });
  const item = text.trim().replaceAll('\n', '\n  ');
  const [found] = run(`apiVersion: v1\nkind: List\nitems:\n- ${item}\n`);
  assert.ok(found?.kind === 'refused');
  assert.deepEqual([found.position.line, found.position.column], [9, 33]);
  assert.equal(found.reason, 'it reads `oldObject`: a file has no earlier version');
});
