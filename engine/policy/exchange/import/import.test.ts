import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { native } from '../../../../test/policySet.ts';
import { judge } from '../../../evaluate.ts';
import { compilePolicies } from '../../compile.ts';
import { defaultConfiguration } from '../../configuration.ts';
import { readPolicies } from '../../read.ts';
import { exportAdmission } from '../exportAdmission.ts';
import { importPolicies } from './index.ts';

const run = (text: string) => importPolicies({ file: { path: 'in.yaml', text }, domain: 'imported', native });

/** The rule's own lines of each policy, as they are written. */
function rules(text: string): readonly string[] {
  return run(text).map((one) => {
    if (one.kind === 'refused') return `line ${one.position.line}: ${one.reason}`;
    return one.yaml.slice(one.yaml.search(/^(resource|where|pattern):/m)).trim();
  });
}

const kinds = {
  vap: 'admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy',
  kyverno: 'policies.kyverno.io/v1\nkind: ValidatingPolicy',
};
const deployments = `matchConstraints:
    resourceRules:
      - { apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments] }`;
const policy = (spec: string, kind: keyof typeof kinds = 'vap') =>
  `apiVersion: ${kinds[kind]}\nmetadata:\n  name: shop-rules\nspec:\n  ${spec.trim()}\n`;
const binding = `---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: shop-rules }
spec: { policyName: shop-rules, validationActions: [Deny], paramRef: { name: limits, parameterNotFoundAction: Deny } }
`;
const where = 'where: self.kind == "Deployment" && self.apiVersion.startsWith("apps/")';

