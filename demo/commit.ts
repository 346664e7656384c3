/** A commit that the organisation's policy refuses, made by git through hooks that are really installed. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Organisation } from './organisation.ts';
import { kerb, type Ran, run } from './programs.ts';

/** Good by every policy that comes with Kerb, and from somebody else's registry. */
const manifest = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cache
  namespace: shop
spec:
  replicas: 1
  selector:
    matchLabels: { app: cache }
  template:
    metadata:
      labels: { app: cache }
    spec:
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        seccompProfile: { type: RuntimeDefault }
      containers:
        - name: cache
          image: docker.io/library/redis:7.4@sha256:${'4b1c'.repeat(16)}
          resources:
            requests: { cpu: 100m, memory: 64Mi }
            limits: { memory: 64Mi }
          readinessProbe: { tcpSocket: { port: 6379 } }
          livenessProbe: { tcpSocket: { port: 6379 } }
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: { drop: [ALL] }
`;
const file = 'deploy/cache.yaml';
const patienceMs = 20_000;
const pollMs = 10;

export function installHooks(repository: string, { env }: Organisation): void {
  kerb(['hooks', 'install'], { cwd: repository, env });
}

export function uninstallHooks(repository: string, { env }: Organisation): void {
  kerb(['hooks', 'uninstall'], { cwd: repository, env });
}

/** What git said; its status is not 0, since the hook refuses. */
export function tryToCommit(repository: string, { env }: Organisation): Ran {
  const where = { cwd: repository, env };
  mkdirSync(path.join(repository, 'deploy'), { recursive: true });
  writeFileSync(path.join(repository, file), manifest);
  run('git', ['add', file], where);
  return run('git', ['-c', 'commit.gpgSign=false', 'commit', '-m', 'Add a cache'], where);
}

/** Takes the file back, so that the repository is as it was. */
export function takeBack(repository: string, { env }: Organisation): void {
  run('git', ['rm', '-q', '--cached', file], { cwd: repository, env });
  rmSync(path.join(repository, file), { force: true });
}

/** The id of a refused decision that the hub has and that is none of `known`; waits until it is there. */
export async function refusedDecision({ ask }: Organisation, known: readonly string[] = []): Promise<string> {
  for (const until = performance.now() + patienceMs; performance.now() < until; await sleep(pollMs)) {
    const found = (await refusals(ask)).find((id) => !known.includes(id));
    if (found !== undefined) return found;
  }
  throw new Error(`the decision has not come to the hub within ${patienceMs / 1_000} s`);
}

async function refusals(ask: Organisation['ask']): Promise<readonly string[]> {
  const answer = await ask('GET', '/v1/decisions?effect=deny');
  return ((await answer.json()) as { decisions: readonly { id: string }[] }).decisions.map(({ id }) => id);
}
