/** A rule of Rego from an author's folder to a blocked commit and a squiggle: hub, command, git, daemon and editor, none pretended. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { kerbPath, runKerb } from '../command.ts';
import { startClient } from '../lsp/client.ts';
import { createRepository } from '../workTree.ts';
import { type Approver, credentialsOf, enroll, foundOrganisation, publishedBy } from './organisation.ts';
import { spawnHubAndHome } from './process.ts';

const fixtures = path.resolve(import.meta.dirname, '../fixtures/rego');
const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/rego.md'), 'utf8');
const block = (name: string): string =>
  new RegExp(`^(\`{3,4})\\w+ ${name}\\n([\\s\\S]*?)^\\1$`, 'm').exec(page)?.[2] ?? '';
const deployment = (replicas: number): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\nspec:\n  replicas: ${replicas}\n`;
const said = /shop has 1 replicas where 2 are needed/;

test('a rule of Rego: published by its author, signed by two, judged at the hook and in the editor', async (context) => {
  const { hub, home, people, kerb } = await setUp(context);
  const [ada, bob, carol] = people;
  const folder = path.join(home, 'rules');
  mkdirSync(path.join(folder, 'team'), { recursive: true });
  writeFileSync(path.join(folder, 'organisation.yaml'), 'locked: ["team/*"]\nsets: [team]\n');
  for (const file of ['replicas.rego', 'replicas.yaml', 'replicas.md'])
    writeFileSync(path.join(folder, 'team', file), block(`policies/team/${file}`));
  const put = kerb(
    'rego',
    'build',
    '--bundle',
    path.join(fixtures, 'replicas.tar.gz'),
    path.join(folder, 'team/replicas.yaml'),
  );
  assert.equal(put.status, 0, put.stderr);

  const as = (person: Approver, ...args: readonly string[]) => kerb(...args, ...credentialsOf(person, hub));
  const { firstRoot } = await publishedBy(hub);
  const proposed = kerb(
    ...[
      'publish',
      folder,
      '--title',
      'two replicas',
      '--hub',
      hub.url,
      '--token-file',
      path.join(hub.folder, 'admin.token'),
    ],
  );
  const id = /^change (\S+) would be bundle 1$/m.exec(proposed.stdout)?.[1] ?? '';
  assert.notEqual(id, '', proposed.stderr + proposed.stdout);
  assert.match(as(ada, 'review', 'show', id, '--root', firstRoot).stdout, /team\/replicas/);
  for (const person of [bob, carol]) {
    const signed = as(person, 'review', 'sign', id, '--root', firstRoot);
    assert.equal(signed.status, 0, signed.stderr);
  }

  const enrolled = await enroll(hub, home, firstRoot);
  assert.equal(enrolled.status, 0, enrolled.stderr);
  assert.equal(kerb('daemon', 'start').status, 0);
  const tree = createRepository(context, { 'readme.md': 'shop\n' });
  const { PATH = '' } = process.env;
  const env = { PATH, HOME: tree.root, GIT_CONFIG_NOSYSTEM: '1', KERB_HOME: home, KERB_NO_BUILD: '1' };
  assert.equal(runKerb(['hooks', 'install'], { cwd: tree.root, env }).status, 0);
  const commit = (replicas: number) => {
    tree.write({ 'deploy/shop.yaml': deployment(replicas) });
    tree.git('add', '-A');
    const author = ['-c', 'user.name=Ada', '-c', 'user.email=ada@acme.example'];
    return spawnSync('git', [...author, 'commit', '-qm', 'x'], { cwd: tree.root, env, encoding: 'utf8' });
  };
  const blocked = commit(1);
  assert.equal(blocked.status, 1, blocked.stderr);
  assert.match(blocked.stderr, said);
  const passed = commit(2);
  assert.equal(passed.status, 0, passed.stderr);

  const client = await startClient({
    folders: [tree.root],
    initializationOptions: {
      status: true,
      daemon: { command: [process.execPath, kerbPath], env: { KERB_HOME: home, KERB_NO_BUILD: '1' } },
    },
  });
  try {
    const uri = pathToFileURL(path.join(tree.root, 'deploy/shop.yaml')).href;
    client.open(uri, 'yaml', deployment(1));
    const shown = () =>
      client.published
        .filter((each) => each.uri === uri)
        .at(-1)
        ?.diagnostics.find(({ code }) => code === 'team/replicas');
    await client.until('the finding', () => shown() !== undefined);
    assert.match(String(shown()?.message), said);
    assert.deepEqual(shown()?.range, { start: { line: 5, character: 12 }, end: { line: 5, character: 13 } });
    client.change(uri, 2, [{ text: deployment(2) }]);
    await client.until('that it is mended', () => shown() === undefined);
  } finally {
    // Before the daemon ends: an editor that is still there would start another.
    await client.stop();
  }
});

async function setUp(context: TestContext) {
  const { hub, home } = await spawnHubAndHome(context);
  const people = await foundOrganisation(hub);
  return {
    hub,
    home,
    people,
    kerb: (...args: readonly string[]) => runKerb(args, { cwd: home, env: { KERB_HOME: home } }),
  };
}