describe('ValidatingAdmissionPolicy', () => {
  test('object is self, variables are put in, and the binding says how it is enforced', () => {
    const [one] = run(
      `${policy(`${deployments}
  matchConditions:
    - { name: shop, expression: "object.metadata.namespace == 'shop'" }
  variables:
    - { name: replicas, expression: "object.spec.?replicas.orValue(1)" }
    - { name: enough, expression: variables.replicas > 1 }
  validations:
    - expression: variables.enough
      messageExpression: "'only ' + string(variables.replicas) + ' of {2}'"`)}${binding}`,
    );
    assert.deepEqual(one, {
      kind: 'imported',
      id: 'imported/shop-rules',
      notes: [],
      yaml: `title: shop-rules
severity: high
enforcement: deny
why: The ValidatingAdmissionPolicy shop-rules requires it, and does not say why.
remedy: shop-rules
owners:
  - platform-security
resource: kubernetes.object
${where} && self.metadata.namespace == 'shop'
require: ((self.spec.?replicas.orValue(1)) > 1)
message: only {(self.spec.?replicas.orValue(1))} of {"{"}2}
`,
    });
  });

  test('each validation is a policy; without a binding it is only audited', () => {
    const found = run(
      policy(`${deployments}
  validations:
    - { expression: "object.spec.replicas > 1", message: one is not enough }
    - { expression: "object.spec.replicas < 9", message: nine are too many }`),
    );
    assert.deepEqual(
      found.map(
        (one) => one.kind === 'imported' && [one.id, one.yaml.includes('enforcement: audit'), one.notes.length],
      ),
      [
        ['imported/shop-rules-1', true, 1],
        ['imported/shop-rules-2', true, 1],
      ],
    );
  });

  test('parameters are those of the object in the file', () => {
    const spec = `paramKind: { apiVersion: v1, kind: ConfigMap }
  ${deployments}
  validations:
    - { expression: "object.spec.replicas <= int(params.data.most) && has(params.data)" }`;
    const limits = '---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: limits }\ndata: { most: "3" }\n';
    const requireOf = (text: string): unknown => {
      const [found] = run(text);
      return found?.kind === 'imported' ? (parse(found.yaml) as { require?: string }).require : found?.reason;
    };
    assert.equal(requireOf(policy(spec) + binding + limits), 'self.spec.replicas <= int("3") && true');
    const whole =
      'dyn({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "limits"}, "data": {"most": "3"}})';
    const asked: readonly (readonly [there: string, here: string])[] = [
      ['params == null || has(params.data.least)', 'false || false'],
      ['params.data["most"] != null', 'true'],
      ['params.?data.?least.orValue("1") == "1"', `${whole}.?data.?least.orValue("1") == "1"`],
      ['params.data.least == "1"', '{"most": "3"}.least == "1"'],
      ['"most" in params.data', '"most" in {"most": "3"}'],
      ['params.data.most == 3', 'dyn("3") == 3'],
      ['params.data[object.metadata.name] == "3"', '{"most": "3"}[self.metadata.name] == "3"'],
    ];
    for (const [there, here] of asked)
      assert.equal(requireOf(policy(spec.replace(/"object.*"/, () => JSON.stringify(there))) + binding + limits), here);
    assert.deepEqual(rules(policy(spec) + binding), [
      'line 11: it reads `params`, and the object that holds them is not in the file',
    ]);
  });

  test('a variable of a macro keeps its meaning', () => {
    assert.match(
      rules(
        policy(`${deployments}
  validations: [{ expression: "object.spec.names.all(self, self.startsWith(object.metadata.name))" }]`),
      )[0] ?? '',
      /require: self\.spec\.names\.all\(self_, self_\.startsWith\(self\.metadata\.name\)\)/,
    );
  });

  const matches: readonly (readonly [constraints: string, where: string])[] = [
    [
      "resourceRules: [{ apiGroups: [''], apiVersions: [v1], resources: [pods] }]",
      'self.kind == "Pod" && self.apiVersion == "v1"',
    ],
    [
      "resourceRules: [{ apiGroups: ['', apps], apiVersions: [v1], resources: [pods, deployments] }]",
      'self.kind in ["Pod", "Deployment"] && self.apiVersion.split("/")[0] in ["v1", "apps"]',
    ],
    [
      "resourceRules: [{ apiGroups: ['', apps], apiVersions: ['*'], resources: [pods, deployments] }]",
      'self.kind in ["Pod", "Deployment"] && self.apiVersion.split("/")[0] in ["v1", "apps"]',
    ],
    [
      "matchPolicy: Exact\n    resourceRules: [{ apiGroups: ['', apps], apiVersions: [v1], resources: [pods, deployments] }]",
      'self.kind in ["Pod", "Deployment"] && self.apiVersion in ["v1", "apps/v1"]',
    ],
    [
      'matchPolicy: Exact\n    resourceRules: [{ apiGroups: [apps], apiVersions: [v1], resources: [deployments] }, { apiGroups: [autoscaling], apiVersions: [v2], resources: [horizontalpodautoscalers] }]',
      '((self.apiVersion == "apps/v1" && self.kind == "Deployment") || (self.apiVersion == "autoscaling/v2" && self.kind == "HorizontalPodAutoscaler"))',
    ],
    [
      "resourceRules: [{ apiGroups: ['', apps], apiVersions: [v1], resources: ['*/*'] }]",
      'self.apiVersion.split("/")[0] in ["v1", "apps"]',
    ],
    [
      "matchPolicy: Exact\n    resourceRules: [{ apiGroups: ['*'], apiVersions: [v1], resources: ['*'] }]",
      '(self.apiVersion == "v1" || self.apiVersion.endsWith("/v1"))',
    ],
    [
      "matchPolicy: Exact\n    resourceRules: [{ apiGroups: ['*'], apiVersions: [v1], resources: [jobs] }]",
      'self.kind == "Job" && (self.apiVersion == "v1" || self.apiVersion.endsWith("/v1"))',
    ],
    [
      "matchPolicy: Exact\n    resourceRules: [{ apiGroups: ['', apps], apiVersions: [v1beta1], resources: [pods, deployments] }]",
      'self.kind in ["Pod", "Deployment"] && self.apiVersion == "apps/v1beta1"',
    ],
    [
      "resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], resources: [deployments, events] }]",
      'self.kind in ["Deployment", "Event"]',
    ],
    [
      "resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], resources: [deployments] }, { apiGroups: [batch], apiVersions: [v1], resources: [jobs] }]",
      '((self.kind == "Deployment") || (self.apiVersion.startsWith("batch/") && self.kind == "Job"))',
    ],
    [
      "resourceRules: [{ apiGroups: [apps], apiVersions: ['*'], resources: ['*'] }]",
      'self.apiVersion.startsWith("apps/")',
    ],
    [
      "resourceRules: [{ apiGroups: [''], apiVersions: [v1], resources: [secrets], resourceNames: [a] }]",
      'self.apiVersion == "v1" && self.kind == "Secret" && self.?metadata.?name.orValue("") in ["a"]',
    ],
    [
      "resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }]\n    excludeResourceRules: [{ apiGroups: [apps], apiVersions: [v1], resources: [deployments] }]",
      '!(self.kind == "Deployment" && self.apiVersion.startsWith("apps/"))',
    ],
    [
      "resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }]\n    objectSelector: { matchLabels: { a/b: c }, matchExpressions: [{ key: d, operator: NotIn, values: [e] }, { key: f, operator: Exists }] }",
      'self.?metadata.?labels[?"a/b"] == optional.of("c") && !["e"].exists(value, self.?metadata.?labels[?"d"] == optional.of(value)) && self.?metadata.?labels[?"f"].hasValue()',
    ],
  ];
  for (const [constraints, condition] of matches) {
    test(`is asked about ${condition}`, () => {
      const [found] = run(policy(`matchConstraints:\n    ${constraints}\n  validations: [{ expression: "true" }]`));
      assert.equal(found?.kind, 'imported', found?.kind === 'refused' ? found.reason : '');
      const { where: said } = (found.kind === 'imported' ? parse(found.yaml) : {}) as { where?: string };
      assert.equal(said, condition);
    });
  }
});

