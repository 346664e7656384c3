/** `kerb check --hub` in a job of CI: the decision is in the hub's log before the command says its verdict. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import process from 'node:process';
import { after, before, describe, type TestContext, test } from 'node:test';
import { kerbPath, type Ran } from '../command.ts';
import { createRepository, type WorkTree } from '../workTree.ts';
import { type Platform, startPlatform } from './platform.ts';
import { runHub, type TestHub } from './running.ts';

const manifest = (privileged: boolean): string => `apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - name: web
      image: registry.example/web@sha256:${'0'.repeat(64)}
      securityContext:
        privileged: ${privileged}
`;

describe('kerb check --hub', () => {
  let hub: TestHub;
  let platform: Platform;

  before(async () => {
    [hub, platform] = await Promise.all([runHub(), startPlatform()]);
    const claims = { repository_id: ['74'], repository_owner_id: ['65'] };
    await hub.admin('POST', '/v1/ci/rules', { name: 'the shop', issuer: platform.issuer, claims });
  });
  after(async () => {
    await hub?.close();
    await platform?.close();
  });

  test('a denial is denied here, and in the log there', async (context) => {
    const tree = shop(context, true);
    const ran = await check(tree, ['--format', 'json', '--hub', `${hub.url}/`], platform.environment);
    assert.equal(ran.status, 1, ran.stderr);
    const { decision } = JSON.parse(ran.stdout) as { decision: { id: string } };
    const shown = (await (await hub.admin('GET', `/v1/decisions/${decision.id}`)).json()) as Shown;
    assert.deepEqual([shown.effect, shown.repository, shown.device], ['deny', 'github.com/acme/shop', null]);
    const { record, job } = JSON.parse(shown.body) as Body;
    assert.equal(record.target.commit, tree.git('rev-parse', 'HEAD'));
    assert.ok(record.findings.some(({ policy }) => policy === 'kubernetes/privileged'));
    assert.equal(job.claims.run_id, '1234567890');
  });

  test('what passes, passes; by the token that the environment holds as well', async (context) => {
    const tree = shop(context, false);
    const environment = { KERB_ID_TOKEN: await platform.token(hub.url) };
    const policies = ['--gate', 'build', '--range', 'HEAD~1..HEAD'];
    tree.write({ 'README.md': 'the shop' });
    tree.commit('a page');
    const ran = await check(tree, [...policies, '--hub', hub.url], environment);
    assert.equal(ran.status, 0, ran.stderr);
    const { decisions } = (await (await hub.admin('GET', '/v1/decisions?gate=build')).json()) as {
      decisions: unknown[];
    };
    assert.equal(decisions.length, 1);
  });

  test('a decision that is not in the log is no verdict', async (context) => {
    const tree = shop(context, false);
    const without = await check(tree, ['--hub', hub.url], {});
    assert.equal(without.status, 2);
    assert.match(without.stderr, /there is none: on GitHub give the job/);
    const used = await platform.token(hub.url);
    const environment = { KERB_ID_TOKEN: used };
    assert.equal((await check(tree, ['--hub', hub.url], environment)).status, 0);
    const again = await check(tree, ['--hub', hub.url], environment);
    assert.equal(again.status, 2);
    assert.match(again.stderr, /the hub refuses the decision: the token was used before/);
    assert.ok(!again.stderr.includes(used));
    const nowhere = await check(tree, ['--hub', 'http://127.0.0.1:9'], environment);
    assert.equal(nowhere.status, 2);
    assert.equal((await check(tree, ['--staged', '--hub', hub.url], environment)).status, 2);
  });
});

interface Shown {
  readonly effect: string;
  readonly repository: string;
  readonly device: string | null;
  readonly body: string;
}
interface Body {
  readonly record: { readonly target: { readonly commit: string }; readonly findings: readonly { policy: string }[] };
  readonly job: { readonly claims: Readonly<Record<string, string>> };
}

function shop(context: TestContext, privileged: boolean): WorkTree {
  const tree = createRepository(context, { 'deploy/web.yaml': manifest(privileged) });
  tree.git('remote', 'add', 'origin', 'git@github.com:acme/shop.git');
  return tree;
}

/** Beside this process, which is the hub. */
function check(
  { root }: WorkTree,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Ran> {
  const { PATH = '' } = process.env;
  const env = { PATH, HOME: root, KERB_HOME: `${root}/.git/kerb`, KERB_NO_BUILD: '1', ...environment };
  const all = [kerbPath, 'check', '--no-daemon', ...args];
  const child = spawn(process.execPath, all, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, stdout, stderr })));
}
