/** Volume with every source that a pod may name, as the Kubernetes API reference (v1.34, core/v1) declares them. */
import { bool, dyn, int, list, map, object, string, type Type } from '../cel/type.ts';
import { objectMeta, selector, text } from './kubernetesShared.ts';

const secretRef = object('LocalObjectReference', { name: string });
const keyToPath = list(object('KeyToPath', { key: string, mode: int, path: string }));
const objectReference = object('TypedObjectReference', {
  apiGroup: string,
  kind: string,
  name: string,
  namespace: string,
});

const downwardItems = list(
  object('DownwardAPIVolumeFile', {
    fieldRef: object('ObjectFieldSelector', { apiVersion: string, fieldPath: string }),
    mode: int,
    path: string,
    resourceFieldRef: object('ResourceFieldSelector', { containerName: string, divisor: dyn, resource: string }),
  }),
);

const projected = object('ProjectedVolumeSource', {
  defaultMode: int,
  sources: list(
    object('VolumeProjection', {
      clusterTrustBundle: object('ClusterTrustBundleProjection', {
        labelSelector: selector,
        name: string,
        optional: bool,
        path: string,
        signerName: string,
      }),
      configMap: object('ConfigMapProjection', { items: keyToPath, name: string, optional: bool }),
      downwardAPI: object('DownwardAPIProjection', { items: downwardItems }),
      podCertificate: object('PodCertificateProjection', {
        certificateChainPath: string,
        credentialBundlePath: string,
        keyPath: string,
        keyType: string,
        maxExpirationSeconds: int,
        signerName: string,
      }),
      secret: object('SecretProjection', { items: keyToPath, name: string, optional: bool }),
      serviceAccountToken: object('ServiceAccountTokenProjection', {
        audience: string,
        expirationSeconds: int,
        path: string,
      }),
    }),
  ),
});

const ephemeral = object('EphemeralVolumeSource', {
  volumeClaimTemplate: object('PersistentVolumeClaimTemplate', {
    metadata: objectMeta,
    spec: object('PersistentVolumeClaimSpec', {
      accessModes: list(string),
      dataSource: objectReference,
      dataSourceRef: objectReference,
      resources: object('VolumeResourceRequirements', { limits: map(string, dyn), requests: map(string, dyn) }),
      selector,
      storageClassName: string,
      volumeAttributesClassName: string,
      volumeMode: string,
      volumeName: string,
    }),
  }),
});

/** Sources that clusters in use today still accept, though newer ones replaced them. */
const olderSources = {
  awsElasticBlockStore: object('AWSElasticBlockStoreVolumeSource', {
    fsType: string,
    partition: int,
    readOnly: bool,
    volumeID: string,
  }),
  azureDisk: object('AzureDiskVolumeSource', {
    cachingMode: string,
    diskName: string,
    diskURI: string,
    fsType: string,
    kind: string,
    readOnly: bool,
  }),
  azureFile: object('AzureFileVolumeSource', { readOnly: bool, secretName: string, shareName: string }),
  cephfs: object('CephFSVolumeSource', {
    monitors: list(string),
    path: string,
    readOnly: bool,
    secretFile: string,
    secretRef,
    user: string,
  }),
  cinder: object('CinderVolumeSource', { fsType: string, readOnly: bool, secretRef, volumeID: string }),
  flexVolume: object('FlexVolumeSource', { driver: string, fsType: string, options: text, readOnly: bool, secretRef }),
  flocker: object('FlockerVolumeSource', { datasetName: string, datasetUUID: string }),
  gcePersistentDisk: object('GCEPersistentDiskVolumeSource', {
    fsType: string,
    partition: int,
    pdName: string,
    readOnly: bool,
  }),
  gitRepo: object('GitRepoVolumeSource', { directory: string, repository: string, revision: string }),
  glusterfs: object('GlusterfsVolumeSource', { endpoints: string, path: string, readOnly: bool }),
  photonPersistentDisk: object('PhotonPersistentDiskVolumeSource', { fsType: string, pdID: string }),
  portworxVolume: object('PortworxVolumeSource', { fsType: string, readOnly: bool, volumeID: string }),
  quobyte: object('QuobyteVolumeSource', {
    group: string,
    readOnly: bool,
    registry: string,
    tenant: string,
    user: string,
    volume: string,
  }),
  rbd: object('RBDVolumeSource', {
    fsType: string,
    image: string,
    keyring: string,
    monitors: list(string),
    pool: string,
    readOnly: bool,
    secretRef,
    user: string,
  }),
  scaleIO: object('ScaleIOVolumeSource', {
    fsType: string,
    gateway: string,
    protectionDomain: string,
    readOnly: bool,
    secretRef,
    sslEnabled: bool,
    storageMode: string,
    storagePool: string,
    system: string,
    volumeName: string,
  }),
  storageos: object('StorageOSVolumeSource', {
    fsType: string,
    readOnly: bool,
    secretRef,
    volumeName: string,
    volumeNamespace: string,
  }),
  vsphereVolume: object('VsphereVirtualDiskVolumeSource', {
    fsType: string,
    storagePolicyID: string,
    storagePolicyName: string,
    volumePath: string,
  }),
};

/** A named volume of a pod; exactly one of the other fields is its source. */
export const volume: Type = object('Volume', {
  ...olderSources,
  configMap: object('ConfigMapVolumeSource', { defaultMode: int, items: keyToPath, name: string, optional: bool }),
  csi: object('CSIVolumeSource', {
    driver: string,
    fsType: string,
    nodePublishSecretRef: secretRef,
    readOnly: bool,
    volumeAttributes: text,
  }),
  downwardAPI: object('DownwardAPIVolumeSource', { defaultMode: int, items: downwardItems }),
  emptyDir: object('EmptyDirVolumeSource', { medium: string, sizeLimit: dyn }),
  ephemeral,
  fc: object('FCVolumeSource', {
    fsType: string,
    lun: int,
    readOnly: bool,
    targetWWNs: list(string),
    wwids: list(string),
  }),
  hostPath: object('HostPathVolumeSource', { path: string, type: string }),
  image: object('ImageVolumeSource', { pullPolicy: string, reference: string }),
  iscsi: object('ISCSIVolumeSource', {
    chapAuthDiscovery: bool,
    chapAuthSession: bool,
    fsType: string,
    initiatorName: string,
    iqn: string,
    iscsiInterface: string,
    lun: int,
    portals: list(string),
    readOnly: bool,
    secretRef,
    targetPortal: string,
  }),
  name: string,
  nfs: object('NFSVolumeSource', { path: string, readOnly: bool, server: string }),
  persistentVolumeClaim: object('PersistentVolumeClaimVolumeSource', { claimName: string, readOnly: bool }),
  projected,
  secret: object('SecretVolumeSource', { defaultMode: int, items: keyToPath, optional: bool, secretName: string }),
});
