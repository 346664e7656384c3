/** What is exported means the same: the manifests' CEL and the policy agree on every object of the policy's own page. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import {
  type CelValue,
  checkPolicies,
  compileExpression,
  compilePolicies,
  defaultConfiguration,
  exportAdmission,
  type Imported,
  importPolicies,
  judge,
  type Policy,
  readDocument,
  readPolicies,
  Unknown,
  type Value,
} from '../engine/index.ts';
import { createNative } from '../repository/native.ts';
import { loadPolicies } from '../repository/policies.ts';

const native = createNative();
const onKubernetes = loadPolicies([]).policies.filter(({ resources }) => resources[0]?.startsWith('kubernetes.'));

interface ResourceRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
}

interface Manifest {
  readonly spec: {
    readonly matchConstraints: { readonly resourceRules: readonly ResourceRule[] };
    readonly matchConditions?: readonly { readonly expression: string }[];
    readonly variables?: readonly { readonly name: string; readonly expression: string }[];
    readonly validations: readonly { readonly expression: string; readonly messageExpression: string }[];
  };
}

function exportOf(policy: Policy, form: 'vap' | 'kyverno'): string | null {
  const parameters = Object.fromEntries(
    Object.entries(policy.parameters).map(([name, parameter]) => [name, parameter.default]),
  );
  const { enforcement } = policy;
  const result = exportAdmission({ policy, enforcement, parameters, form, native });
  return result.kind === 'exported' ? result.yaml : null;
}

function exported(policy: Policy): Manifest | null {
  const yaml = exportOf(policy, 'vap');
  return yaml === null ? null : parseAllDocuments(yaml)[0]!.toJS();
}

/** What the API server would do: null where the policy does not match, else whether the object may pass. */
function admitted({ spec }: Manifest, object: CelValue): boolean | null {
  const variables: Record<string, CelValue> = Object.create(null);
  const given = (expression: string): CelValue => {
    const dyn = { kind: 'dyn' } as const;
    const { program, problems } = compileExpression(expression, { variables: { object: dyn, variables: dyn } });
    assert.ok(program, problems[0]?.message);
    const result = program.evaluate({ object, variables });
    assert.equal(result.kind, 'value', `${expression}: ${JSON.stringify(result)}`);
    return result.kind === 'value' ? result.value : null;
  };
  if (!(spec.matchConditions ?? []).every(({ expression }) => given(expression) === true)) return null;
  for (const { name, expression } of spec.variables ?? []) variables[name] = given(expression);
  const [validation] = spec.validations;
  const passes = given(validation!.expression) === true;
  if (!passes) assert.equal(typeof given(validation!.messageExpression), 'string');
  return passes;
}

/** The API server decodes objects before admission: a field that is null is then not there. */
function withoutNulls(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null || value instanceof Unknown) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.assign(Object.create(null), Object.fromEntries(kept.map(([key, inner]) => [key, withoutNulls(inner)])));
}

/** Whether the API server asks the policy about an object: by its group and its kind. */
function isAsked({ spec }: Manifest, object: { readonly [key: string]: Value }): boolean {
  const apiVersion = String(object.apiVersion);
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const plural = `${String(object.kind).toLowerCase()}s`;
  const has = (names: readonly string[], name: string) => names.includes(name) || names.includes('*');
  return spec.matchConstraints.resourceRules.some(
    ({ apiGroups, resources }) => has(apiGroups, group) && has(resources, plural),
  );
}

