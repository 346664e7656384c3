/** Policies as people write them, in the part of CEL that all engines of the benchmark have. */

export const podPolicies: readonly string[] = [
  `!has(self.hostNetwork) || self.hostNetwork == false`,
  `!has(self.hostPID) || !self.hostPID`,
  `!has(self.hostIPC) || !self.hostIPC`,
  `has(self.automountServiceAccountToken) && self.automountServiceAccountToken == false`,
  `!has(self.volumes) || self.volumes.all(v, !has(v.hostPath))`,
  `!has(self.volumes) || self.volumes.all(v, has(v.configMap) || has(v.secret) || has(v.emptyDir) || has(v.projected) || has(v.persistentVolumeClaim) || has(v.downwardAPI) || has(v.csi) || has(v.ephemeral))`,
  `self.containers.all(c, !has(c.ports) || c.ports.all(p, !has(p.hostPort) || p.hostPort == 0))`,
  `has(self.securityContext) && has(self.securityContext.seccompProfile) && self.securityContext.seccompProfile.type in ['RuntimeDefault', 'Localhost']`,
  `self.containers.all(c, has(c.securityContext) && has(c.securityContext.runAsNonRoot) && c.securityContext.runAsNonRoot)`,
  `!self.containers.exists(c, c.image.endsWith(':latest'))`,
  `self.containers.all(c, c.image.startsWith('registry.example.org/') || c.image.startsWith('ghcr.io/example/'))`,
  `self.containers.filter(c, !has(c.resources) || !has(c.resources.limits)).size() == 0`,
  `self.containers.map(c, c.name).all(n, n.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'))`,
  `size(self.containers) > 0 && size(self.containers) <= 10`,
];

export const containerPolicies: readonly string[] = [
  `!has(self.securityContext) || !has(self.securityContext.privileged) || self.securityContext.privileged == false`,
  `has(self.securityContext) && has(self.securityContext.allowPrivilegeEscalation) && !self.securityContext.allowPrivilegeEscalation`,
  `has(self.securityContext) && has(self.securityContext.capabilities) && has(self.securityContext.capabilities.drop) && 'ALL' in self.securityContext.capabilities.drop`,
  `!has(self.securityContext) || !has(self.securityContext.capabilities) || !has(self.securityContext.capabilities.add) || self.securityContext.capabilities.add.all(c, c in ['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'])`,
  `has(self.securityContext) && has(self.securityContext.readOnlyRootFilesystem) && self.securityContext.readOnlyRootFilesystem`,
  `has(self.resources) && has(self.resources.limits) && 'memory' in self.resources.limits`,
  `has(self.resources) && has(self.resources.limits) && has(self.resources.limits.cpu) && self.resources.limits.cpu != ''`,
  `!self.image.endsWith(':latest') && self.image.contains(':')`,
  `self.image.matches('^[a-z0-9.-]+(:[0-9]+)?/[a-z0-9._/-]+(:[A-Za-z0-9._-]+)?(@sha256:[a-f0-9]{64})?$')`,
  `!has(self.env) || self.env.all(e, !has(e.value) || !e.name.contains('PASSWORD'))`,
  `!has(self.env) || self.env.exists_one(e, e.name == 'PATH') || self.env.size() < 20`,
  `!has(self.securityContext) || !has(self.securityContext.runAsUser) || self.securityContext.runAsUser > 0`,
  `has(self.livenessProbe) || has(self.readinessProbe) || has(self.startupProbe) || self.name != 'store'`,
  `!has(self.command) || !self.command.exists(part, part in ['sh', 'bash', '/bin/sh', '/bin/bash'])`,
];

export const jobPolicies: readonly string[] = [
  `has(self.permissions)`,
  `!has(self.permissions) || type(self.permissions) != string || self.permissions != 'write-all'`,
  `!has(self.steps) || self.steps.all(s, !has(s.uses) || s.uses.startsWith('./') || s.uses.startsWith('docker://') || s.uses.matches('@[0-9a-f]{40}$'))`,
  `!has(self.steps) || self.steps.all(s, !has(s.run) || !s.run.contains('github.event.issue.title'))`,
  `!has(self.steps) || self.steps.all(s, !has(s.run) || !s.run.matches(r'\\$\\{\\{\\s*github\\.event\\.(issue|pull_request|comment)\\.(title|body)'))`,
  `!has(self.steps) || self.steps.filter(s, has(s.uses) && s.uses.startsWith('actions/checkout')).all(s, 'with' in s && 'persist-credentials' in s['with'])`,
  `'timeout-minutes' in self && self['timeout-minutes'] <= 60`,
  `!('runs-on' in self) || type(self['runs-on']) != string || !self['runs-on'].contains('self-hosted')`,
  `!has(self.steps) || self.steps.all(s, has(s.uses) || has(s.run))`,
  `!has(self.steps) || self.steps.map(s, has(s.name) ? s.name : 'unnamed').all(n, size(n) < 200)`,
  `!(has(self.steps) && self.steps.exists(s, has(s.run) && s.run.contains('curl') && s.run.contains('| sh')))`,
  `!has(self.env) || self.env.all(name, !name.contains('TOKEN') && !name.contains('SECRET'))`,
  `!has(self.needs) || type(self.needs) == string || size(self.needs) <= 20`,
];