describe('what is refused, with its line and its reason', () => {
  const at = (spec: string, kind: keyof typeof kinds = 'vap') => rules(policy(spec, kind))[0];
  const validation = (expression: string) =>
    `${deployments}\n  validations:\n    - expression: ${JSON.stringify(expression)}`;

  const expressions: readonly (readonly [expression: string, reason: string])[] = [
    ['object == oldObject', 'it reads `oldObject`: a file has no earlier version'],
    ["request.userInfo.username != 'x'", 'it reads `request`: a file does not say who sends it, or how'],
    [
      "namespaceObject.metadata.name == 'x'",
      'it reads `namespaceObject`: a file does not say what its namespace is like',
    ],
    [
      "authorizer.group('').resource('pods').check('get').allowed()",
      'it reads `authorizer`: there is nobody to ask for permissions',
    ],
    ['variables.missing', 'there is no variable `missing`'],
    ['object.metadata.nme == 1', 'ObjectMeta has no field "nme" (did you mean "name"?)'],
    ['object.spec.replicas >', 'an expression is missing here'],
    ["resource.Get('v1', 'pods', 'a', 'b')", 'it reads `resource`: it looks into a cluster'],
  ];
  for (const [expression, reason] of expressions) {
    test(expression, () => assert.equal(at(validation(expression)), `line 10: ${reason}`));
  }

  test('a variable that is made of itself', () => {
    const spec = `${deployments}\n  variables: [{ name: a, expression: variables.a }]\n  validations: [{ expression: variables.a }]`;
    assert.equal(at(spec), 'line 9: the variable `a` is made of itself');
  });

  const constraints: readonly (readonly [rule: string, reason: string])[] = [
    ["{ apiGroups: [''], apiVersions: [v1], resources: [pods/exec] }", '`pods/exec` is no object that a file holds'],
    [
      '{ apiGroups: [example.com], apiVersions: [v1], resources: [widgets] }',
      'the kind behind `widgets` is not known: a CustomResourceDefinition in the same file says it',
    ],
    [
      "{ apiGroups: [''], apiVersions: [v1], resources: [pods], operations: [DELETE] }",
      'it is asked on DELETE alone, and a file says what is to be created',
    ],
    [
      "{ apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], scope: Cluster }",
      'which kinds are in a namespace is not known of all of them',
    ],
  ];
  for (const [rule, reason] of constraints) {
    test(reason, () => {
      const spec = `matchConstraints:\n    resourceRules:\n      - ${rule}\n  validations: [{ expression: "true" }]`;
      assert.equal(at(spec), `line 8: ${reason}`);
    });
  }

  test('labels of a namespace', () => {
    const spec = `matchConstraints:\n    namespaceSelector: { matchLabels: { a: b } }\n  validations: [{ expression: "true" }]`;
    assert.equal(at(spec), 'line 7: it goes by the labels of a namespace, which a file does not say');
  });

  const wrong: readonly (readonly [spec: string, place: string, reason: string])[] = [
    [validation('1'), '10:19', 'here it would be wrong: this expression must be true or false, not int'],
    [validation("object.metadata.name.matches('(a')"), '10:49', 'bad pattern: a group that is not closed'],
    [
      `${validation('true')}\n      messageExpression: "object.metadata.nme"`,
      '11:43',
      'ObjectMeta has no field "nme" (did you mean "name"?)',
    ],
    [
      `${deployments}\n  matchConditions: [{ name: a, expression: "'a'" }]\n  validations: [{ expression: "true" }]`,
      '9:20',
      'here it would be wrong: && takes bool, not string',
    ],
  ];
  for (const [spec, place, reason] of wrong)
    test(`${place}: ${reason}`, () => {
      const [found] = run(policy(spec));
      assert.ok(found?.kind === 'refused');
      assert.deepEqual([`${found.position.line}:${found.position.column}`, found.reason], [place, reason]);
    });

  test('a key that nobody knows', () => {
    assert.equal(at('validatons: []'), 'line 6: `spec.validatons`: unknown key; did you mean "validations"?');
  });

  test('no YAML', () => {
    const [found] = run('a: [');
    assert.equal(found?.kind === 'refused' && found.position.line, 1);
  });

  test('what a template fills in', () => {
    assert.equal(
      at(`${deployments}\n  validations: [{ expression: "{{ .Values.rule }}" }]`),
      'line 9: a template fills this in, and here nothing does',
    );
  });
});

