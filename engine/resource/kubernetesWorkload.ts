/** Where the pod is in each kind of Kubernetes object that holds one. */
import { Unknown, type Value, type ValueMap } from '../model.ts';
import { isList, isMap } from './adapter.ts';

/**
 * The path of the pod, or of the pod template, whose `spec` is a pod spec; null where the object holds none. A kind that a
 * template has not filled yet is judged by its shape.
 */
export function podTemplatePath(group: string, kind: string | null, object: ValueMap): readonly string[] | null {
  if (kind === null) return templateByShape(object);
  const workload = workloads[kind];
  if (workload === undefined) return null;
  const known = workload.find(({ groups }) => group === '?' || groups.includes(group));
  return known?.path ?? null;
}

const apps = ['apps', 'extensions'];
const template = ['spec', 'template'];

/** By kind, since that is the common key; one kind may exist in several groups with different shapes. */
const workloads: Readonly<
  Record<string, readonly { readonly groups: readonly string[]; readonly path: readonly string[] }[]>
> = Object.assign(Object.create(null), {
  Pod: [{ groups: [''], path: [] }],
  PodTemplate: [{ groups: [''], path: ['template'] }],
  ReplicationController: [{ groups: [''], path: template }],
  Deployment: [{ groups: apps, path: template }],
  ReplicaSet: [{ groups: apps, path: template }],
  DaemonSet: [{ groups: [...apps, 'apps.kruise.io'], path: template }],
  StatefulSet: [{ groups: [...apps, 'apps.kruise.io'], path: template }],
  Job: [{ groups: ['batch', 'extensions'], path: template }],
  CronJob: [{ groups: ['batch'], path: ['spec', 'jobTemplate', 'spec', 'template'] }],
  Rollout: [{ groups: ['argoproj.io'], path: template }],
  CloneSet: [{ groups: ['apps.kruise.io'], path: template }],
  // OpenShift's own workload, with the template of a ReplicationController.
  DeploymentConfig: [{ groups: ['apps.openshift.io', ''], path: template }],
  Service: [{ groups: ['serving.knative.dev'], path: template }],
  Configuration: [{ groups: ['serving.knative.dev'], path: template }],
  Revision: [{ groups: ['serving.knative.dev'], path: [] }],
});

const shapes = [template, ['spec', 'jobTemplate', 'spec', 'template'], []];

function templateByShape(object: ValueMap): readonly string[] | null {
  if (!(object.kind instanceof Unknown)) return null;
  return shapes.find((path) => isList(deep(object, [...path, 'spec', 'containers']))) ?? null;
}

function deep(value: Value, path: readonly string[]): Value | undefined {
  return path.reduce<Value | undefined>((found, key) => (isMap(found) ? found[key] : undefined), value);
}
