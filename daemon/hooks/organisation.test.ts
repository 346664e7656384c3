/** A hook on an enrolled device where no daemon runs and the hub says nothing: the verified copy on the disk governs. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { runKerb, stopLaunchedDaemonOf } from '../../test/command.ts';
import { createHome } from '../../test/store.ts';
import { createWorld, machineClock } from '../../test/sync/device.ts';
import { createRepository } from '../../test/workTree.ts';

/** By the policies that come with Kerb this is a warning. */
const pod = `apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - { name: web, image: "nginx:1.27" }
`;

test('the organisation turns a policy on, and the commit is denied', async (context) => {
  const place = await createPlace(context, 'policies: { kubernetes/run-as-non-root: { enforcement: deny } }\n');
  const denied = place.hook();
  assert.equal(denied.status, 1, denied.stderr);
  assert.match(denied.stderr, /this commit is denied[\s\S]*\[kubernetes\/run-as-non-root\]/);
});

test('where it does not, the same commit passes', async (context) => {
  const place = await createPlace(context, 'gates: { maxOfflineHours: 24 }\n');
  const passed = place.hook();
  assert.equal(passed.status, 0, passed.stderr);
});

async function createPlace(context: TestContext, organisation: string) {
  const world = await createWorld(context, machineClock);
  world.publish(1, { bundles: [{ version: 1, organisation, policies: {} }] });
  const home = createHome(context);
  const device = await world.enrol({ home });
  assert.equal((await device.round()).kind, 'done');
  world.hub.fault = () => true;
  const tree = createRepository(context, { 'readme.md': 'shop\n' });
  tree.write({ 'web.yaml': pod });
  tree.git('add', '-A');
  const env = { KERB_HOME: home.folder };
  return {
    hook() {
      const ran = runKerb(['hook', 'pre-commit'], { cwd: tree.root, env });
      stopLaunchedDaemonOf(home.folder);
      return ran;
    },
  };
}
