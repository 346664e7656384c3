/** PodSpec and what it is made of, as the Kubernetes API reference (v1.34, core/v1) declares them. */
import { bool, dyn, int, list, map, object, string, type Type } from '../cel/type.ts';
import { container, ephemeralContainer } from './kubernetesContainer.ts';
import {
  appArmorProfile,
  nodeSelector,
  seccompProfile,
  seLinuxOptions,
  selector,
  text,
  windowsOptions,
} from './kubernetesShared.ts';
import { volume } from './kubernetesVolume.ts';

const podSecurityContext = object('PodSecurityContext', {
  appArmorProfile,
  fsGroup: int,
  fsGroupChangePolicy: string,
  runAsGroup: int,
  runAsNonRoot: bool,
  runAsUser: int,
  seLinuxChangePolicy: string,
  seLinuxOptions,
  seccompProfile,
  supplementalGroups: list(int),
  supplementalGroupsPolicy: string,
  sysctls: list(object('Sysctl', { name: string, value: dyn })),
  windowsOptions,
});

const podAffinityTerm = object('PodAffinityTerm', {
  labelSelector: selector,
  matchLabelKeys: list(string),
  mismatchLabelKeys: list(string),
  namespaceSelector: selector,
  namespaces: list(string),
  topologyKey: string,
});

function podAffinity(name: string): Type {
  return object(name, {
    preferredDuringSchedulingIgnoredDuringExecution: list(
      object('WeightedPodAffinityTerm', { podAffinityTerm, weight: int }),
    ),
    requiredDuringSchedulingIgnoredDuringExecution: list(podAffinityTerm),
  });
}

const affinity = object('Affinity', {
  nodeAffinity: object('NodeAffinity', {
    preferredDuringSchedulingIgnoredDuringExecution: list(
      object('PreferredSchedulingTerm', { preference: nodeSelector, weight: int }),
    ),
    requiredDuringSchedulingIgnoredDuringExecution: object('NodeSelector', { nodeSelectorTerms: list(nodeSelector) }),
  }),
  podAffinity: podAffinity('PodAffinity'),
  podAntiAffinity: podAffinity('PodAntiAffinity'),
});

const toleration = object('Toleration', {
  effect: string,
  key: string,
  operator: string,
  tolerationSeconds: int,
  value: string,
});

const topologySpreadConstraint = object('TopologySpreadConstraint', {
  labelSelector: selector,
  matchLabelKeys: list(string),
  maxSkew: int,
  minDomains: int,
  nodeAffinityPolicy: string,
  nodeTaintsPolicy: string,
  topologyKey: string,
  whenUnsatisfiable: string,
});

const dnsConfig = object('PodDNSConfig', {
  nameservers: list(string),
  options: list(object('PodDNSConfigOption', { name: string, value: string })),
  searches: list(string),
});

const resourceClaim = object('PodResourceClaim', {
  name: string,
  resourceClaimName: string,
  resourceClaimTemplateName: string,
});

/** What runs together on one node. */
export const podSpec: Type = object('PodSpec', {
  activeDeadlineSeconds: int,
  affinity,
  automountServiceAccountToken: bool,
  containers: list(container),
  dnsConfig,
  dnsPolicy: string,
  enableServiceLinks: bool,
  ephemeralContainers: list(ephemeralContainer),
  hostAliases: list(object('HostAlias', { hostnames: list(string), ip: string })),
  hostIPC: bool,
  hostNetwork: bool,
  hostPID: bool,
  hostUsers: bool,
  hostname: string,
  hostnameOverride: string,
  imagePullSecrets: list(object('LocalObjectReference', { name: string })),
  initContainers: list(container),
  nodeName: string,
  nodeSelector: text,
  os: object('PodOS', { name: string }),
  overhead: map(string, dyn),
  preemptionPolicy: string,
  priority: int,
  priorityClassName: string,
  readinessGates: list(object('PodReadinessGate', { conditionType: string })),
  resourceClaims: list(resourceClaim),
  resources: object('PodResourceRequirements', {
    claims: list(object('ResourceClaim', { name: string, request: string })),
    limits: map(string, dyn),
    requests: map(string, dyn),
  }),
  restartPolicy: string,
  runtimeClassName: string,
  schedulerName: string,
  schedulingGates: list(object('PodSchedulingGate', { name: string })),
  securityContext: podSecurityContext,
  serviceAccount: string,
  serviceAccountName: string,
  setHostnameAsFQDN: bool,
  shareProcessNamespace: bool,
  subdomain: string,
  terminationGracePeriodSeconds: int,
  tolerations: list(toleration),
  topologySpreadConstraints: list(topologySpreadConstraint),
  volumes: list(volume),
});
