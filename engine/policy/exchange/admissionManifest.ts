/** An admission policy as manifests: the policy and what binds it, or Kyverno's form, which is both at once. */
import { stringify } from 'yaml';
import type { Enforcement } from '../../model.ts';
import type { MatchConstraints } from './admissionMatch.ts';
import type { ExportRequest, Rules } from './exportAdmission.ts';

/** The manifests, as YAML documents. */
export function manifestOf(request: ExportRequest, rules: Rules): string {
  const { policy, enforcement, form } = request;
  const name = policy.id.replaceAll('/', '-');
  const metadata = {
    name,
    labels: { 'app.kubernetes.io/managed-by': 'kerb' },
    annotations: {
      'kerb/policy': policy.id,
      'kerb/title': policy.title,
      'kerb/severity': policy.severity,
      'kerb/why': policy.why,
      'kerb/remedy': policy.remedy,
      'kerb/digest': digestOf(request),
    },
  };
  const spec = {
    failurePolicy: enforcement === 'deny' ? 'Fail' : 'Ignore',
    matchConstraints: rules.matchConstraints,
    ...(rules.matchConditions.length === 0 ? {} : { matchConditions: rules.matchConditions }),
    ...(rules.variables.length === 0 ? {} : { variables: rules.variables }),
    validations: [
      {
        expression: rules.expression,
        messageExpression: rules.messageExpression,
        message: policy.title,
        reason: 'Invalid',
      },
    ],
    auditAnnotations: [{ key: 'policy', valueExpression: JSON.stringify(`${policy.id}@${digestOf(request)}`) }],
  };
  if (form === 'kyverno') {
    const { failurePolicy, ...rest } = spec;
    return documents([
      {
        apiVersion: 'policies.kyverno.io/v1',
        kind: 'ValidatingPolicy',
        metadata,
        spec: {
          failurePolicy,
          validationActions: actionsOf(enforcement),
          ...podsAlone(rules.matchConstraints),
          ...rest,
        },
      },
    ]);
  }
  return documents([
    { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata, spec },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata,
      spec: { policyName: name, validationActions: actionsOf(enforcement) },
    },
  ]);
}

/** What matches pods and nothing else Kyverno would also ask of the workloads that make them, unless it is told not to. */
function podsAlone({ resourceRules }: MatchConstraints): object {
  const isPods = resourceRules.every(({ resources }) => resources.join() === 'pods');
  return isPods ? { autogen: { podControllers: { controllers: [] } } } : {};
}

/** Deny and Warn cannot be together; Audit goes with either. */
function actionsOf(enforcement: Enforcement): readonly string[] {
  return { deny: ['Deny', 'Audit'], warn: ['Warn', 'Audit'], audit: ['Audit'] }[enforcement];
}

function digestOf({ policy, native }: ExportRequest): string {
  return `sha256:${native.sha256(policy.source)}`;
}

/** What YAML 1.1, which Kubernetes reads, takes for something else than a text is in quotes: `no`, `1_000`. */
function documents(list: readonly object[]): string {
  return list.map((each) => stringify(each, { lineWidth: 0, compat: 'yaml-1.1' })).join('---\n');
}