// https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/ shows these uses of the API.
describe('the uses that the documentation of Kubernetes shows', () => {
  const uses: readonly (readonly [use: string, spec: string, said: RegExp])[] = [
    [
      'a bound on a number',
      `${deployments}\n  validations: [{ expression: object.spec.replicas <= 7 }]`,
      /^resource: kubernetes.object\n.*\nrequire: self.spec.replicas <= 7\n/,
    ],
    [
      'a message that is computed',
      `${deployments}\n  validations: [{ expression: "false", messageExpression: "'at most ' + string(7)" }]`,
      /message: at most \{7\}$/,
    ],
    [
      'audit annotations, which decide nothing',
      `failurePolicy: Fail\n  ${deployments}\n  validations: [{ expression: object.spec.replicas <= 70 }]\n  auditAnnotations: [{ key: many, valueExpression: "'many'" }]`,
      /require: self.spec.replicas <= 70/,
    ],
    [
      'variables that are made of one another',
      `${deployments}\n  variables:\n    - { name: first, expression: "object.spec.template.spec.containers[0]" }\n    - { name: image, expression: variables.first.image }\n  validations: [{ expression: "variables.image.startsWith('registry.example/')" }]`,
      /require: \(\(self.spec.template.spec.containers\[0\]\).image\).startsWith\('registry.example\/'\)/,
    ],
    [
      'a condition on who asks',
      `${deployments}\n  matchConditions: [{ name: people, expression: "!('system:nodes' in request.userInfo.groups)" }]\n  validations: [{ expression: "true" }]`,
      /^line 9: it reads `request`/,
    ],
    [
      'a condition on what is permitted',
      `${deployments}\n  matchConditions: [{ name: allowed, expression: "!authorizer.group('example.com').resource('rules').check('skip').allowed()" }]\n  validations: [{ expression: "true" }]`,
      /^line 9: it reads `authorizer`/,
    ],
    [
      'labels of the namespace',
      `${deployments}\n  validations: [{ expression: "object.metadata.name.startsWith(namespaceObject.metadata.labels['team'])" }]`,
      /^line 9: it reads `namespaceObject`/,
    ],
    [
      'what an object was before',
      `${deployments}\n  validations: [{ expression: "oldObject == null || object.spec.selector == oldObject.spec.selector" }]`,
      /^line 9: it reads `oldObject`/,
    ],
  ];
  for (const [use, spec, said] of uses) test(use, () => assert.match(rules(policy(spec))[0] ?? '', said));
});

