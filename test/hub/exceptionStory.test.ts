/** An exception from a blocked commit to its end, with nothing but the real parts: a hub's process, the command, git, a daemon. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { signApproval } from '../../daemon/review/exceptions.ts';
import { readExceptionRequest } from '../../engine/index.ts';
import { feedbackList } from '../../hub/protocol/feedback.ts';
import { exceptionList, exceptionShown, hubPaths } from '../../hub/protocol.ts';
import { runKerb } from '../command.ts';
import { until } from '../until.ts';
import { createRepository } from '../workTree.ts';
import {
  type Approver,
  actsOf,
  credentialsOf,
  enroll,
  foundOrganisation,
  publish,
  publishedBy,
} from './organisation.ts';
import { type HubProcess, spawnHubAndHome } from './process.ts';
import { keyOf } from './shelf.ts';

const builtIn = (file: string): string =>
  readFileSync(path.resolve(import.meta.dirname, '../../policies', file), 'utf8');
const organisation = `locked: ["acme/*"]
exceptions: { never: [acme/never], approvals: { policies: { acme/unprivileged: 2 } } }
policies: { kubernetes/privileged: { enforcement: off }, acme/never: { enforcement: audit } }
`;
const policies = Object.fromEntries(
  ['acme/unprivileged', 'acme/never'].flatMap((id) => [
    [`${id}.yaml`, builtIn('kubernetes/privileged.yaml')],
    [`${id}.md`, builtIn('kubernetes/privileged.md').replaceAll('kubernetes/privileged', id)],
  ]),
);
const pod = (name: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name} }\nspec:\n  containers:\n    - name: web\n      image: web:1\n      securityContext: { privileged: true }\n`;
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

test('asked for at a blocked commit, granted by another person’s key, used, revoked; and one that ends by itself', async (context) => {
  const { hub, people, kerb, commit, as } = await setUp(context);
  const [ada, bob, carol] = people;
  assert.match(commit('web').stderr, /acme\/unprivileged/);

  const { findings } = JSON.parse(kerb('check', '--format', 'json').stdout) as { findings: Found[] };
  const fingerprintOf = (policy: string) => findings.find((finding) => finding.policy === policy)?.fingerprint ?? '';
  const words = ['--reason', 'the node agent needs it', '--control', 'it runs on nodes of its own'];
  const never = kerb('exception', 'request', fingerprintOf('acme/never'), '--until', inDays(9), ...words);
  assert.match(never.stderr, /nothing is exempt from acme\/never/);
  const asked = kerb('exception', 'request', fingerprintOf('acme/unprivileged'), '--until', inDays(9), ...words);
  assert.equal(asked.status, 0, asked.stderr);
  const id = /: (\S+)\n/.exec(asked.stdout)?.[1] ?? '';
  await until(async () => (await stateAt(hub, id)) === 'pending');
  assert.notEqual(commit('web').status, 0, 'a request exempts nothing');

  const said = kerb('feedback', fingerprintOf('acme/unprivileged'), '--wrong', '--comment', 'it is our agent');
  assert.equal(said.status, 0, said.stderr);
  assert.match(kerb('feedback', fingerprintOf('acme/unprivileged')).stderr, /say --wrong, or --unclear/);
  assert.match(kerb('feedback', '0'.repeat(32), '--unclear').stderr, /there is no finding 0{32}/);
  await until(async () => /the hub has it/.test(kerb('feedback', 'list').stdout));
  const listed = await hub.admin('GET', `${hubPaths.feedback}?policy=acme/unprivileged`);
  const { feedback } = feedbackList.parse(await listed.json());
  assert.deepEqual(
    feedback.map(({ complaint, comment, by }) => `${complaint}: ${comment}, ${by}`),
    ['wrong: it is our agent, ada@acme.example'],
  );

  const shown = as(bob, 'exception', 'show', id);
  assert.match(shown.stdout, /control {3}it runs on nodes of its own/, shown.stderr);
  const own = as(ada, 'exception', 'approve', id);
  assert.match(own.stderr, /ada@acme\.example has asked for this, and your key is ada's/);
  assert.match(as(bob, 'exception', 'approve', id, '--until', inDays(10)).stderr, /not for longer/);
  const first = as(carol, 'exception', 'approve', id, '--until', inDays(5));
  assert.match(first.stdout, /^approved, and others have to as well, until .*, signed by carol$/m, first.stderr);
  assert.equal(kerb('sync').status, 0);
  assert.notEqual(commit('web').status, 0, 'one approval of two exempts nothing');
  assert.match(
    as(bob, 'exception', 'show', id).stdout,
    /pending, 1 of 2 approvals: carol .*\n(?:.*\n)*.*approved {2}by carol until/,
  );
  assert.match(as(carol, 'exception', 'approve', id).stderr, /carol has approved this already/);
  assert.match(as(bob, 'exception', 'approve', id, '--until', inDays(4)).stderr, /carol has approved other terms/);
  const granted = as(bob, 'exception', 'approve', id);
  assert.match(granted.stdout, /^granted until .*, signed by bob$/m, granted.stderr);
  assert.match(as(bob, 'exception', 'list', '--ends-within', '14').stdout, new RegExp(`^${id} {2}granted, by bob`));

  assert.equal(kerb('sync').status, 0);
  const passed = commit('web');
  assert.equal(passed.status, 0, passed.stderr);
  assert.equal(kerb('sync').status, 0);
  assert.deepEqual((await newestDecision(hub)).exceptions, [id]);
  assert.match(kerb('exception', 'list').stdout, new RegExp(`^granted {3}acme/unprivileged .* ${id}$`, 'm'));

  const revoked = as(bob, 'exception', 'revoke', id, '--reason', 'it is replaced');
  assert.equal(revoked.status, 0, revoked.stderr);
  assert.equal(kerb('sync').status, 0);
  assert.notEqual(commit('web').status, 0, 'a revoked exception exempts nothing');
  assert.match(kerb('exception', 'list').stdout, /^revoked/m);

  // One that ends within seconds: no command makes such a one, and the hub takes it.
  const short = await grantBriefly(hub, people, () =>
    kerb('exception', 'request', '--policy', 'acme/unprivileged', '--file', 'web.yaml', '--until', inDays(9), ...words),
  );
  assert.equal(kerb('sync').status, 0);
  await until(async () => new RegExp(`^expired .* ${short}$`, 'm').test(kerb('exception', 'list').stdout));
  assert.notEqual(commit('web').status, 0, 'an exception that has ended exempts nothing');

  const denied = kerb(
    'exception',
    'request',
    '--policy',
    'acme/unprivileged',
    '--file',
    'web.yaml',
    '--until',
    inDays(9),
    ...words,
  );
  const last = /: (\S+)\n/.exec(denied.stdout)?.[1] ?? '';
  await until(async () => (await stateAt(hub, last)) === 'pending');
  assert.equal(as(bob, 'exception', 'deny', last, '--reason', 'use a sidecar').status, 0);
  assert.equal(kerb('sync').status, 0);
  assert.match(kerb('exception', 'list').stdout, /^refused[\s\S]*note {6}use a sidecar$/m);

  const acts = (await actsOf(hub)).filter((act) => act.startsWith('exception.'));
  assert.deepEqual(acts, [
    ...[`exception.request ${id} ${hostname()}`, `exception.approve ${id} carol`, `exception.approve ${id} bob`],
    `exception.revoke ${id} bob`,
    ...[
      `exception.request ${short} ${hostname()}`,
      `exception.approve ${short} bob`,
      `exception.approve ${short} carol`,
    ],
    ...[`exception.request ${last} ${hostname()}`, `exception.deny ${last} bob`],
  ]);
});

interface Found {
  readonly policy: string;
  readonly fingerprint: string;
}

async function setUp(context: TestContext) {
  const { hub, home } = await spawnHubAndHome(context);
  const people = await foundOrganisation(hub);
  assert.ok(await publish(hub, people.slice(0, 2), { organisation, policies }));
  const { firstRoot } = await publishedBy(hub);
  const enrolled = await enroll(hub, home, firstRoot);
  assert.equal(enrolled.status, 0, enrolled.stderr);

  const tree = createRepository(context, { 'readme.md': 'shop\n' });
  tree.git('config', 'user.email', 'ada@acme.example');
  const kerb = (...args: readonly string[]) => runKerb(args, { cwd: tree.root, env: { KERB_HOME: home } });
  assert.equal(kerb('daemon', 'start').status, 0);
  return {
    ...{ hub, people, kerb },
    /** What the hook says of a commit that brings a privileged pod. */
    commit(name: string) {
      tree.write({ [`${name}.yaml`]: pod(name) });
      tree.git('add', '-A');
      return kerb('hook', 'pre-commit');
    },
    as: (person: Approver, ...args: readonly string[]) =>
      kerb(...args, '--root', firstRoot, ...credentialsOf(person, hub)),
  };
}

