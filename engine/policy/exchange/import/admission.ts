/** ValidatingAdmissionPolicy with its binding, and Kyverno's ValidatingPolicy, which is both at once. */
import type * as z from 'zod';
import type { Enforcement } from '../../../model.ts';
import { apiResources } from '../kubernetesApi.ts';
import { literalOf } from '../rewrite.ts';
import { bindingSchema, policySchema, validatingPolicySchema } from './admissionForm.ts';
import { definedResources } from './definition.ts';
import type { Draft } from './draft.ts';
import { draftsOf, placesInSpec } from './drafts.ts';
import { notInFile, type Params } from './expressions.ts';
import { fitting, type Manifest } from './manifest.ts';
import { conditionsOf, isOnPods } from './match.ts';
import { Refusal } from './refusal.ts';

/** The policies that a ValidatingAdmissionPolicy makes, one for each of its validations. `others`: what is in the same file. */
export function fromAdmissionPolicy(manifest: Manifest, others: readonly Manifest[], domain: string): readonly Draft[] {
  const { metadata, spec } = fitting(manifest, policySchema);
  const known = [...apiResources, ...definedResources(others)];
  const bindings = others
    .filter(({ value }) => value.kind === 'ValidatingAdmissionPolicyBinding')
    .map((one) => fitting(one, bindingSchema));
  const bound = bindings.filter((one) => one.spec.policyName === metadata.name);
  if (bound.length > 1) throw new Refusal(['metadata', 'name'], 'several bindings put it in force in different ways');
  const binding = bound[0]?.spec ?? null;
  const params = spec.paramKind === undefined ? notInFile : paramsOf(spec.paramKind, binding?.paramRef ?? {}, others);
  return draftsOf(spec, {
    root: ['spec'],
    places: placesInSpec,
    metadata,
    domain,
    from: 'ValidatingAdmissionPolicy',
    resource: 'kubernetes.object',
    conditions: binding === null ? [] : conditionsOf(binding.matchResources ?? {}, ['spec', 'matchResources'], known),
    enforcement: binding === null ? 'audit' : enforcementOf(binding.validationActions ?? ['Deny']),
    params,
    known,
    notes: binding === null ? ['no binding puts it in force there, so here it is only audited'] : [],
  });
}

/** The policies that a ValidatingPolicy of Kyverno makes. */
export function fromValidatingPolicy(
  manifest: Manifest,
  others: readonly Manifest[],
  domain: string,
): readonly Draft[] {
  const { metadata, spec } = fitting(manifest, validatingPolicySchema);
  if ((spec.evaluation?.mode ?? 'Kubernetes') !== 'Kubernetes')
    throw new Refusal(['spec', 'evaluation', 'mode'], 'it judges other data than Kubernetes objects');
  refuseWebhookConditions(spec.webhookConfiguration);
  const { matchConstraints = {}, autogen, ...rest } = spec;
  const controllers = autogen?.podControllers?.controllers;
  const isWidened = isOnPods(matchConstraints) && controllers?.length !== 0;
  const isAsked = spec.evaluation?.admission?.enabled !== false;
  return draftsOf(isWidened ? rest : spec, {
    root: ['spec'],
    places: placesInSpec,
    metadata,
    domain,
    from: 'ValidatingPolicy',
    resource: isWidened ? 'kubernetes.template' : 'kubernetes.object',
    conditions: isWidened ? controllerCondition(controllers) : [],
    enforcement: isAsked ? enforcementOf(spec.validationActions ?? ['Deny']) : 'audit',
    params: notInFile,
    known: [...apiResources, ...definedResources(others)],
    notes: [
      ...(isAsked ? [] : ['Kyverno only reports what is there already, so here it is only audited']),
      ...(isWidened ? [widened] : []),
    ],
  });
}

/** What else a webhook is told to ask for is said of a request. */
export function refuseWebhookConditions(webhook: { readonly matchConditions?: unknown } | undefined): void {
  if (webhook?.matchConditions !== undefined)
    throw new Refusal(
      ['spec', 'webhookConfiguration', 'matchConditions'],
      'conditions of a webhook are not carried over',
    );
}

/** Said where pods are judged before there are any. */
export const widened = 'Kyverno also judges what makes pods, so here the template of a workload is judged as a pod is';

/** None where all controllers are meant. */
function controllerCondition(controllers: readonly string[] | undefined): readonly string[] {
  const kinds = controllers?.map(kindOfController);
  return kinds === undefined ? [] : [`workload.kind in ${literalOf(['Pod', ...kinds])}`];
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

type ParamRef = NonNullable<z.infer<typeof bindingSchema>['spec']['paramRef']>;

/** The object that holds the parameters, where the file has it and every object is judged by it. */
export function paramsOf(
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  { name, namespace, selector }: ParamRef,
  others: readonly Manifest[],
): Params {
  if (selector !== undefined) return { kind: 'unknown', reason: 'they are chosen by labels in a cluster' };
  const found = others
    .map(({ value }) => value)
    .filter((value) => value.apiVersion === apiVersion && value.kind === kind && metadataOf(value).name === name)
    .find((value) => namespace === undefined || (metadataOf(value).namespace ?? namespace) === namespace);
  if (found === undefined) return notInFile;
  return namespace === undefined && metadataOf(found).namespace !== undefined
    ? { kind: 'unknown', reason: 'the binding names no namespace, so that each has its own' }
    : { kind: 'known', value: found };
}

function metadataOf({ metadata }: Manifest['value']): { readonly name?: unknown; readonly namespace?: unknown } {
  return Object(metadata);
}
