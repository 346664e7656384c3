import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { runKerb } from '../../test/command.ts';
import { createHome, decision, openTestStore } from '../../test/store.ts';
import { createWorld } from '../../test/sync/device.ts';
import { createRepository, createWorkTree, type WorkTree } from '../../test/workTree.ts';
import type { Home } from '../home.ts';
import { ownKey } from './keys.ts';
import { evidenceRefs, noteOf } from './note.ts';
import { writeNote } from './notes.ts';

test('a decision travels with its commit: a clone without home, store and hub believes it by the key alone', async (context) => {
  const { tree, home, ci } = await prepare(context);
  decide(context, home, tree);
  const attached = kerb(tree, home, ['audit', 'attach', 'HEAD~1..HEAD']);
  assert.equal(attached.status, 0, attached.stderr);
  assert.match(attached.stdout, /^1 decision attached: git push REMOTE refs\/notes\/kerb\/\S+\n$/);
  assert.equal(ci.check().status, 1, 'notes that were not brought along prove nothing');
  ci.fetchNotes();
  const checked = ci.check();
  assert.equal(checked.status, 0, checked.stderr);
  const undecided = tree.commit('past every gate');
  ci.fetchNotes();
  const more = ci.check();
  assert.equal(more.status, 1);
  assert.match(more.stderr, new RegExp(`${undecided.slice(0, 12)} passed no gate`));
});

test('what nobody decided has nothing to attach, and a bypass is no decision', async (context) => {
  const { tree, home } = await prepare(context);
  const tree1 = tree.git('rev-parse', 'HEAD^{tree}');
  decide(context, home, tree, { origin: 'bypass', target: { base: null, commit: null, tree: tree1, ref: null } });
  const attached = kerb(tree, home, ['audit', 'attach', 'HEAD~1..HEAD']);
  assert.equal(attached.status, 1);
  assert.match(attached.stderr, /no decision on [0-9a-f]{12}: second/);
  const nowhere = kerb(tree, createHome(context), ['audit', 'device-key']);
  assert.equal(nowhere.status, 2);
  assert.match(nowhere.stderr, /kerb enroll URL/);
});

test('a note proves nothing that is of another key, another tree, altered, blocked, or no note at all', async (context) => {
  const { tree, home, ci } = await prepare(context);
  const entry = decide(context, home, tree);
  const key = await ownKey(home);
  const stranger = await ownKey((await prepare(context)).home);
  const other = { ...entry.record, target: { ...entry.record.target, tree: '0'.repeat(40) } };
  const good = noteOf(entry, key);
  const { payload, ...rest } = JSON.parse(good);
  const flipped = Buffer.from(payload, 'base64').toString().replace('"seq":1', '"seq":2');
  const notes: Readonly<Record<string, string>> = {
    stranger: noteOf(entry, stranger),
    'stranger under the name of the device': noteOf(entry, { ...stranger, id: key.id }),
    'another tree': noteOf({ ...entry, record: other }, key),
    'a gate that blocked': noteOf({ ...entry, record: { ...entry.record, passed: false } }, key),
    'a bypass': noteOf({ ...entry, record: { ...entry.record, origin: 'bypass' } }, key),
    'a push': noteOf({ ...entry, record: { ...entry.record, gate: 'push' } }, key),
    altered: JSON.stringify({ ...rest, payload: Buffer.from(flipped).toString('base64') }),
    'another type': JSON.stringify({ ...rest, payload, payloadType: 'text/plain' }),
    'no JSON': 'reviewed-by: Ada',
    nothing: 'null',
  };
  for (const [what, note] of Object.entries({ ...notes, good })) {
    assert.equal(await writeNote(tree.root, { device: key.id, commit: tree.git('rev-parse', 'HEAD'), note }), null);
    ci.fetchNotes();
    assert.equal(ci.check().status, what === 'good' ? 0 : 1, what);
  }
});

test('keys that are none are said to be so', async (context) => {
  const { ci } = await prepare(context);
  for (const text of ['', '{}', '{"keys":[{"kty":"RSA"}]}', '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA"}]}']) {
    const checked = ci.check(text);
    assert.equal(checked.status, 2, text);
    assert.match(checked.stderr, /keys\.json/);
  }
});

/** A repository with a second commit, an enrolled device, and a clone elsewhere that has nothing but the device's key. */
async function prepare(context: TestContext) {
  const world = await createWorld(context);
  world.publish(1, { bundles: [{ version: 1, organisation: '{}\n', policies: {} }] });
  const { home } = await world.enrol();
  const tree = createRepository(context, { 'a.yaml': 'a: 1\n' });
  const first = tree.git('rev-parse', 'HEAD');
  tree.write({ 'b.yaml': 'b: 1\n' });
  tree.commit('second');
  const clone = createWorkTree(context);
  clone.git('clone', '-q', tree.root, '.');
  const set = kerb(tree, home, ['audit', 'device-key']).stdout;
  const elsewhere = createHome(context);
  return {
    tree,
    home,
    ci: {
      fetchNotes: () =>
        clone.git('fetch', '-q', 'origin', `+${evidenceRefs}*:${evidenceRefs}*`, '+main:refs/remotes/origin/main'),
      check(keys = set) {
        const file = path.join(elsewhere.folder, 'keys.json');
        writeFileSync(file, keys);
        const range = `${first}..origin/main`;
        return kerb(clone, elsewhere, ['check', '--range', range, '--require-decisions', '--device-keys', file]);
      },
    },
  };
}

/** Puts a decision on HEAD into the journal of a home. */
function decide(context: TestContext, home: Home, tree: WorkTree, changes: Parameters<typeof decision>[0] = {}) {
  const store = openTestStore(context, home);
  const target = { base: null, commit: null, tree: tree.git('rev-parse', 'HEAD^{tree}'), ref: null };
  const appended = store.append(decision({ target, ...changes }));
  assert.ok(appended.kind === 'appended' && appended.entry.record.kind === 'decision');
  return { ...appended.entry, record: appended.entry.record };
}

function kerb(tree: WorkTree, home: Home, args: readonly string[]) {
  return runKerb(args, { cwd: tree.root, env: { KERB_HOME: home.folder } });
}
