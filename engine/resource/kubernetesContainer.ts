/** Container and what it is made of, as the Kubernetes API reference (v1.34, core/v1) declares them. */
import { bool, dyn, int, list, map, object, string, type Type } from '../cel/type.ts';
import { appArmorProfile, seccompProfile, seLinuxOptions, windowsOptions } from './kubernetesShared.ts';

const securityContext = object('SecurityContext', {
  allowPrivilegeEscalation: bool,
  appArmorProfile,
  capabilities: object('Capabilities', { add: list(string), drop: list(string) }),
  privileged: bool,
  procMount: string,
  readOnlyRootFilesystem: bool,
  runAsGroup: int,
  runAsNonRoot: bool,
  runAsUser: int,
  seLinuxOptions,
  seccompProfile,
  windowsOptions,
});

const httpGet = object('HTTPGetAction', {
  host: string,
  httpHeaders: list(object('HTTPHeader', { name: string, value: string })),
  path: string,
  port: dyn,
  scheme: string,
});
const exec = object('ExecAction', { command: list(string) });
const tcpSocket = object('TCPSocketAction', { host: string, port: dyn });

const probe = object('Probe', {
  exec,
  failureThreshold: int,
  grpc: object('GRPCAction', { port: int, service: string }),
  httpGet,
  initialDelaySeconds: int,
  periodSeconds: int,
  successThreshold: int,
  tcpSocket,
  terminationGracePeriodSeconds: int,
  timeoutSeconds: int,
});

const lifecycleHandler = object('LifecycleHandler', {
  exec,
  httpGet,
  sleep: object('SleepAction', { seconds: int }),
  tcpSocket,
});

const keyOf = (name: string) => object(name, { key: string, name: string, optional: bool });

const envVar = object('EnvVar', {
  name: string,
  value: string,
  valueFrom: object('EnvVarSource', {
    configMapKeyRef: keyOf('ConfigMapKeySelector'),
    fieldRef: object('ObjectFieldSelector', { apiVersion: string, fieldPath: string }),
    fileKeyRef: object('FileKeySelector', { key: string, optional: bool, path: string, volumeName: string }),
    resourceFieldRef: object('ResourceFieldSelector', { containerName: string, divisor: dyn, resource: string }),
    secretKeyRef: keyOf('SecretKeySelector'),
  }),
});

const envFrom = object('EnvFromSource', {
  configMapRef: object('ConfigMapEnvSource', { name: string, optional: bool }),
  prefix: string,
  secretRef: object('SecretEnvSource', { name: string, optional: bool }),
});

const volumeMount = object('VolumeMount', {
  mountPath: string,
  mountPropagation: string,
  name: string,
  readOnly: bool,
  recursiveReadOnly: string,
  subPath: string,
  subPathExpr: string,
});

const common = {
  args: list(string),
  command: list(string),
  env: list(envVar),
  envFrom: list(envFrom),
  image: string,
  imagePullPolicy: string,
  lifecycle: object('Lifecycle', { postStart: lifecycleHandler, preStop: lifecycleHandler, stopSignal: string }),
  livenessProbe: probe,
  name: string,
  ports: list(
    object('ContainerPort', { containerPort: int, hostIP: string, hostPort: int, name: string, protocol: string }),
  ),
  readinessProbe: probe,
  resizePolicy: list(object('ContainerResizePolicy', { resourceName: string, restartPolicy: string })),
  resources: object('ResourceRequirements', {
    claims: list(object('ResourceClaim', { name: string, request: string })),
    limits: map(string, dyn),
    requests: map(string, dyn),
  }),
  restartPolicy: string,
  restartPolicyRules: list(dyn),
  securityContext,
  startupProbe: probe,
  stdin: bool,
  stdinOnce: bool,
  terminationMessagePath: string,
  terminationMessagePolicy: string,
  tty: bool,
  volumeDevices: list(object('VolumeDevice', { devicePath: string, name: string })),
  volumeMounts: list(volumeMount),
  workingDir: string,
};

/** A container or init container. */
export const container: Type = object('Container', common);

/** A container put into a running pod to look inside. */
export const ephemeralContainer: Type = object('EphemeralContainer', { ...common, targetContainerName: string });

/** What policies on containers see: any of the three, and `type` says which. */
export const containerSelf: Type = object('Container', { ...common, targetContainerName: string, type: string });
