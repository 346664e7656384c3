/** A change judged against what really happened: a hub, a daemon that agreed, git, and a reviewer with the command. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { hubPaths, replayShown } from '../../hub/protocol.ts';
import { type Ran, runKerb } from '../command.ts';
import { until } from '../until.ts';
import { createRepository, createWorkTree } from '../workTree.ts';
import { credentialsOf, enroll, foundOrganisation, publish, publishedBy } from './organisation.ts';
import { spawnHubAndHome } from './process.ts';
import type { AskedHub } from './running.ts';

const policy = (name: string): string => `title: No such name
severity: high
enforcement: deny
why: So that there is something to say.
remedy: Rename it.
owners: [acme]
resource: kubernetes.object
require: self.metadata.name != '${name}'
mark: metadata.name
message: "{self.metadata.name} is refused"
`;
const map = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;
const cases = (id: string, name: string): string =>
  `# ${id}\n\n\`\`\`yaml a.yaml\n${map(name)}#       ${'^'.repeat(name.length)} ${name} is refused\n\`\`\`\n\n\`\`\`yaml b.yaml\n${map('other')}\`\`\`\n`;

test('a reviewer asks, the daemon judges its own recent commits in both directions, and the hub shows the sum', async (context) => {
  const { hub, kerb, reviewer, home } = await setUp(context);
  const tree = createRepository(context, { 'readme.md': 'shop\n' });
  const commit = (file: string, name: string): Ran => {
    tree.write({ [file]: map(name) });
    tree.git('add', '-A');
    const ran = runKerb(['hook', 'pre-commit'], { cwd: tree.root, env: { KERB_HOME: home } });
    if (ran.status === 0) tree.git('commit', '-q', '-m', `Add ${name}`);
    return ran;
  };
  assert.equal(commit('a.yaml', 'fine').status, 0);
  assert.equal(commit('b.yaml', 'new').status, 0);
  assert.equal(commit('c.yaml', 'old').status, 1, 'what is in force denies it');

  const folder = createWorkTree(context, {
    'organisation.yaml': 'replay: allowed\n',
    'acme/new.yaml': policy('new'),
    'acme/new.md': cases('acme/new', 'new'),
  });
  assert.match(kerb('test', folder.root).stdout, /^1 page, 2 cases: 2 passed, 0 failed$/m);
  const local = kerb('replay', folder.root);
  assert.equal(local.status, 0, local.stderr);
  assert.match(local.stdout, /3 replayed: 1 allow → deny, 1 deny → allow\n/);
  assert.match(local.stdout, / {2}allow → deny {2}[0-9a-f]{12} Add new {2}\[acme\/new\]/);

  const proposed = kerb('publish', folder.root, '--title', 'Another name', ...reviewer.slice(0, 4));
  const id = /^change (\S+)/.exec(proposed.stdout)?.[1] ?? assert.fail(proposed.stderr);
  const asked = kerb('review', 'replay', id, ...reviewer);
  assert.equal(asked.status, 0, asked.stderr);
  const { devices, total } = await answered(hub, id);
  assert.deepEqual(devices, { enrolled: 1, taken: 1, answered: 1 });
  assert.deepEqual([total?.decisions, total?.replayed, total?.groups.length], [3, 3, 2]);
  assert.deepEqual(total?.effects, { allowToDeny: 1, denyToAllow: 1, toNoVerdict: 0, fromNoVerdict: 0 });
  assert.doesNotMatch(JSON.stringify(total), /\.yaml|Add|test@example/);
  const shown = kerb('review', 'show', id, ...reviewer).stdout;
  assert.match(shown, /1 of 1 device that took the question have answered/);
  assert.match(
    shown,
    /^ {2}acme \(2 policies, 1 repository\): 1 allow → deny, 1 deny → allow; findings: 1 come, 1 go$/m,
  );
});

async function setUp(context: TestContext) {
  const { hub, home } = await spawnHubAndHome(context);
  const people = await foundOrganisation(hub);
  const policies = { 'acme/old.yaml': policy('old'), 'acme/old.md': cases('acme/old', 'old') };
  assert.ok(await publish(hub, people.slice(0, 2), { organisation: 'replay: allowed\n', policies }));
  const { firstRoot } = await publishedBy(hub);
  const kerb = (...args: readonly string[]): Ran => runKerb(args, { cwd: hub.folder, env: { KERB_HOME: home } });
  const enrolled = await enroll(hub, home, firstRoot);
  assert.equal(enrolled.status, 0, enrolled.stderr);
  const started = kerb('daemon', 'start');
  assert.equal(started.status, 0, started.stderr);
  return { hub, home, kerb, reviewer: [...credentialsOf(people[2], hub), '--root', firstRoot] };
}

function answered(hub: AskedHub, id: string) {
  return until(async () => {
    const shown = replayShown.parse(await (await hub.admin('GET', `${hubPaths.changes}/${id}/replay`)).json());
    return shown.devices.answered > 0 && shown;
  });
}
