/** A new bundle in stages, as a device sees it: mild at first, then strict, then back; with a hub's process, the command and git. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { runKerb } from '../command.ts';
import { createRepository, createWorkTree } from '../workTree.ts';
import { approveChange, credentialsOf, enroll, foundOrganisation, publish, publishedBy } from './organisation.ts';
import { spawnHubAndHome } from './process.ts';

const builtIn = (file: string): string =>
  readFileSync(path.resolve(import.meta.dirname, '../../policies', file), 'utf8');
const organisation = 'locked: ["acme/*"]\npolicies: { kubernetes/privileged: { enforcement: off } }\n';
const policies = {
  'organisation.yaml': organisation,
  'acme/unprivileged.yaml': builtIn('kubernetes/privileged.yaml'),
  'acme/unprivileged.md': builtIn('kubernetes/privileged.md').replaceAll('kubernetes/privileged', 'acme/unprivileged'),
};
const plan =
  'stages: [{ name: canary, selector: { team: [platform] }, enforcement: { "*": audit } }, { name: all }]\nguards: { latencyRiseMs: 500 }\n';
const pod =
  'apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec:\n  containers:\n    - name: web\n      image: web:1\n      securityContext: { privileged: true }\n';

test('a stage is mild where its plan says so, the next one denies, and the way back lets pass again', async (context) => {
  const { hub, people, kerb, commit, sign, operator } = await setUp(context);
  assert.equal(commit().status, 0, 'the policy is not there yet');

  const folder = createWorkTree(context, policies);
  const file = path.join(hub.folder, 'rollout.yaml');
  writeFileSync(file, plan.replace('{ name: all }', '{ name: all, percent: 50 }'));
  const words = ['publish', folder.root, '--title', 'No privileges', '--rollout', file, ...operator.slice(0, 4)];
  assert.match(kerb(...words).stderr, /rollout\.yaml:1: the last stage takes every device/);
  writeFileSync(file, plan);
  const proposed = kerb(...words);
  assert.equal(proposed.status, 0, proposed.stderr);
  const said = ['--text', 'Why every pod?', '--at', 'acme/unprivileged:1', ...operator];
  assert.match(
    kerb('review', 'comment', idIn(proposed.stdout), ...said).stdout,
    /, at acme\/unprivileged\.yaml:1\n {2}> title: .*\n {2}Why every pod\?\n$/,
  );
  const again = kerb(...words, '--replaces', idIn(proposed.stdout));
  const shown = kerb('review', 'show', idIn(again.stdout), ...operator).stdout;
  assert.match(shown, /^a later version of [\s\S]*:1, of an earlier version\n {2}> title: .*\n {2}Why every pod\?\n$/m);
  assert.match(kerb('review', 'list', '--comments', ...operator).stdout, /open .*\n {2}.*earlier version\n.*\n {4}Why/);
  await sign(again.stdout, /now {4}canary: 100 %, team=platform, \* at most audit\n/);
  assert.equal(kerb('sync').status, 0);
  const audited = commit();
  assert.equal(audited.status, 0, audited.stderr);
  const status = kerb('rollout', 'status', ...operator);
  assert.match(
    status.stdout,
    /^bundle 2 instead of 1: running\n {2}begun {2}canary: 100 %, team=platform\n/,
    status.stderr,
  );

  const promoted = kerb('rollout', 'promote', ...operator);
  await sign(promoted.stdout, /now {4}all: 100 %\n/);
  assert.equal(kerb('sync').status, 0);
  assert.match(commit().stderr, /acme\/unprivileged/);

  assert.equal(kerb('rollout', 'pause', '--reason', 'a doubt', ...operator).status, 0);
  assert.match(kerb('rollout', 'pause', '--reason', 'again', ...operator).stderr, /the rollout is paused already/);
  assert.match(kerb('rollout', 'status', ...operator).stdout, /: done, a doubt\n[\s\S]*^kerb rollout back proposes/m);
  assert.equal(kerb('rollout', 'resume', '--reason', 'it was nothing', ...operator).status, 0);
  const back = kerb('rollout', 'back', ...operator);
  assert.ok(await approveChange(hub, people.slice(0, 2), idIn(back.stdout)), back.stderr);
  assert.equal(kerb('sync').status, 0);
  assert.equal(commit().status, 0);
  assert.equal((await publishedBy(hub)).bundle?.version, 3);
});

async function setUp(context: TestContext) {
  const { hub, home } = await spawnHubAndHome(context);
  const people = await foundOrganisation(hub);
  assert.ok(await publish(hub, people.slice(0, 2), { organisation }));
  const { firstRoot } = await publishedBy(hub);
  const enrolled = await enroll(hub, home, firstRoot);
  assert.equal(enrolled.status, 0, enrolled.stderr);
  const { devices } = (await (await hub.admin('GET', '/v1/devices')).json()) as { devices: { id: string }[] };
  const labels = { team: 'platform' };
  assert.equal((await hub.admin('PUT', `/v1/devices/${devices[0]?.id}/labels`, { labels })).status, 204);

  const tree = createRepository(context, { 'readme.md': 'shop\n' });
  const kerb = (...args: readonly string[]) => runKerb(args, { cwd: tree.root, env: { KERB_HOME: home } });
  const operator = ['--hub', hub.url, '--token-file', path.join(hub.folder, 'admin.token')];
  return {
    ...{ hub, people, kerb, operator },
    commit() {
      tree.write({ 'web.yaml': pod });
      tree.git('add', '-A');
      return kerb('hook', 'pre-commit');
    },
    /** Two approvers sign what was proposed: the first by the command, which shows `what`. */
    async sign(said: string, what: RegExp): Promise<void> {
      const [ada, bob] = people;
      const signed = kerb('review', 'sign', idIn(said), '--root', firstRoot, ...credentialsOf(ada, hub));
      assert.match(signed.stdout, what, signed.stderr);
      assert.ok(await approveChange(hub, [bob], idIn(said)));
    },
  };
}

function idIn(said: string): string {
  const id = /^change (\S+)/.exec(said)?.[1];
  assert.ok(id, said);
  return id;
}