describe("Kyverno's policies", () => {
  test('a ValidatingPolicy on pods judges templates too, as Kyverno does', () => {
    const pods =
      "matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods] }] }";
    const spec = (more: string) => `${pods}\n  validations: [{ expression: object.spec.hostNetwork != true }]${more}`;
    const require = 'require: self.spec.hostNetwork != true\nmessage: shop-rules';
    assert.deepEqual(rules(policy(spec(''), 'kyverno')), [`resource: kubernetes.template\n${require}`]);
    assert.deepEqual(rules(policy(spec('\n  autogen: { podControllers: { controllers: [jobs] } }'), 'kyverno')), [
      `resource: kubernetes.template\nwhere: workload.kind in ["Pod", "Job"]\n${require}`,
    ]);
    assert.deepEqual(rules(policy(spec('\n  autogen: { podControllers: { controllers: [] } }'), 'kyverno')), [
      `resource: kubernetes.object\nwhere: self.kind == "Pod" && self.apiVersion == "v1"\n${require}`,
    ]);
  });

  const cluster = (rule: string) =>
    `apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: { name: shop }\nspec:\n  rules:\n    - name: one\n      match: { any: [{ resources: { kinds: [Service] } }] }\n      ${rule}\n`;
  const requireOf = (pattern: string): string => {
    const [found] = run(cluster(`validate: { message: wrong, pattern: ${pattern} }`));
    if (found?.kind !== 'imported') return found === undefined ? '' : `line ${found.position.line}: ${found.reason}`;
    return (parse(found.yaml) as { require: string }).require;
  };

  const patterns: readonly (readonly [pattern: string, condition: string])[] = [
    ['{ kind: Service }', 'textOf(dyn(self).?kind) == "Service"'],
    ['{ a: true, b: 3 }', 'dyn(self).?a.orValue(null) == true && dyn(self).?b.orValue(null) == 3'],
    ['{ a: "?*" }', 'textOf(dyn(self).?a).matches("^(?s:..*)$")'],
    ['{ a: "!*.x" }', 'dyn(self).?a.hasValue() && !(textOf(dyn(self).?a).matches("^(?s:.*\\\\.x)$"))'],
    ['{ a: "x | y" }', '(textOf(dyn(self).?a) == "x" || textOf(dyn(self).?a) == "y")'],
    ['{ a: { b: c } }', 'type(dyn(self).?a.orValue(null)) == map && textOf(dyn(self).a.?b) == "c"'],
    [
      '{ a: [{ b: c }] }',
      'type(dyn(self).?a.orValue(null)) == list && dyn(self).a.all(each, type(each) == map && textOf(each.?b) == "c")',
    ],
    [
      '{ "^(a)": [{ b: c }] }',
      'type(dyn(self).?a.orValue(null)) == list && dyn(self).a.exists(each, type(each) == map && textOf(each.?b) == "c")',
    ],
    ['{ "=(a)": b }', '(!dyn(self).?a.hasValue() || textOf(dyn(self).?a) == "b")'],
    ['{ "X(a)": "null" }', '!dyn(self).?a.hasValue()'],
    ['{ "(a)": b, c: d }', '(!(textOf(dyn(self).?a) == "b") || textOf(dyn(self).?c) == "d")'],
    ['{ a: "*" }', 'line 8: whether a missing value fits this is not certain'],
    ['{ a: ">3" }', 'line 8: a comparison of numbers or quantities is not carried over'],
    ['{ a: [x] }', 'line 8: a list is carried over where its one element is a map'],
    ['{ "<(a)": b }', 'line 8: a global anchor decides about the whole rule'],
    ['{ "+(a)": b }', 'line 8: an anchor that adds belongs to mutation'],
    ['{ "a*": b }', 'line 8: a key with wildcards is not carried over'],
    ['{ a: null }', 'line 8: a pattern of nothing is not carried over'],
  ];
  for (const [pattern, condition] of patterns) test(pattern, () => assert.equal(requireOf(pattern), condition));

  const others: readonly (readonly [rule: string, reason: string])[] = [
    ['mutate: {}', 'it changes objects, and Kerb judges them'],
    ['generate: {}', 'it makes objects, and Kerb judges them'],
    ['verifyImages: []', 'it asks a registry'],
    ['context: []', 'its `context` looks elsewhere than into the object'],
    ['preconditions: {}', '`preconditions` are not carried over: `celPreconditions` are'],
    ['validate: { deny: {} }', '`validate.deny` is not carried over: CEL and patterns are'],
    ['validate: { podSecurity: {} }', '`validate.podSecurity` is not carried over: CEL and patterns are'],
    ['validate: { message: x }', 'it validates nothing'],
  ];
  for (const [rule, reason] of others) test(rule, () => assert.deepEqual(rules(cluster(rule)), [`line 8: ${reason}`]));

  test('who is matched and who is left out', () => {
    const rule = `exclude: { any: [{ resources: { namespaces: [kube-*], names: [a] } }] }\n      validate: { cel: { expressions: [{ expression: "has(object.spec)" }] } }`;
    assert.deepEqual(rules(cluster(rule)), [
      `resource: kubernetes.object
where: self.kind == "Service" && !(self.?metadata.?name.or(self.?metadata.?generateName).orValue("") in ["a"] && self.?metadata.?namespace.orValue("").matches("^(?s:kube-.*)$"))
require: has(self.spec)
message: shop`,
    ]);
  });
});

