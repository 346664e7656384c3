import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runKerb } from '../../test/command.ts';
import { createHome, decision, openTestStore } from '../../test/store.ts';
import { createRepository } from '../../test/workTree.ts';

test('a range is denied where a commit passed no gate, and names it', (context) => {
  const tree = createRepository(context, { 'a.yaml': 'a: 1\n' });
  const first = tree.git('rev-parse', 'HEAD');
  tree.write({ 'b.yaml': 'b: 1\n' });
  const second = tree.commit('the second');
  const home = createHome(context);
  const target = { base: first, commit: null, tree: tree.git('rev-parse', 'HEAD^{tree}'), ref: null };
  const check = () =>
    runKerb(['check', '--range', `${first}..`, '--require-decisions'], {
      cwd: tree.root,
      env: { KERB_HOME: home.folder },
    });
  const before = check();
  assert.equal(before.status, 1);
  assert.match(before.stderr, new RegExp(`${second.slice(0, 12)} passed no gate: the second`));
  const store = openTestStore(context, home);
  store.append(decision({ target, passed: false, effect: 'deny' }));
  assert.equal(check().status, 1, 'a decision that blocked is no pass');
  store.append(decision({ target, origin: 'bypass' }));
  assert.equal(check().status, 1, 'a bypass that was noticed is no pass');
  store.append(decision({ target }));
  const after = check();
  assert.equal(after.status, 0, after.stderr);
  assert.equal(runKerb(['check', '--require-decisions'], { cwd: tree.root }).status, 2);
});
