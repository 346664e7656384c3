/** The rules of a commit: shared where they are the same, and never mistaken for others. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { createNative, openGitSession } from '../../repository/index.ts';
import { createRulings } from './ruling.ts';

test('repositories without rules of their own share one set; each keeps its root', async (context) => {
  const rulings = createRulings({ native: createNative(), organisation: () => null });
  const [one, other] = await Promise.all(
    [null, null].map(async () => {
      const { session, commit } = createRepository(context, null);
      return { root: session.root, ruling: await rulings.of(session, { commit, gate: 'commit' }) };
    }),
  );
  assert.equal(one!.ruling.policies, other!.ruling.policies);
  assert.deepEqual([one!.ruling.setup.root, other!.ruling.setup.root], [one!.root, other!.root]);
  const own = createRepository(context, 'ignore: ["vendor/**"]\n');
  const { policies } = await rulings.of(own.session, { commit: own.commit, gate: 'commit' });
  assert.ok(policies.ignores('vendor/a') && !one!.ruling.policies.ignores('vendor/a'));
});

test('where git finds nothing, a commit is not taken for one without rules', async (context) => {
  const rulings = createRulings({ native: createNative(), organisation: () => null });
  const bare = createRepository(context, null);
  await rulings.of(bare.session, { commit: bare.commit, gate: 'commit' });
  const { session, commit } = createRepository(context, 'ignore: ["vendor/**"]\n');
  const broken = { root: session.root, resolve: async (names: readonly string[]) => names.map(() => null) };
  const ruling = await rulings.of(broken, { commit, gate: 'commit' });
  assert.ok(ruling.policies.ignores('vendor/a'));
});

/** A repository with one commit, with this `kerb.yaml` or without one. */
function createRepository(context: TestContext, configuration: string | null) {
  const root = mkdtempSync(path.join(tmpdir(), 'kerb-ruling-'));
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  git('init', '--quiet');
  writeFileSync(path.join(root, 'a.txt'), '');
  if (configuration !== null) writeFileSync(path.join(root, 'kerb.yaml'), configuration);
  git('add', '--all');
  git('-c', 'user.name=A', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message=a');
  const session = openGitSession(root);
  context.after(() => {
    session.close();
    rmSync(root, { recursive: true, force: true });
  });
  return { session, commit: git('rev-parse', 'HEAD') };
}
