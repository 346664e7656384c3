/** Random pods get from the policies the verdict that the standards' own tables give, whatever is set together with what. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { foundAt, levels } from './levels.ts';
import { brokenControls } from './oracle.ts';
import { type Fields, hardened, workloads } from './workloads.ts';

const rounds = 400;

test('random pods get the same verdict from the policies and from the tables', () => {
  const next = randomNumbers(20_261_122);
  const counts = { broken: 0, met: 0 };
  for (let round = 0; round < rounds; round++) {
    const pod = hardened(randomFields(next));
    const workload = workloads[Math.floor(next() * workloads.length)];
    assert.ok(workload !== undefined);
    for (const level of Object.keys(levels) as (keyof typeof levels)[]) {
      const broken = brokenControls(pod as Fields, level);
      const found = foundAt(level, workload.wrap(pod));
      assert.equal(
        found.length > 0,
        broken.length > 0,
        `${level}: ${broken.join()} against ${found.join()}\n${stringify(pod)}`,
      );
      counts[broken.length > 0 ? 'broken' : 'met']++;
    }
  }
  assert.ok(counts.broken > rounds / 4 && counts.met > rounds / 4, JSON.stringify(counts));
});

const places = ['spec', 'spec.containers[0]', 'spec.initContainers[0]', 'spec.ephemeralContainers[0]'];
const inContext: Readonly<Record<string, readonly unknown[]>> = {
  runAsNonRoot: [true, true, false, null],
  runAsUser: [0, 1000, null],
  'seccompProfile.type': ['RuntimeDefault', 'Localhost', 'Unconfined', null],
  'appArmorProfile.type': ['RuntimeDefault', 'Localhost', 'Unconfined', null],
  'seLinuxOptions.type': ['container_t', 'spc_t', ''],
  'seLinuxOptions.user': ['', 'system_u'],
  'windowsOptions.hostProcess': [true, false],
};
const inContainer: Readonly<Record<string, readonly unknown[]>> = {
  'securityContext.allowPrivilegeEscalation': [true, false, null],
  'securityContext.privileged': [true, false, null],
  'securityContext.procMount': ['Default', 'Unmasked', null],
  'securityContext.capabilities.drop': [['ALL'], ['NET_RAW', 'ALL'], ['NET_RAW'], null],
  'securityContext.capabilities.add': [['NET_BIND_SERVICE'], ['CHOWN'], ['SYS_ADMIN', 'CHOWN'], []],
  ports: [[{ containerPort: 80 }], [{ containerPort: 80, hostPort: 80 }], null],
};
const inPod: Readonly<Record<string, readonly unknown[]>> = {
  'spec.os.name': ['windows', 'linux'],
  'spec.hostUsers': [true, false, null],
  'spec.hostPID': [true, false],
  'spec.volumes': [
    [{ name: 'a', emptyDir: {} }],
    [{ name: 'a', hostPath: { path: '/' } }],
    [{ name: 'a', nfs: { server: 'a' } }],
  ],
  'spec.securityContext.sysctls': [
    [{ name: 'kernel.shm_rmid_forced', value: '1' }],
    [{ name: 'kernel.msgmax', value: '1' }],
  ],
  'metadata.annotations["container.apparmor.security.beta.kubernetes.io/main"]': [
    'runtime/default',
    'unconfined',
    'localhost/a',
  ],
};

/** A few fields with a value each, those with a good value as likely as the others. */
function randomFields(next: () => number): Fields {
  const fields: Record<string, unknown> = {};
  const pick = <T>(all: readonly T[]): T => all[Math.floor(next() * all.length)] as T;
  for (let count = 1 + Math.floor(next() * 5); count > 0; count--) {
    const place = pick(places);
    const kind = next();
    if (kind < 0.4) {
      const field = pick(Object.keys(inContext));
      fields[`${place}.securityContext.${field}`] = pick(inContext[field] ?? []);
    } else if (kind < 0.75) {
      const field = pick(Object.keys(inContainer));
      fields[`${pick(places.slice(1))}.${field}`] = pick(inContainer[field] ?? []);
    } else {
      const field = pick(Object.keys(inPod));
      fields[field] = pick(inPod[field] ?? []);
    }
  }
  return fields;
}

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
