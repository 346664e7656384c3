/** What the API server's admission has: the functions of its CEL, and the resources behind kinds. */
import type { FunctionDeclaration } from '../../cel/function.ts';

/**
 * Functions and methods of CEL in the API server (v1.33): https://kubernetes.io/docs/reference/using-api/cel/. The
 * `bindings`, `math` and `encoders` extensions are not among them, nor are Kerb's own, nor the `sign()` of a quantity, which is
 * documented and which the server does not take.
 */
const names: ReadonlySet<string> = new Set(
  [
    'size contains startsWith endsWith matches int uint double string bool bytes dyn type duration timestamp',
    'getDate getDayOfMonth getDayOfWeek getDayOfYear getFullYear getHours getMilliseconds getMinutes getMonth getSeconds',
    'charAt indexOf lastIndexOf join lowerAscii upperAscii replace split substring trim format',
    'isSorted sum min max find findAll',
    'url isURL getScheme getHost getHostname getPort getEscapedPath getQuery',
    'ip isIP ip.isCanonical family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast',
    'cidr isCIDR containsIP containsCIDR prefixLength masked',
    'quantity isQuantity isInteger asInteger asApproximateFloat add sub isLessThan isGreaterThan compareTo',
    'semver isSemver major minor patch',
    'sets.contains sets.equivalent sets.intersects',
    'optional.of optional.none optional.ofNonZeroValue hasValue value or orValue',
    'format.named format.dns1123Label format.dns1123Subdomain format.dns1035Label format.qualifiedName format.dns1123LabelPrefix',
    'format.dns1123SubdomainPrefix format.dns1035LabelPrefix format.labelValue format.uri format.uuid format.byte format.date',
    'format.datetime validate',
  ]
    .join(' ')
    .split(' '),
);

/** Whether the API server's CEL has a function or method. */
export function isInApiServer({ name }: FunctionDeclaration): boolean {
  return names.has(name);
}

/** A kind, and what the API calls its collection. */
export interface ApiResource {
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly scope: 'Cluster' | 'Namespaced' | '*';
}

type Scope = 'Cluster' | 'Namespaced';

const table: readonly (readonly [group: string, version: string, scope: Scope, kinds: string])[] = [
  ['', 'v1', 'Namespaced', 'Pod Service ConfigMap Secret ServiceAccount PersistentVolumeClaim ReplicationController'],
  ['', 'v1', 'Namespaced', 'Endpoints Event LimitRange PodTemplate ResourceQuota'],
  ['', 'v1', 'Cluster', 'Namespace Node PersistentVolume'],
  ['apps', 'v1', 'Namespaced', 'Deployment ReplicaSet StatefulSet DaemonSet ControllerRevision'],
  ['batch', 'v1', 'Namespaced', 'Job CronJob'],
  ['networking.k8s.io', 'v1', 'Namespaced', 'Ingress NetworkPolicy'],
  ['networking.k8s.io', 'v1', 'Cluster', 'IngressClass IPAddress ServiceCIDR'],
  ['rbac.authorization.k8s.io', 'v1', 'Namespaced', 'Role RoleBinding'],
  ['rbac.authorization.k8s.io', 'v1', 'Cluster', 'ClusterRole ClusterRoleBinding'],
  ['autoscaling', 'v2', 'Namespaced', 'HorizontalPodAutoscaler'],
  ['policy', 'v1', 'Namespaced', 'PodDisruptionBudget'],
  ['storage.k8s.io', 'v1', 'Cluster', 'StorageClass CSIDriver CSINode VolumeAttachment VolumeAttributesClass'],
  ['storage.k8s.io', 'v1', 'Namespaced', 'CSIStorageCapacity'],
  ['coordination.k8s.io', 'v1', 'Namespaced', 'Lease'],
  ['discovery.k8s.io', 'v1', 'Namespaced', 'EndpointSlice'],
  ['events.k8s.io', 'v1', 'Namespaced', 'Event'],
  ['scheduling.k8s.io', 'v1', 'Cluster', 'PriorityClass'],
  ['node.k8s.io', 'v1', 'Cluster', 'RuntimeClass'],
  ['flowcontrol.apiserver.k8s.io', 'v1', 'Cluster', 'FlowSchema PriorityLevelConfiguration'],
  ['certificates.k8s.io', 'v1', 'Cluster', 'CertificateSigningRequest'],
  ['apiregistration.k8s.io', 'v1', 'Cluster', 'APIService'],
  ['admissionregistration.k8s.io', 'v1', 'Cluster', 'ValidatingWebhookConfiguration MutatingWebhookConfiguration'],
  ['admissionregistration.k8s.io', 'v1', 'Cluster', 'ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding'],
  ['apiextensions.k8s.io', 'v1', 'Cluster', 'CustomResourceDefinition'],
  ['gateway.networking.k8s.io', 'v1', 'Namespaced', 'Gateway HTTPRoute'],
  ['gateway.networking.k8s.io', 'v1', 'Cluster', 'GatewayClass'],
];

/** The kinds whose collections are known. */
export const apiResources: readonly ApiResource[] = table.flatMap(([group, version, scope, kinds]) =>
  kinds.split(' ').map((kind) => ({ kind, group, version, plural: pluralOf(kind), scope })),
);

/** The kinds that hold pods, and where the pod or its template is: what has `metadata` and `spec`. Pods come first. */
export const podHolders: readonly { readonly kind: string; readonly template: string }[] = [
  { kind: 'Pod', template: 'object' },
  ...['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicationController'].map((kind) => ({
    kind,
    template: 'object.spec.template',
  })),
  { kind: 'CronJob', template: 'object.spec.jobTemplate.spec.template' },
];

function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (name === 'endpoints') return name;
  if (/(?:s|x|ss)$/.test(name)) return `${name}es`;
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}
