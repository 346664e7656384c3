/** Small Kubernetes API types that several others use (v1.34). */
import { bool, dyn, int, list, map, object, openObject, string, type Type } from '../cel/type.ts';

/** Labels, annotations, selectors by label: text by text. */
export const text: Type = map(string, string);

/** metav1.ObjectMeta. */
export const objectMeta: Type = object('ObjectMeta', {
  annotations: text,
  creationTimestamp: dyn,
  deletionGracePeriodSeconds: int,
  deletionTimestamp: dyn,
  finalizers: list(string),
  generateName: string,
  generation: int,
  labels: text,
  managedFields: list(dyn),
  name: string,
  namespace: string,
  ownerReferences: list(
    object('OwnerReference', {
      apiVersion: string,
      blockOwnerDeletion: bool,
      controller: bool,
      kind: string,
      name: string,
      uid: string,
    }),
  ),
  resourceVersion: string,
  selfLink: string,
  uid: string,
});

/** Any object: its other fields depend on its kind. */
export const kubernetesObject: Type = openObject('KubernetesObject', {
  apiVersion: string,
  kind: string,
  metadata: objectMeta,
});

const requirement = object('SelectorRequirement', { key: string, operator: string, values: list(string) });

/** metav1.LabelSelector. */
export const selector: Type = object('LabelSelector', { matchExpressions: list(requirement), matchLabels: text });

/** core/v1 NodeSelectorTerm. */
export const nodeSelector: Type = object('NodeSelectorTerm', {
  matchExpressions: list(requirement),
  matchFields: list(requirement),
});

export const seLinuxOptions: Type = object('SELinuxOptions', {
  level: string,
  role: string,
  type: string,
  user: string,
});

export const seccompProfile: Type = object('SeccompProfile', { localhostProfile: string, type: string });

export const appArmorProfile: Type = object('AppArmorProfile', { localhostProfile: string, type: string });

export const windowsOptions: Type = object('WindowsSecurityContextOptions', {
  gmsaCredentialSpec: string,
  gmsaCredentialSpecName: string,
  hostProcess: bool,
  runAsUserName: string,
});