test('an exported policy admits what the policy finds nothing in, and nothing else', () => {
  let compared = 0;
  for (const policy of onKubernetes) {
    const manifest = exported(policy);
    if (manifest === null) continue;
    const policies = compilePolicies([policy], defaultConfiguration, native);
    const page = readFileSync(path.join('policies', `${policy.id}.md`), 'utf8');
    for (const [, block = ''] of page.matchAll(/^```yaml \S+\.ya?ml *\n([\s\S]*?)^```/gm)) {
      for (const part of readDocument({ path: 'a.yaml', text: block }, native).parts) {
        const { text, value } = part.content;
        if (typeof value !== 'object' || value === null || value instanceof Unknown || Array.isArray(value)) continue;
        if (!('kind' in value) || /\{\{/.test(text)) continue;
        if (!isAsked(manifest, value as { readonly [key: string]: Value })) continue;
        const { findings } = judge(
          { path: 'a.yaml', text },
          { policies, native, context: { gate: 'check', date: '2026-01-01' } },
        );
        const counted = findings.filter(({ exception, policy: id }) => exception === null && id === policy.id);
        assert.equal(admitted(manifest, withoutNulls(value)) ?? true, counted.length === 0, `${policy.id} on ${text}`);
        compared++;
      }
    }
  }
  assert.ok(compared > 100, `only ${compared} objects were compared`);
});

test('what was exported is imported again, and exported as it was', () => {
  let returned = 0;
  for (const policy of onKubernetes) {
    for (const form of ['vap', 'kyverno'] as const) {
      const manifest = exportOf(policy, form);
      if (manifest === null) continue;
      const [found] = importPolicies({ file: { path: 'a.yaml', text: manifest }, domain: 'imported', native });
      assert.equal(found?.kind, 'imported', `${policy.id}: ${found?.kind === 'refused' ? found.reason : ''}`);
      const { id, yaml } = found as Extract<Imported, { kind: 'imported' }>;
      const { policies, problems } = readPolicies([{ id, path: `${id}.yaml`, text: yaml }]);
      assert.deepEqual(problems, []);
      const [again] = policies as [Policy];
      const facts = ({ id, title, severity, enforcement, why, remedy, resources, each }: Policy) => ({
        ...{ id, title, severity, enforcement, why, remedy, resources, each },
      });
      assert.deepEqual(facts(again), facts(policy));
      assert.equal(withoutDigest(exportOf(again, form) ?? ''), withoutDigest(manifest));
      for (const way of ['vap', 'kyverno'] as const) {
        const file = { path: 'b.yaml', text: exportOf(again, way) ?? '' };
        const found = importPolicies({ file, domain: 'imported', native });
        assert.deepEqual(
          found.map((one) => one.kind === 'imported' && [one.id, one.yaml]),
          [[id, yaml]],
        );
      }
      returned++;
    }
  }
  assert.ok(returned >= 50, `only ${returned} came back`);
});

function withoutDigest(manifest: string): string {
  return manifest.replace(/sha256:[0-9a-f]{64}/g, '');
}

test('what cannot be said there is refused with its reason', () => {
  const reason = (id: string): string => {
    const policy = onKubernetes.find((one) => one.id === id);
    assert.ok(policy, id);
    const result = exportAdmission({ policy, enforcement: 'deny', parameters: {}, form: 'vap', native });
    return result.kind === 'refused' ? result.reason : '';
  };
  assert.match(reason('kubernetes/rbac-exec'), /`each` of rules has no counterpart/);
  assert.match(reason('kubernetes/secret-data'), /`each` of several lists/);
  assert.match(reason('kubernetes/volume-type'), /the fields of `item`/);
  assert.match(reason('kubernetes/image-tag'), /image\(\)|textOf\(\)/);
  assert.match(reason('kubernetes/memory-limit'), /self\.type/);
});

test('what the API server would give up on is no ValidatingAdmissionPolicy, and its author is told', () => {
  const ports = 'self.?ports.orValue([])';
  const [policy] = readPolicies([
    {
      id: 'team/ports',
      path: 'team/ports.yaml',
      text: `title: No port is opened twice
severity: low
why: Because.
remedy: Otherwise.
owners: [tests]
resource: kubernetes.container
require: ${ports}.all(a, ${ports}.all(b, ${ports}.all(c, a.containerPort != b.containerPort || b != c)))
message: found
`,
    },
  ]).policies;
  assert.ok(policy);
  const to = (form: 'vap' | 'kyverno') =>
    exportAdmission({ policy, enforcement: 'deny', parameters: {}, form, native });
  const refused = to('vap');
  assert.match(
    refused.kind === 'refused' ? refused.reason : '',
    /^over budget for the API server: .* the variable `misses`/,
  );
  assert.equal(to('kyverno').kind, 'exported');
  const [problem] = checkPolicies(compilePolicies([policy], defaultConfiguration, native), native);
  assert.equal(problem?.severity, 'warning');
  assert.equal(problem.message, refused.kind === 'refused' ? refused.reason : '');
  assert.match(policy.source.slice(problem.span.start, problem.span.end), /^self\.\?ports.*\)\)\)$/);
});