describe('rules of ast-grep', () => {
  test('the rule stays as it is; metavariables, files and severity are said in other words', () => {
    assert.deepEqual(
      rules(`id: no-log
language: ts
severity: warning
message: log $WHAT with $$$MORE
rule: { pattern: 'console.log($WHAT, $$$MORE)' }
constraints: { WHAT: { kind: string } }
files: [src/**]
ignores: ['**/*.test.ts']
`),
      [
        `where: (glob(file.path, "src/**")) && !(glob(file.path, "**/*.test.ts"))
pattern:
  language: typescript
  rule:
    pattern: console.log($WHAT, $$$MORE)
  constraints:
    WHAT:
      kind: string
message: log {match.WHAT} with {match.MORE}`,
      ],
    );
  });

  const refusals: readonly (readonly [more: string, reason: string])[] = [
    ['language: Rust', 'line 2: Kerb reads no Rust'],
    ['language: go\nseverity: off', 'line 3: it is switched off'],
    ['language: go\nrewriters: []', 'line 3: rewriters are not carried over'],
    [
      'language: go\nfiles: [{ glob: a, caseInsensitive: true }]',
      'line 3: a glob without regard to case is not carried over',
    ],
    ['language: go\nfix: { template: x }', 'line 3: only a fix that is a text is carried over'],
  ];
  for (const [more, reason] of refusals)
    test(reason, () => assert.deepEqual(rules(`id: one\n${more}\nrule: { pattern: x() }\n`), [reason]));

  const wrong: readonly (readonly [rule: string, place: readonly [line: number, column: number], reason: RegExp])[] = [
    ['rule: { patern: x }', [4, 7], /^here it would be wrong: a rule needs one of `pattern`/],
    ['rule: { kind: no_such_kind }', [4, 7], /^here it would be wrong: .*`no_such_kind` is invalid/],
    ['rule: { kind: identifier, regex: "(?=a)b" }', [4, 7], /^here it would be wrong: .*look-ahead/],
    ['rule: { matches: nowhere }', [4, 7], /^here it would be wrong: .*`nowhere` is not defined/],
    ['rule: { kind: pair }\nseverity: nope', [5, 11], /^`severity`: expected one of hint, info/],
  ];
  for (const [rule, [line, column], reason] of wrong)
    test(rule, () => {
      const [found] = run(`id: one\nlanguage: ts\nmessage: m\n${rule}\n`);
      assert.ok(found?.kind === 'refused');
      assert.match(found.reason, reason);
      assert.deepEqual(found.position, { line, column });
    });
});

