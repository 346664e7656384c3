/** Policies and exceptions published and revoked over HTTP, on each database; and by two processes of one hub at once. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exceptionsIn, signApproval, signStep } from '../../daemon/review/exceptions.ts';
import type { ExceptionRequest } from '../../engine/index.ts';
import { databases } from '../../test/hub/databases.ts';
import { decision, uuid } from '../../test/hub/device.ts';
import {
  type Approver,
  actsOf,
  approveChange,
  foundOrganisation,
  publish,
  publishedBy,
} from '../../test/hub/organisation.ts';
import { askerOf, type EnrolledDevice, enrol, runHub, type TestHub, withHub } from '../../test/hub/running.ts';
import { keyOf } from '../../test/hub/shelf.ts';
import { until } from '../../test/until.ts';
import { noSamples } from '../alerts/anomaly.ts';
import { lookForAlerts } from '../alerts/round.ts';
import { openHome } from '../home.ts';
import { alertList } from '../protocol/alert.ts';
import {
  exceptionList,
  exceptionRequestPayloadType,
  exceptionRequestState,
  exceptionRequestStates,
  exceptionShown,
  hubPaths,
  rolloutStatus,
} from '../protocol.ts';

const dayMs = 86_400_000;
const inDays = (days: number): string => new Date(Date.now() + days * dayMs).toISOString();
for (const { name, skip, start } of databases) {
  describe(`publishing on ${name}`, { skip }, () => {
    test('policies and exceptions go out signed, and each decision is in the log', () => withHub(start, story));
    test('a rollout halts by what came in, and its next stage is not proposed', () => withHub(start, halting));
    test(
      'of two processes that decide at the same moment one does, and the other is told',
      {
        skip: name === 'SQLite' && 'one process has the file',
      },
      () =>
        withHub(start, async (hub, database) => {
          const twin = await runHub(() => database.open(), hub.folder);
          try {
            await race(hub, twin);
          } finally {
            await twin.close();
          }
        }),
    );
  });
}

async function story(hub: TestHub): Promise<void> {
  const people = await foundOrganisation(hub);
  const [ada, bob, carol] = people;
  assert.ok(await publish(hub, [ada, bob], { organisation: 'locked: []\n' }));
  const device = await enrol(hub);
  const request = requestOf('R-1');
  assert.equal((await askFor(device, request)).state, 'pending');
  assert.deepEqual(await listed(hub, '?state=pending'), ['R-1 pending']);
  const own = await device.ask('GET', `${hubPaths.exceptionRequests}?id=R-1&id=R-2`);
  assert.deepEqual(exceptionRequestStates.parse(await own.json()).requests, [
    { id: 'R-1', state: 'pending', reason: null, exception: null },
  ]);

  const grant = async (person: Approver, { login = person, of = request } = {}) => {
    const terms = { key: keyOf(person), at: new Date().toISOString(), expiresAt: of.expiresAt, maxUses: null };
    const body = signApproval(of, await publishedBy(hub), terms);
    return login.ask('POST', `${hubPaths.exceptions}/R-1/approval`, body);
  };
  // The hub goes by what it has of the request: a signature over something else does not fit.
  assert.equal((await grant(bob, { of: { ...request, fingerprint: 'a'.repeat(32) } })).status, 409);
  assert.equal((await grant(bob, { login: ada })).status, 403, 'ada asked, and hands in what bob signed');
  assert.equal((await grant(bob)).status, 204);
  assert.equal((await grant(carol)).status, 409);
  assert.deepEqual(
    exceptionsIn((await publishedBy(hub)).exceptions.text).map(({ id }) => id),
    ['R-1'],
  );
  const metrics = await (await hub.admin('GET', '/metrics')).text();
  assert.match(metrics, /^kerb_exceptions 1$/m);
  assert.match(metrics, /^kerb_exceptions_ending 1$/m);
  assert.deepEqual(await listed(hub, '?endsWithinDays=14'), ['R-1 granted']);
  assert.deepEqual(await listed(hub, '?endsWithinDays=5'), []);

  assert.equal((await askFor(device, requestOf('R-2'))).state, 'pending');
  assert.equal((await bob.ask('POST', `${hubPaths.exceptions}/R-2/denial`, { reason: 'mend it' })).status, 204);
  assert.deepEqual(await askFor(device, requestOf('R-2')), {
    id: 'R-2',
    state: 'refused',
    reason: 'mend it',
    exception: null,
  });
  const step = { step: { kind: 'revoke', id: 'R-1' }, at: new Date().toISOString(), key: keyOf(carol) } as const;
  const revocation = { ...signStep((await publishedBy(hub)).exceptions, step), reason: 'it is mended' };
  assert.equal((await carol.ask('POST', `${hubPaths.exceptions}/R-1/revocation`, revocation)).status, 204);
  assert.notEqual(exceptionsIn((await publishedBy(hub)).exceptions.text)[0]?.revokedAt, null);
  assert.deepEqual((await listed(hub, '')).toSorted(), ['R-1 revoked', 'R-2 refused']);

  await twoOfThree(hub, people, device);
  const acts = await actsOf(hub);
  for (const act of ['request R-1 laptop', 'approve R-1 bob', 'deny R-2 bob', 'revoke R-1 carol'])
    assert.ok(acts.includes(`exception.${act}`), `${act} is in ${acts.join(', ')}`);
}

/** Where the policies ask for two, the first approval grants nothing, and the second is kept with it. */
async function twoOfThree(hub: TestHub, people: readonly [Approver, Approver, Approver], device: EnrolledDevice) {
  const [ada, bob, carol] = people;
  const organisation = 'exceptions: { approvals: { severities: { critical: 2 } } }\n';
  assert.ok(await publish(hub, [ada, bob], { organisation }));
  const request = requestOf('R-3');
  assert.equal((await askFor(device, request)).state, 'pending');
  const at = `${hubPaths.exceptions}/R-3`;
  const approve = async (person: Approver) => {
    const { approvals } = exceptionShown.parse(await (await hub.admin('GET', at)).json());
    const terms = { key: keyOf(person), at: new Date().toISOString(), expiresAt: request.expiresAt, maxUses: 3 };
    const body = signApproval(request, await publishedBy(hub), { ...terms, before: approvals });
    return (await person.ask('POST', `${at}/approval`, body)).status;
  };
  assert.equal(await approve(bob), 204);
  assert.equal(await approve(bob), 409);
  const answer = await hub.admin('GET', `${hubPaths.exceptions}?state=pending`);
  const [listed] = exceptionList.parse(await answer.json()).exceptions;
  assert.deepEqual([listed?.id, listed?.approvedBy, listed?.needed], ['R-3', ['bob'], 2]);
  assert.equal(await approve(carol), 204);
  const [, granted] = exceptionsIn((await publishedBy(hub)).exceptions.text);
  assert.deepEqual([granted?.id, granted?.approvals.map(({ who }) => who)], ['R-3', ['bob', 'carol']]);
}

