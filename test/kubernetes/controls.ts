/**
 * The Pod Security Standards as data for their test: https://kubernetes.io/docs/concepts/security/pod-security-standards/
 * as of Kubernetes 1.37. A field's name is the standard's own.
 */
import type { Fields } from './workloads.ts';

interface Control {
  readonly level: 'baseline' | 'restricted';
  readonly name: string;
  /** One field, or several that depend on each other; which policy tells, and where. */
  readonly bad: readonly { readonly fields: Fields; readonly policy: string; readonly at: string }[];
  readonly good: readonly Fields[];
}

const containers = ['containers[0]', 'initContainers[0]', 'ephemeralContainers[0]'].map((name) => `spec.${name}`);
const everywhere = ['spec', ...containers];

export const controls: readonly Control[] = [
  control('baseline', 'HostProcess', 'host-process', everywhere, 'securityContext.windowsOptions.hostProcess', {
    bad: [true],
    good: [false, null],
  }),
  ...(['hostNetwork', 'hostPID', 'hostIPC'] as const).map((field) =>
    control('baseline', `Host Namespaces: ${field}`, `host-${field.slice(4).toLowerCase()}`, ['spec'], field, {
      bad: [true],
      good: [false, null],
    }),
  ),
  control('baseline', 'Privileged Containers', 'privileged', containers, 'securityContext.privileged', {
    bad: [true],
    good: [false, null],
  }),
  control('baseline', 'Capabilities', 'added-capability', containers, 'securityContext.capabilities.add[0]', {
    bad: words('ALL NET_RAW NET_ADMIN SYS_ADMIN SYS_PTRACE SYS_MODULE SYS_TIME BPF PERFMON CAP_CHOWN'),
    good: words(
      'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT',
    ),
  }),
  control('baseline', 'HostPath Volumes', 'host-path', ['spec'], 'volumes[0].hostPath', {
    bad: [{ path: '/var/log' }, { path: '/', type: 'Directory' }],
    good: [null],
  }),
  control('baseline', 'Host Ports', 'host-port', containers, 'ports[0].hostPort', {
    bad: [80, 65_535],
    good: [0, null],
  }),
  ...['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle.postStart', 'lifecycle.preStop'].flatMap((hook) =>
    ['httpGet', 'tcpSocket'].map((handler) =>
      control(
        'baseline',
        `Host Probes: ${hook}.${handler}`,
        'host-probe',
        containers.slice(0, 2),
        `${hook}.${handler}.host`,
        {
          bad: ['127.0.0.1', 'metadata.example'],
          good: ['', null],
        },
      ),
    ),
  ),
  control('baseline', 'AppArmor', 'apparmor', everywhere, 'securityContext.appArmorProfile.type', {
    bad: ['Unconfined'],
    good: ['RuntimeDefault', 'Localhost', null],
  }),
  control(
    'baseline',
    'AppArmor: annotation',
    'apparmor-annotation',
    ['metadata'],
    'annotations["container.apparmor.security.beta.kubernetes.io/main"]',
    {
      bad: ['unconfined', 'docker-default'],
      good: ['runtime/default', 'localhost/web', ''],
    },
  ),
  control('baseline', 'SELinux: type', 'selinux', everywhere, 'securityContext.seLinuxOptions.type', {
    bad: ['spc_t', 'container_runtime_t', 'unconfined_t'],
    good: ['container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t', '', null],
  }),
  ...['user', 'role'].map((option) =>
    control('baseline', `SELinux: ${option}`, 'selinux', everywhere, `securityContext.seLinuxOptions.${option}`, {
      bad: ['system_u'],
      good: ['', null],
    }),
  ),
  control('baseline', '/proc Mount Type', 'proc-mount', containers, 'securityContext.procMount', {
    bad: ['Unmasked'],
    good: ['Default', null],
  }),
  control('baseline', 'Seccomp', 'seccomp-unconfined', everywhere, 'securityContext.seccompProfile.type', {
    bad: ['Unconfined'],
    good: ['RuntimeDefault', 'Localhost', null],
  }),
  control('baseline', 'Sysctls', 'sysctl', ['spec'], 'securityContext.sysctls[0].name', {
    bad: ['kernel.msgmax', 'net.core.somaxconn', 'vm.swappiness', 'net.ipv4.ip_forward'],
    good: words(
      'kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.ip_unprivileged_port_start net.ipv4.tcp_syncookies net.ipv4.ping_group_range net.ipv4.ip_local_reserved_ports net.ipv4.tcp_keepalive_time net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes net.ipv4.tcp_rmem net.ipv4.tcp_wmem net.ipv4.tcp_slow_start_after_idle net.ipv4.tcp_notsent_lowat',
    ),
  }),
  ...volumeTypes(),
  withWindows(
    control(
      'restricted',
      'Privilege Escalation',
      'privilege-escalation',
      containers,
      'securityContext.allowPrivilegeEscalation',
      {
        bad: [true, null],
        good: [false],
      },
    ),
  ),
  nonRoot(),
  {
    level: 'restricted',
    name: 'Running as Non-root user',
    bad: everywhere.map((place) => ({
      fields: { [`${place}.securityContext.runAsUser`]: 0 },
      policy: 'root-user',
      at: `${place}.securityContext.runAsUser`,
    })),
    good: [
      ...everywhere.flatMap((place) =>
        [1, 65_532, null].map((user) => ({ [`${place}.securityContext.runAsUser`]: user })),
      ),
      { 'spec.securityContext.runAsUser': 0, 'spec.hostUsers': false },
      { 'spec.containers[0].securityContext.runAsUser': 0, 'spec.hostUsers': false },
    ],
  },
  seccomp(),
  withWindows(
    control('restricted', 'Capabilities: drop', 'drop-capabilities', containers, 'securityContext.capabilities.drop', {
      bad: [null, [], ['NET_RAW'], ['CHOWN', 'KILL']],
      good: [['ALL'], ['NET_RAW', 'ALL']],
    }),
  ),
  withWindows({
    level: 'restricted',
    name: 'Capabilities: add',
    bad: containers.flatMap((place) =>
      [
        ...[
          'AUDIT_WRITE',
          'CHOWN',
          'DAC_OVERRIDE',
          'FOWNER',
          'FSETID',
          'KILL',
          'MKNOD',
          'SETFCAP',
          'SETGID',
          'SETPCAP',
        ].map(restricted),
        ...['SETUID', 'SYS_CHROOT'].map(restricted),
        ...['ALL', 'NET_RAW', 'SYS_ADMIN'].map((name) => ({ name, policy: 'added-capability' })),
      ].map(({ name, policy }) => ({
        fields: { [`${place}.securityContext.capabilities.add[0]`]: name },
        policy,
        at: `${place}.securityContext.capabilities.add[0]`,
      })),
    ),
    good: containers.map((place) => ({ [`${place}.securityContext.capabilities.add[0]`]: 'NET_BIND_SERVICE' })),
  }),
  {
    level: 'restricted',
    name: '/proc Mount Type in a user namespace',
    bad: containers.map((place) => ({
      fields: { [`${place}.securityContext.procMount`]: 'Unmasked', 'spec.hostUsers': false },
      policy: 'proc-mount-user-namespace',
      at: `${place}.securityContext.procMount`,
    })),
    good: containers.map((place) => ({ [`${place}.securityContext.procMount`]: 'Default', 'spec.hostUsers': false })),
  },
  {
    level: 'baseline',
    name: '/proc Mount Type in a user namespace',
    bad: [],
    good: containers.map((place) => ({ [`${place}.securityContext.procMount`]: 'Unmasked', 'spec.hostUsers': false })),
  },
];

