/** The kinds of resources in Kubernetes manifests, with the types that their policies are checked against. */

import { dyn, object, string } from '../cel/type.ts';
import type { ResourceKind } from './adapter.ts';
import { containerSelf } from './kubernetesContainer.ts';
import { podSpec } from './kubernetesPod.ts';
import { kubernetesObject, objectMeta } from './kubernetesShared.ts';

const around = { metadata: objectMeta, workload: kubernetesObject, object: kubernetesObject };

export const kubernetesKinds: readonly ResourceKind[] = [
  {
    kind: 'kubernetes.object',
    description: 'Any Kubernetes object; in a list, each of its items.',
    self: kubernetesObject,
    relatives: { object: kubernetesObject },
  },
  {
    kind: 'kubernetes.pod',
    description:
      'The PodSpec of a pod or of the template in a workload. `metadata` is the metadata of that pod or template, `workload` the object that holds it, `pod` is `self`.',
    self: podSpec,
    relatives: { ...around, pod: podSpec },
  },
  {
    kind: 'kubernetes.template',
    description: 'A pod, or the template of pods in a workload: what holds their `metadata` and their `spec`.',
    self: object('PodTemplate', { apiVersion: string, kind: string, metadata: objectMeta, spec: podSpec, status: dyn }),
    relatives: { workload: kubernetesObject, object: kubernetesObject },
  },
  {
    kind: 'kubernetes.container',
    description:
      'A container of a pod; `type` is container, init or ephemeral. `pod` is the PodSpec around it, `metadata` the metadata of its pod or template.',
    self: containerSelf,
    relatives: { ...around, pod: podSpec },
  },
];
