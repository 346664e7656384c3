/**
 * The Pod Security Standards a second time, written straight from their tables and without Kerb: says which controls a pod
 * does not meet. A random pod must get the same verdict from both.
 */

interface Context {
  readonly [field: string]: unknown;
}
type Fields = Readonly<Record<string, unknown>>;

/** The controls of a level that a pod does not meet. */
export function brokenControls(pod: Context, level: 'baseline' | 'restricted'): readonly string[] {
  const spec = (pod.spec ?? {}) as Context;
  const containers = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) => listOf(spec[list]));
  const controls = {
    ...baseline(pod, spec, containers),
    ...(level === 'restricted' ? restricted(spec, containers) : {}),
  };
  return Object.entries(controls)
    .filter(([, isMet]) => !isMet)
    .map(([name]) => name);
}

function baseline(pod: Context, spec: Context, containers: readonly Context[]): Record<string, boolean> {
  const contexts = [spec, ...containers].map((holder) => fields(holder.securityContext));
  const of = (name: string) => containers.map((container) => fields(container.securityContext)[name]);
  const annotations = Object.entries(fields(fields(pod.metadata).annotations));
  return {
    HostProcess: contexts.every((context) => fields(context.windowsOptions).hostProcess !== true),
    'Host Namespaces': ['hostNetwork', 'hostPID', 'hostIPC'].every((field) => spec[field] !== true),
    'Privileged Containers': of('privileged').every((value) => value !== true),
    Capabilities: of('capabilities').every((value) =>
      listOf(fields(value).add).every((name) => defaults.has(String(name))),
    ),
    'HostPath Volumes': listOf(spec.volumes).every((volume) => volume.hostPath == null),
    'Host Ports': containers.every((container) => listOf(container.ports).every((port) => !port.hostPort)),
    AppArmor:
      contexts.every((context) => confines(fields(context.appArmorProfile).type, true)) &&
      annotations.every(
        ([key, value]) => !key.startsWith(appArmor) || /^(runtime\/default|localhost\/.*|)$/.test(String(value)),
      ),
    SELinux: contexts
      .map((context) => fields(context.seLinuxOptions))
      .every(({ type, user, role }) => selinux.has(String(type ?? '')) && !user && !role),
    '/proc Mount Type':
      spec.hostUsers === false || of('procMount').every((value) => value == null || value === 'Default'),
    Seccomp: contexts.every((context) => confines(fields(context.seccompProfile).type, true)),
    Sysctls: listOf(fields(spec.securityContext).sysctls).every(({ name }) => sysctls.has(String(name))),
  };
}

function restricted(spec: Context, containers: readonly Context[]): Record<string, boolean> {
  const pod = fields(spec.securityContext);
  const own = containers.map((container) => fields(container.securityContext));
  const isWindows = fields(spec.os).name === 'windows';
  const isMapped = spec.hostUsers === false;
  const profile = (context: Fields) => fields(context.seccompProfile).type;
  return {
    'Volume Types': listOf(spec.volumes).every((volume) => volumes.some((type) => volume[type] != null)),
    'Privilege Escalation': isWindows || own.every((context) => context.allowPrivilegeEscalation === false),
    'Running as Non-root':
      isMapped ||
      (pod.runAsNonRoot !== false &&
        own.every((context) => (context.runAsNonRoot ?? pod.runAsNonRoot ?? false) === true)),
    'Running as Non-root user': isMapped || [pod, ...own].every((context) => context.runAsUser !== 0),
    'Seccomp (restricted)':
      isWindows ||
      (confines(profile(pod), true) && own.every((context) => confines(profile(context) ?? profile(pod), false))),
    'Capabilities (restricted)':
      isWindows ||
      own.every(({ capabilities }) => {
        const { add, drop } = fields(capabilities);
        return (
          (drop as readonly unknown[] | undefined)?.includes('ALL') === true &&
          listOf(add).every((name) => String(name) === 'NET_BIND_SERVICE')
        );
      }),
    '/proc Mount Type (restricted)': own.every(({ procMount }) => procMount == null || procMount === 'Default'),
  };
}

const appArmor = 'container.apparmor.security.beta.kubernetes.io/';
const defaults = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);
const selinux = new Set(['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t']);
const sysctls = new Set(['kernel.shm_rmid_forced', 'net.ipv4.tcp_syncookies', 'net.ipv4.ip_local_port_range']);
const volumes = 'configMap csi downwardAPI emptyDir ephemeral persistentVolumeClaim projected secret'.split(' ');

function confines(type: unknown, mayBeMissing: boolean): boolean {
  return type == null ? mayBeMissing : type === 'RuntimeDefault' || type === 'Localhost';
}

function fields(value: unknown): Fields {
  return (value ?? {}) as Fields;
}

function listOf(value: unknown): readonly Context[] {
  return (value ?? []) as readonly Context[];
}