async function halting(hub: TestHub): Promise<void> {
  const [ada, bob] = await foundOrganisation(hub);
  assert.ok(await publish(hub, [ada, bob], {}));
  const rollout = 'stages: [{ name: canary, selector: { team: [platform] } }, { name: all }]\n';
  assert.ok(await publish(hub, [ada, bob], { organisation: 'ignore: [a]\n', rollout }));
  const device = await enrol(hub);
  const labels = { team: 'platform' };
  assert.equal((await hub.admin('PUT', `/v1/devices/${device.id}/labels`, { labels })).status, 204);
  const token = (await (await device.renew()).json()) as { labels: object };
  assert.deepEqual(token.labels, labels);

  const decided = (revision: string, effect: 'allow' | 'deny', count: number) =>
    Array.from({ length: count }, (_, number) => {
      const at = new Date().toISOString();
      const policies = { revision, digest: `sha256:${'0'.repeat(64)}`, ring: 'canary' };
      const latencyMs = revision === '2' ? 4 : 1;
      return decision(number, { at, id: uuid(Date.parse(at)), policies, effect, latencyMs });
    });
  const records = [...decided('1', 'allow', 200), ...decided('2', 'allow', 90), ...decided('2', 'deny', 30)];
  const sent = await device.ask('POST', hubPaths.journal, device.batch(device.record(records)));
  assert.equal(sent.status, 200, await sent.text());
  const status = async () => rolloutStatus.parse(await (await hub.admin('GET', hubPaths.rollout)).json()).rollout;
  assert.deepEqual((await status())?.counts, {
    new: { revision: '2', decisions: 120, denied: 30, failed: 0, latencyP95Ms: 4 },
    old: { revision: '1', decisions: 200, denied: 0, failed: 0, latencyP95Ms: 1 },
  });
  await until(async () => (await status())?.state === 'halted');
  assert.match((await status())?.reason ?? '', /25\.0 % were denied/);
  await assertAlerted(hub);
  const promoted = await hub.admin('POST', `${hubPaths.rollout}/promotion`);
  assert.equal(promoted.status, 409);
  assert.equal((await hub.admin('POST', `${hubPaths.rollout}/resume`, { reason: 'a test did it' })).status, 204);
  const resumed = await status();
  assert.deepEqual([resumed?.state, resumed?.reason], ['running', null]);
  assert.equal(resumed?.counts.new.decisions, 0, 'guards count anew');
  const back = await hub.admin('POST', `${hubPaths.rollout}/back`);
  assert.equal(back.status, 201);
  assert.ok(await approveChange(hub, [ada, bob], ((await back.json()) as { id: string }).id));
  const inForce = await publishedBy(hub);
  assert.deepEqual([inForce.bundle?.version, inForce.bundle?.organisation, inForce.rollout], [3, '', null]);
  assert.ok((await actsOf(hub)).some((act) => act.startsWith('rollout.halt ') && act.endsWith(' hub')));
}