function restricted(name: string) {
  return { name, policy: 'restricted-capability' };
}

/** A control over one field that every place has. */
function control(
  level: Control['level'],
  name: string,
  policy: string,
  places: readonly string[],
  field: string,
  { bad, good }: { readonly bad: readonly unknown[]; readonly good: readonly unknown[] },
): Control {
  const set = (values: readonly unknown[]) => places.flatMap((place) => values.map((value) => ({ place, value })));
  return {
    level,
    name,
    bad: set(bad).map(({ place, value }) => ({
      fields: { [`${place}.${field}`]: value },
      policy,
      at: `${place}.${field}`,
    })),
    good: set(good).map(({ place, value }) => ({ [`${place}.${field}`]: value })),
  };
}

/** Every volume type of core/v1; the restricted level names those that are allowed. */
function volumeTypes(): readonly Control[] {
  const allowed = words('configMap csi downwardAPI emptyDir ephemeral persistentVolumeClaim projected secret');
  const others = words(
    'awsElasticBlockStore azureDisk azureFile cephfs cinder fc flexVolume flocker gcePersistentDisk glusterfs image iscsi nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume',
  );
  const at = (type: string) => `spec.volumes[0].${type}`;
  return [
    {
      level: 'restricted',
      name: 'Volume Types',
      bad: [
        ...others.map((type) => ({ fields: { [at(type)]: { readOnly: true } }, policy: 'volume-type', at: at(type) })),
        { fields: { [at('hostPath')]: { path: '/srv' } }, policy: 'host-path', at: at('hostPath') },
      ],
      good: [...allowed.map((type) => ({ [at(type)]: {} })), { 'spec.volumes[0].name': 'nothing-yet' }],
    },
  ];
}

