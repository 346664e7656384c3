/** Anything in any place of a policy: an answer, never an exception, and what is imported is sound. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Document, isMap, isNode, isScalar, isSeq, parseAllDocuments, visit } from 'yaml';
import { native } from '../../../../test/policySet.ts';
import { readPolicies } from '../../read.ts';
import { importPolicies } from './index.ts';

const samples: Readonly<Record<string, string>> = {
  ValidatingAdmissionPolicy: `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: shop, annotations: { kerb/policy: team/shop } }
spec:
  failurePolicy: Ignore
  paramKind: { apiVersion: v1, kind: ConfigMap }
  matchConstraints:
    resourceRules: [{ apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments] }]
    objectSelector: { matchLabels: { a: b }, matchExpressions: [{ key: c, operator: In, values: [d] }] }
  matchConditions: [{ name: one, expression: has(object.spec) }]
  variables: [{ name: most, expression: int(params.data.most) }]
  validations: [{ expression: object.spec.replicas <= variables.most, messageExpression: "'at most ' + string(variables.most)" }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: shop }
spec: { policyName: shop, paramRef: { name: limits }, validationActions: [Deny] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: limits }
data: { most: "3" }
`,
  ClusterPolicy: `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: { name: shop }
spec:
  rules:
    - name: one
      match: { any: [{ resources: { kinds: [Pod, apps/v1/Deployment] } }] }
      exclude: { any: [{ resources: { namespaces: [kube-*] } }] }
      validate:
        message: wrong
        pattern: { spec: { "=(hostNetwork)": false, containers: [{ (name): web*, image: "a/* | b/*", "X(tty)": "null" }] } }
    - name: two
      match: { any: [{ resources: { kinds: [Service] } }] }
      validate: { cel: { expressions: [{ expression: has(object.spec), message: none }] } }
`,
  'rule of ast-grep': `id: no-log
language: ts
severity: error
message: log $WHAT
rule: { any: [{ pattern: console.log($WHAT) }, { pattern: log($WHAT) }] }
constraints: { WHAT: { kind: string } }
files: [src/**]
fix: ''
`,
};

const values: readonly unknown[] = [
  ...[null, 0, -1, true, '', 'x', '(', 'self', '__proto__', 'object.metadata.name', '*', '!', 'X(a)', '{{ x }}', '{'],
  ...[[], [[]], [null], ['a', 'b'], {}, { a: 1 }, { __proto__: 1 }, 'a'.repeat(30_000)],
];

for (const [kind, text] of Object.entries(samples)) {
  test(`a ${kind} with anything anywhere`, () => {
    const places = placesOf(parseAllDocuments(text) as Document[]).length;
    for (let at = 0; at < places; at++) {
      for (const value of values.filter((_, index) => (index + at) % 4 === 0)) {
        const documents = parseAllDocuments(text) as Document[];
        placesOf(documents)[at]?.(value);
        judgeImport(documents.map(String).join('---\n'));
      }
    }
  });
}

test('the samples are imported as they are', () => {
  for (const text of Object.values(samples))
    assert.deepEqual(
      importPolicies({ file: { path: 'in.yaml', text }, domain: 'imported', native }).filter(
        ({ kind }) => kind === 'refused',
      ),
      [],
    );
});

function judgeImport(text: string): void {
  for (const one of importPolicies({ file: { path: 'in.yaml', text }, domain: 'imported', native })) {
    if (one.kind === 'refused') assert.ok(one.reason !== '' && one.position.line >= 1, text);
    else assert.deepEqual(readPolicies([{ id: one.id, path: 'out.yaml', text: one.yaml }]).problems, [], text);
  }
}

/** Every value of some documents, as what puts another in its place. */
function placesOf(documents: readonly Document[]): readonly ((value: unknown) => void)[] {
  const places: ((value: unknown) => void)[] = [];
  for (const document of documents) {
    visit(document, (key, node, path) => {
      const parent = path.at(-1);
      if (!isNode(node) || !(isScalar(node) || isMap(node) || isSeq(node))) return;
      if (isSeq(parent) && typeof key === 'number')
        places.push((value) => {
          parent.items[key] = document.createNode(value);
        });
      else if (parent !== undefined && 'value' in parent && key === 'value')
        places.push((value) => {
          parent.value = document.createNode(value);
        });
    });
  }
  return places;
}