describe('what is imported judges', () => {
  /** The messages of what the policies of a text find in a file. */
  function found(policies: string, path: string, text: string): readonly string[] {
    const texts = run(policies).flatMap((one) => (one.kind === 'imported' ? [[one.id, one.yaml] as const] : []));
    const read = readPolicies(texts.map(([id, yaml]) => ({ id, path: `${id}.yaml`, text: yaml })));
    const set = compilePolicies(read.policies, defaultConfiguration, native);
    const context = { gate: 'check', date: '2026-01-01' };
    return judge({ path, text }, { policies: set, native, context }).findings.map(({ message }) => message);
  }

  const deployment = (replicas: number) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${replicas}
  template:
    spec:
      initContainers: [{ name: setup, image: registry.example/setup:1 }]
      containers: [{ name: web, image: elsewhere.example/web:1 }, { name: log, image: registry.example/log:latest }]
`;

  test('a number of a Deployment, and of nothing else', () => {
    const rule = policy(`${deployments}
  validations: [{ expression: object.spec.replicas > 1, messageExpression: "object.metadata.name + ' has ' + string(object.spec.replicas)" }]`);
    assert.deepEqual(found(rule, 'a.yaml', deployment(1)), ['web has 1']);
    assert.deepEqual(found(rule, 'a.yaml', deployment(2)), []);
    assert.deepEqual(found(rule, 'a.yaml', deployment(1).replace('Deployment', 'StatefulSet')), []);
  });

  test('a pattern of pods, in the template of a workload', () => {
    const rule = (image: string) => `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: { name: images }
spec:
  rules:
    - name: one
      match: { any: [{ resources: { kinds: [Pod] } }] }
      validate: { message: elsewhere, pattern: { spec: { "=(initContainers)": [{ image: registry.example/* }], containers: [${image}] } } }
`;
    assert.deepEqual(found(rule('{ image: registry.example/* }'), 'a.yaml', deployment(1)), ['elsewhere']);
    assert.deepEqual(found(rule('{ image: "registry.example/* | elsewhere.example/*" }'), 'a.yaml', deployment(1)), []);
    assert.deepEqual(found(rule('{ image: "!*:latest" }'), 'a.yaml', deployment(1)), ['elsewhere']);
    assert.deepEqual(found(rule('{ (name): log, image: registry.example/* }'), 'a.yaml', deployment(1)), []);
    assert.deepEqual(found(rule('{ (name): web, image: registry.example/* }'), 'a.yaml', deployment(1)), ['elsewhere']);
    assert.deepEqual(found(rule('{ "X(image)": "null" }'), 'a.yaml', deployment(1)), ['elsewhere']);
    assert.deepEqual(found(rule('{ "=(securityContext)": { privileged: false } }'), 'a.yaml', deployment(1)), []);
    assert.deepEqual(found(rule('{ securityContext: { privileged: false } }'), 'a.yaml', deployment(1)), ['elsewhere']);
  });

  test('a rule on code, where it is asked', () => {
    const rule =
      'id: no-log\nlanguage: ts\nmessage: log $WHAT\nrule: { pattern: console.log($WHAT) }\nfiles: [src/**]\n';
    assert.deepEqual(found(rule, 'src/a.ts', 'console.log(1);\n'), ['log 1']);
    assert.deepEqual(found(rule, 'test/a.ts', 'console.log(1);\n'), []);
  });
});

test('what is no policy anywhere is passed over', () => {
  assert.deepEqual(run('apiVersion: v1\nkind: Pod\nmetadata: { name: web }\n---\n- a\n---\nid: 3\n'), []);
});

test('rules of Semgrep are refused by name, with the reason', () => {
  const text =
    'rules:\n  - { id: md5, languages: [python], pattern: hashlib.md5(...), message: weak, severity: WARNING }\n  - { id: eval, languages: [js], pattern: eval(...), message: m, severity: ERROR }\n';
  assert.deepEqual(run(text), [
    {
      kind: 'refused',
      name: 'md5, eval',
      reason:
        'rules of Semgrep are not carried over: they also match what means the same, and ast-grep only what is written; write them as a `pattern`, with `$$$` for `...`',
      position: { line: 2, column: 3 },
    },
  ]);
  assert.deepEqual(run('rules:\n  - { host: shop.example, http: {} }\n'), []);
});

test('what judges pods alone stays so by way of Kyverno, which else asks what makes pods too', () => {
  const pods =
    "matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods] }] }";
  const [first] = run(policy(`${pods}\n  validations: [{ expression: object.spec.hostNetwork != true }]`));
  assert.equal(first?.kind, 'imported');
  const { id, yaml } = first as Extract<typeof first, { kind: 'imported' }>;
  const { policies } = readPolicies([{ id, path: `${id}.yaml`, text: yaml }]);
  const exported = exportAdmission({
    policy: policies[0]!,
    enforcement: 'deny',
    form: 'kyverno',
    parameters: {},
    native,
  });
  assert.equal(exported.kind, 'exported');
  const text = exported.kind === 'exported' ? exported.yaml : '';
  assert.match(text, /controllers: \[\]/);
  assert.match(rules(text)[0] ?? '', /^resource: kubernetes.object\nwhere: self.kind == "Pod"/);
});

test('what is refused as a whole says where it begins, and what is judged otherwise there is a note', () => {
  const [long] = run('a'.repeat(1_000_001));
  assert.deepEqual(long, {
    ...({ kind: 'refused', name: 'in.yaml', reason: 'the file is too long' } as const),
    position: { line: 1, column: 1 },
  });
  const [pattern] = run(`apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: { name: patterns }
spec:
  rules:
    - name: one
      match: { any: [{ resources: { kinds: [Service] } }] }
      validate: { message: one, pattern: [1] }
`);
  assert.ok(pattern?.kind === 'refused');
  assert.equal(pattern.reason, '`spec.rules.0.validate.pattern`: expected a map');
  assert.deepEqual(pattern.position, { line: 8, column: 42 });
  const validated = `${deployments}\n  validations: [{ expression: object.spec.replicas <= 7 }]`;
  const [lenient] = run(policy(`failurePolicy: Ignore\n  ${validated}`));
  assert.ok(lenient?.kind === 'imported');
  assert.ok(lenient.notes.includes('there an object passes that cannot be judged, here that is a finding'));
});
