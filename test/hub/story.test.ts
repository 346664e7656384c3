/** Policies out and decisions in, with nothing but the real parts: a hub's process, the command, git, a daemon. */
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Ran, runKerb } from '../command.ts';
import { createRepository, createWorkTree } from '../workTree.ts';
import { enroll } from './organisation.ts';
import { type HubProcess, spawnHubAndHome } from './process.ts';

const builtIn = (file: string): string =>
  readFileSync(path.resolve(import.meta.dirname, '../../policies', file), 'utf8');
const organisation = 'locked: [acme/unprivileged]\n';
const policies = {
  'organisation.yaml': organisation,
  'acme/unprivileged.yaml': builtIn('kubernetes/privileged.yaml'),
  'acme/unprivileged.md': builtIn('kubernetes/privileged.md').replaceAll('kubernetes/privileged', 'acme/unprivileged'),
};
const pod =
  'apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec:\n  containers:\n    - name: web\n      image: web:1\n      securityContext: { privileged: true }\n';

test('two keys publish, a device enrols, a commit is blocked, and the decision is in the log with its proof', async (context) => {
  const { hub, at, kerb, access, home } = await setUp(context);
  const root = await holdCeremony(hub, at, kerb);
  for (const name of ['snapshot.key', 'timestamp.key'])
    assert.equal(statSync(path.join(hub.folder, name)).mode & 0o777, 0o600);

  const folder = createWorkTree(context, {
    ...policies,
    'acme/unprivileged.md': policies['acme/unprivileged.md'].replace('runs privileged', 'is fine'),
  });
  const publish = () => kerb('publish', folder.root, '--title', 'No privileges', ...access('ada'));
  const refusedByCases = publish();
  assert.equal(refusedByCases.status, 2);
  assert.match(refusedByCases.stderr, /acme\/unprivileged\.md:\d+: the case deploy\.yaml failed/);
  folder.write(policies);
  const proposed = publish();
  assert.equal(proposed.status, 0, proposed.stderr);
  const id = /^change (\S+)/.exec(proposed.stdout)?.[1] ?? '';

  const review = (person: string, ...words: readonly string[]) =>
    kerb('review', ...words, '--root', root, '--key', at(`${person}.pem`), ...access(person));
  assert.match(review('bob', 'list').stdout, /open {2}bundle 1 {2}ada: No privileges/);
  assert.match(review('ada', 'sign', id).stderr, /your own/);
  const first = review('bob', 'sign', id);
  assert.match(first.stdout, /\+ require: self\.\?securityContext[\s\S]*\n1 of 2 approvals\n$/, first.stderr);
  assert.match(review('carol', 'sign', id).stdout, /published as bundle 1/);

  const enrolled = await enroll(hub, home, root);
  assert.equal(enrolled.status, 0, enrolled.stderr);
  assert.match(enrolled.stdout, /enrolled at http/);

  const tree = createRepository(context, { 'readme.md': 'shop\n' });
  tree.write({ 'web.yaml': pod });
  tree.git('add', '-A');
  const blocked = runKerb(['hook', 'pre-commit'], { cwd: tree.root, env: { KERB_HOME: home } });
  assert.equal(blocked.status, 1, blocked.stderr);
  assert.match(blocked.stderr, /acme\/unprivileged/);

  const synced = runKerb(['sync'], { cwd: tree.root, env: { KERB_HOME: home } });
  assert.equal(synced.status, 0, synced.stderr);
  const found = (await (await hub.admin('GET', '/v1/decisions?effect=deny')).json()) as { decisions: { id: string }[] };
  const [decision] = found.decisions;
  assert.ok(decision);
  const record = (await (await hub.admin('GET', `/v1/decisions/${decision.id}`)).json()) as { body: string };
  assert.match(record.body, /"revision":"1"/);
  writeFileSync(at('log.pub'), await (await hub.admin('GET', '/v1/log/key')).text());
  const receipt = kerb('audit', 'prove', decision.id, '--hub', hub.url, '--token-file', at('admin.token'));
  assert.equal(receipt.status, 0, receipt.stderr);
  writeFileSync(at('receipt'), receipt.stdout);
  const verified = kerb('audit', 'verify', at('receipt'), '--key-file', at('log.pub'));
  assert.deepEqual([verified.status, verified.stdout.includes(decision.id)], [0, true], verified.stderr);

  const acts = (await (await hub.admin('GET', '/v1/decisions?kind=act')).json()) as { decisions: { id: string }[] };
  const bodies = await Promise.all(
    acts.decisions.map(
      async (act) => ((await (await hub.admin('GET', `/v1/decisions/${act.id}`)).json()) as { body: string }).body,
    ),
  );
  for (const act of [
    'root.install',
    'change.propose',
    'change.approve',
    'change.publish',
    'device.allow',
    'device.enrol',
  ])
    assert.ok(
      bodies.some((body) => body.includes(`"act":"${act}"`)),
      act,
    );
});

async function setUp(context: TestContext) {
  const { hub, home } = await spawnHubAndHome(context);
  const at = (name: string): string => path.join(hub.folder, name);
  const kerb = (...args: readonly string[]): Ran => runKerb(args, { cwd: hub.folder, env: { KERB_HOME: home } });
  const access = (person: string) => ['--hub', hub.url, '--token-file', at(`${person}.token`)];
  for (const [name, role] of [
    ['ada', 'reviewer'],
    ['bob', 'reviewer'],
    ['carol', 'reviewer'],
  ] as const) {
    const { token } = (await (await hub.admin('POST', '/v1/tokens', { name, role, days: 1 })).json()) as {
      token: string;
    };
    writeFileSync(at(`${name}.token`), token, { mode: 0o600 });
  }
  return { hub, at, kerb, access, home };
}

/** Three people make their keys, two sign the root, an admin hands it in. Its hash. */
async function holdCeremony(
  hub: HubProcess,
  at: (name: string) => string,
  kerb: (...args: readonly string[]) => Ran,
): Promise<string> {
  const keys = ['ada', 'bob', 'carol'].map(
    (name) => `${name}=${kerb('review', 'key', at(`${name}.pem`)).stdout.trim()}`,
  );
  const named = [
    ...keys.slice(0, 2).flatMap((key) => ['--root-key', key]),
    ...keys.flatMap((key) => ['--approver', key]),
  ];
  const drafted = kerb('hub', 'root', at('root.json'), '--data', hub.folder, ...named);
  assert.equal(drafted.status, 0, drafted.stderr);
  const handIn = () => kerb('publish', '--root', at('root.json'), '--hub', hub.url, '--token-file', at('admin.token'));
  const sign = (name: string) => kerb('review', 'sign-root', at('root.json'), '--key', at(`${name}.pem`));
  assert.equal(sign('ada').status, 0);
  assert.match(handIn().stderr, /lacks signatures/);
  assert.equal(sign('bob').status, 0);
  const installed = handIn();
  assert.equal(installed.status, 0, installed.stderr);
  return /in force: ([0-9a-f]{64})/.exec(installed.stdout)?.[1] ?? '';
}
