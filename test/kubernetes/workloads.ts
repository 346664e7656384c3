/** Pods with anything in them, in every kind of object that has a pod. */

/** What is put into an otherwise hardened pod: by the field's path, `[0]` for the one container of its kind. */
export type Fields = Readonly<Record<string, unknown>>;

/** A pod with one container of each kind that meets the restricted level, and what is put into it. */
export function hardened(fields: Fields): object {
  const container = (name: string) => ({
    name,
    image: 'registry.example/main:1.0',
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  });
  const pod = {
    metadata: { name: 'main' },
    spec: {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      initContainers: [container('setup')],
      containers: [container('main')],
      ephemeralContainers: [container('look')],
    },
  };
  for (const [path, value] of Object.entries(fields)) put(pod, path, value);
  return pod;
}

/** Sets a value by its path; what is missing on the way is made. */
function put(root: object, path: string, value: unknown): void {
  const keys = [...path.matchAll(/\["([^"]+)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, name]) => quoted ?? name ?? Number(index),
  );
  let at = root as Record<string | number, unknown>;
  for (const [depth, key] of keys.entries()) {
    if (depth === keys.length - 1) at[key] = value;
    else at[key] ??= typeof keys[depth + 1] === 'number' ? [] : {};
    at = at[key] as Record<string | number, unknown>;
  }
}

interface Workload {
  readonly kind: string;
  /** Where the pod stands in the object. */
  readonly prefix: readonly string[];
  wrap(pod: object): object;
}

const template: readonly string[] = ['spec.template'];
const templated = (apiVersion: string, kind: string): Workload => ({
  kind,
  prefix: template,
  wrap: (pod) => ({ apiVersion, kind, metadata: { name: 'main' }, spec: { template: pod } }),
});
const bare: Workload = { kind: 'Pod', prefix: [], wrap: (pod) => ({ apiVersion: 'v1', kind: 'Pod', ...pod }) };
const cronJob: Workload = {
  kind: 'CronJob',
  prefix: ['spec.jobTemplate.spec.template'],
  wrap: (pod) => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'main' },
    spec: { schedule: '@daily', jobTemplate: { spec: { template: pod } } },
  }),
};
const listed = (inner: Workload): Workload => ({
  kind: `List of ${inner.kind}`,
  prefix: ['items[0]', ...inner.prefix],
  wrap: (pod) => ({ apiVersion: 'v1', kind: 'List', items: [inner.wrap(pod)] }),
});

/** Every kind of object that Kubernetes itself has a pod in. */
export const workloads: readonly Workload[] = [
  bare,
  {
    kind: 'PodTemplate',
    prefix: ['template'],
    wrap: (pod) => ({ apiVersion: 'v1', kind: 'PodTemplate', metadata: { name: 'main' }, template: pod }),
  },
  templated('apps/v1', 'Deployment'),
  templated('apps/v1', 'ReplicaSet'),
  templated('apps/v1', 'StatefulSet'),
  templated('apps/v1', 'DaemonSet'),
  templated('v1', 'ReplicationController'),
  templated('batch/v1', 'Job'),
  cronJob,
  listed(bare),
  listed(cronJob),
];