/** A container counts as its pod does unless it says something itself. */
function nonRoot(): Control {
  const pod = 'spec.securityContext.runAsNonRoot';
  const of = (place: string) => `${place}.securityContext.runAsNonRoot`;
  const all = (value: unknown) => Object.fromEntries(containers.map((place) => [of(place), value]));
  return {
    level: 'restricted',
    name: 'Running as Non-root',
    bad: [
      ...containers.flatMap((place) => [
        { fields: { ...all(true), [pod]: null, [of(place)]: null }, policy: 'run-as-non-root', at: of(place) },
        { fields: { ...all(true), [pod]: null, [of(place)]: false }, policy: 'run-as-non-root', at: of(place) },
        { fields: { [pod]: true, [of(place)]: false }, policy: 'run-as-non-root', at: of(place) },
      ]),
      { fields: { [pod]: false }, policy: 'run-as-non-root-pod', at: pod },
      { fields: { ...all(true), [pod]: false }, policy: 'run-as-non-root-pod', at: pod },
    ],
    good: [
      { [pod]: true },
      { [pod]: true, ...all(null) },
      { [pod]: null, ...all(true) },
      { [pod]: null, 'spec.hostUsers': false },
      { [pod]: false, ...all(false), 'spec.hostUsers': false },
    ],
  };
}

function seccomp(): Control {
  const pod = 'spec.securityContext.seccompProfile.type';
  const of = (place: string) => `${place}.securityContext.seccompProfile.type`;
  const all = (value: unknown) => Object.fromEntries(containers.map((place) => [of(place), value]));
  return {
    level: 'restricted',
    name: 'Seccomp',
    bad: [
      ...containers.flatMap((place) => [
        { fields: { ...all('Localhost'), [pod]: null, [of(place)]: null }, policy: 'seccomp-profile', at: of(place) },
        { fields: { [pod]: 'RuntimeDefault', [of(place)]: 'Unconfined' }, policy: 'seccomp-unconfined', at: of(place) },
      ]),
      { fields: { [pod]: 'Unconfined' }, policy: 'seccomp-unconfined', at: pod },
      { fields: { ...all('RuntimeDefault'), [pod]: 'Unconfined' }, policy: 'seccomp-unconfined', at: pod },
    ],
    good: [
      { [pod]: 'RuntimeDefault' },
      { [pod]: 'Localhost' },
      { [pod]: null, ...all('RuntimeDefault') },
      { [pod]: null, ...all('Localhost') },
      { [pod]: null, 'spec.os.name': 'windows' },
    ],
  };
}

/** What is only asked of Linux: the same fields on Windows are all right. */
function withWindows(control: Control): Control {
  const exempt = control.bad
    .filter(({ policy }) => policy !== 'added-capability')
    .map(({ fields }) => ({ ...fields, 'spec.os.name': 'windows' }));
  return { ...control, good: [...control.good, ...exempt] };
}

function words(text: string): readonly string[] {
  return text.split(' ');
}
