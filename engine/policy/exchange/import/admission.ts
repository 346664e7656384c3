/** ValidatingAdmissionPolicy with its binding, and Kyverno's ValidatingPolicy, which is both at once. */
import type { Enforcement } from '../../../model.ts';
import { bindingSchema, policySchema, validatingPolicySchema } from './admissionForm.ts';
import type { Draft } from './draft.ts';
import { draftsOf } from './drafts.ts';
import { fitting, type Manifest } from './manifest.ts';
import { conditionsOf, kindsOf } from './match.ts';
import { Refusal } from './refusal.ts';

/** The policies that a ValidatingAdmissionPolicy makes, one for each of its validations. `others`: what is in the same file. */
export function fromAdmissionPolicy(manifest: Manifest, others: readonly Manifest[], domain: string): readonly Draft[] {
  const { metadata, spec } = fitting(manifest, policySchema);
  const bindings = others
    .filter(({ value }) => value.kind === 'ValidatingAdmissionPolicyBinding')
    .map((one) => fitting(one, bindingSchema));
  const bound = bindings.filter((one) => one.spec.policyName === metadata.name);
  if (bound.length > 1) throw new Refusal(['metadata', 'name'], 'several bindings put it in force in different ways');
  const binding = bound[0]?.spec ?? null;
  const params =
    spec.paramKind === undefined ? null : paramsOf(spec.paramKind, binding?.paramRef?.name ?? null, others);
  return draftsOf(spec, {
    root: ['spec'],
    metadata,
    domain,
    from: 'ValidatingAdmissionPolicy',
    resource: 'kubernetes.object',
    conditions: binding === null ? [] : conditionsOf(binding.matchResources ?? {}, ['spec', 'matchResources']),
    enforcement: binding === null ? 'audit' : enforcementOf(binding.validationActions ?? ['Deny']),
    params,
    notes: binding === null ? ['no binding puts it in force there, so here it is only audited'] : [],
  });
}

/** The policies that a ValidatingPolicy of Kyverno makes. */
export function fromValidatingPolicy(manifest: Manifest, domain: string): readonly Draft[] {
  const { metadata, spec } = fitting(manifest, validatingPolicySchema);
  if ((spec.evaluation?.mode ?? 'Kubernetes') !== 'Kubernetes')
    throw new Refusal(['spec', 'evaluation', 'mode'], 'it judges other data than Kubernetes objects');
  const controllers = spec.autogen?.podControllers?.controllers;
  const isOnPods = kindsOf(spec.matchConstraints ?? {}).join() === 'Pod';
  const isWidened = isOnPods && controllers?.length !== 0;
  return draftsOf(isWidened ? { ...spec, matchConstraints: { ...spec.matchConstraints, resourceRules: [] } } : spec, {
    root: ['spec'],
    metadata,
    domain,
    from: 'ValidatingPolicy',
    resource: isWidened ? 'kubernetes.template' : 'kubernetes.object',
    conditions:
      isWidened && controllers !== undefined
        ? [`workload.kind in ${JSON.stringify(['Pod', ...controllers.map(kindOfController)])}`]
        : [],
    enforcement: enforcementOf(spec.validationActions ?? ['Deny']),
    params: null,
    notes: isWidened
      ? ['Kyverno also judges what makes pods, so here the template of a workload is judged as a pod is']
      : [],
  });
}

const controllerKinds: Readonly<Record<string, string>> = {
  deployments: 'Deployment',
  statefulsets: 'StatefulSet',
  daemonsets: 'DaemonSet',
  replicasets: 'ReplicaSet',
  replicationcontrollers: 'ReplicationController',
  jobs: 'Job',
  cronjobs: 'CronJob',
};

function kindOfController(name: string): string {
  const kind = controllerKinds[name];
  if (kind === undefined)
    throw new Refusal(
      ['spec', 'autogen', 'podControllers', 'controllers'],
      `\`${name}\` makes no pods that Kerb knows of`,
    );
  return kind;
}

function enforcementOf(chosen: readonly string[]): Enforcement {
  if (chosen.includes('Deny')) return 'deny';
  return chosen.includes('Warn') ? 'warn' : 'audit';
}

/** The object that holds the parameters, where the file has it. */
function paramsOf(
  kind: { readonly apiVersion: string; readonly kind: string },
  name: string | null,
  others: readonly Manifest[],
): unknown {
  const found = others.find(
    ({ value }) =>
      value.apiVersion === kind.apiVersion &&
      value.kind === kind.kind &&
      (value.metadata as { readonly name?: unknown } | undefined)?.name === name,
  );
  return found?.value ?? null;
}