/** Somebody has to look at a rollout that was halted. */
async function assertAlerted(hub: TestHub): Promise<void> {
  const { online } = openHome(hub.folder);
  const [tenant] = await hub.store.tenants();
  await lookForAlerts(
    { store: hub.store, online, now: Date.now, url: hub.url, samples: noSamples(), say: () => undefined },
    tenant!,
  );
  const { alerts } = alertList.parse(await (await hub.admin('GET', '/v1/alerts')).json());
  const halted = alerts.filter(({ kind }) => kind === 'haltedRollout');
  assert.deepEqual(
    halted.map(({ labels, resolvedAt, silencedBy }) => ({ labels, resolvedAt, silencedBy })),
    [{ labels: { bundle: '2' }, resolvedAt: null, silencedBy: null }],
  );
  const silence = { kind: 'haltedRollout', labels: {}, reason: 'we know', expiresAt: inDays(1) };
  assert.equal((await hub.admin('POST', '/v1/alerts/silences', { ...silence, expiresAt: inDays(100) })).status, 400);
  const answer = await hub.admin('POST', '/v1/alerts/silences', silence);
  assert.equal(answer.status, 201);
  const { id } = (await answer.json()) as { id: string };
  const shown = alertList.parse(await (await hub.admin('GET', '/v1/alerts')).json()).alerts;
  assert.equal(shown.find(({ kind }) => kind === 'haltedRollout')?.silencedBy, id);
  assert.equal((await hub.admin('DELETE', `/v1/alerts/silences/${id}`)).status, 204);
  const receiver = { name: 'chat', form: 'slack', url: 'https://chat.example/services/secret' };
  assert.equal((await hub.admin('POST', '/v1/alerts/receivers', receiver)).status, 201);
  const listed = await (await hub.admin('GET', '/v1/alerts/receivers')).text();
  assert.match(listed, /"host":"chat\.example"/);
  assert.doesNotMatch(listed, /secret/);
  const { receivers } = JSON.parse(listed) as { receivers: { id: string }[] };
  assert.equal((await hub.admin('DELETE', `/v1/alerts/receivers/${receivers[0]!.id}`)).status, 204);
  for (const url of ['http://chat.example/x', 'file:///etc/passwd'])
    assert.equal((await hub.admin('POST', '/v1/alerts/receivers', { ...receiver, url })).status, 400);
}

async function race(hub: TestHub, twin: TestHub): Promise<void> {
  const [ada, bob] = await foundOrganisation(hub);
  assert.ok(await publish(hub, [ada, bob], {}));
  const device = await enrol(hub);
  const ids = ['R-1', 'R-2', 'R-3', 'R-4', 'R-5', 'R-6'];
  for (const id of ids) await askFor(device, requestOf(id));
  const elsewhere = askerOf(twin.url, bob.token);
  for (let at = 0; at < ids.length; at += 2) {
    const inForce = await publishedBy(hub);
    const statuses = await Promise.all(
      [bob.ask, elsewhere].map(async (asker, side) => {
        const request = requestOf(ids[at + side]!);
        const terms = { key: keyOf(bob), at: new Date().toISOString(), expiresAt: request.expiresAt, maxUses: null };
        return (
          await asker('POST', `${hubPaths.exceptions}/${request.id}/approval`, signApproval(request, inForce, terms))
        ).status;
      }),
    );
    assert.deepEqual(statuses.sort(), [204, 409]);
  }
  assert.equal(exceptionsIn((await publishedBy(twin)).exceptions.text).length, ids.length / 2);
  assert.equal((await listed(hub, '?state=granted')).length, ids.length / 2);
}

const asked = Date.now();

function requestOf(id: string): ExceptionRequest {
  return {
    ...{ id, at: new Date(asked).toISOString(), policy: 'acme/unprivileged', severity: 'critical' },
    ...{ repository: 'github.com/acme/shop', file: 'web.yaml', fingerprint: null, resource: null, category: 'waiver' },
    ...{ reason: 'why', compensatingControls: [], ticket: null, requestedBy: 'ada@acme.example', baseCommit: null },
    expiresAt: new Date(asked + 10 * dayMs).toISOString(),
  };
}

async function askFor(device: EnrolledDevice, request: ExceptionRequest) {
  const body = device.seal(exceptionRequestPayloadType, JSON.stringify(request));
  const answer = await device.ask('POST', hubPaths.exceptionRequests, body);
  return exceptionRequestState.parse(await answer.json());
}

async function listed(hub: TestHub, query: string): Promise<readonly string[]> {
  const answer = await hub.admin('GET', `${hubPaths.exceptions}${query}`);
  return exceptionList.parse(await answer.json()).exceptions.map(({ id, state }) => `${id} ${state}`);
}