/** Bob and Carol grant the next request for two seconds. Its id. */
async function grantBriefly(
  hub: HubProcess,
  [, bob, carol]: readonly [Approver, Approver, Approver],
  request: () => { readonly stdout: string; readonly stderr: string },
): Promise<string> {
  const asked = request();
  const id = /: (\S+)\n/.exec(asked.stdout)?.[1];
  assert.ok(id, asked.stderr);
  await until(async () => (await stateAt(hub, id)) === 'pending');
  const shown = async () => exceptionShown.parse(await (await carol.ask('GET', `${hubPaths.exceptions}/${id}`)).json());
  const [at, expiresAt] = [Date.now(), Date.now() + 2_000].map((ms) => new Date(ms).toISOString()) as [string, string];
  for (const person of [bob, carol]) {
    const { request, approvals } = await shown();
    const terms = { key: keyOf(person), at, expiresAt, maxUses: null, before: approvals };
    const approval = signApproval(readExceptionRequest(request)!, await publishedBy(hub), terms);
    const answer = await person.ask('POST', `${hubPaths.exceptions}/${id}/approval`, approval);
    assert.equal(answer.status, 204, await answer.text());
  }
  return id;
}

async function stateAt(hub: HubProcess, id: string): Promise<string | undefined> {
  const { exceptions } = exceptionList.parse(await (await hub.admin('GET', hubPaths.exceptions)).json());
  return exceptions.find((each) => each.id === id)?.state;
}

async function newestDecision(hub: HubProcess): Promise<{ readonly exceptions: readonly string[] }> {
  const answer = await hub.admin('GET', '/v1/decisions?kind=decision&limit=1');
  const { decisions } = (await answer.json()) as { decisions: { id: string }[] };
  const { body } = (await (await hub.admin('GET', `/v1/decisions/${decisions[0]?.id}`)).json()) as { body: string };
  return (JSON.parse(body) as { record: { exceptions: string[] } }).record;
}
