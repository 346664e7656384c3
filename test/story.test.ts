/** One device's day with an organisation, from enrolment to the hub's copy of its journal: real git, real HTTP, real store. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { listExceptions } from '../daemon/exception/listing.ts';
import { keepRequest, readQueue } from '../daemon/exception/queue.ts';
import { makeRequest } from '../daemon/exception/request.ts';
import { createGate } from '../daemon/gate/gate.ts';
import type { GateAnswer, LocalGate } from '../daemon/gate/localGate.ts';
import { openJournal } from '../daemon/journal/journal.ts';
import type { Store } from '../daemon/store/store.ts';
import { isOutdated } from '../daemon/sync/current.ts';
import type { Round } from '../daemon/sync/round.ts';
import {
  type ApprovedException,
  type Bundle,
  type CurrentOrganisation,
  formatExceptions,
  readExceptions,
} from '../engine/index.ts';
import type { DecisionRecord, JournalEntry } from '../hub/protocol.ts';
import { createNative } from '../repository/index.ts';
import { createHome, openTestStore } from './store.ts';
import { createWorld } from './sync/device.ts';
import { createRepository, type WorkTree } from './workTree.ts';

const hour = 3_600_000;
const native = createNative();
const bundle: Bundle = {
  version: 1,
  organisation: 'sets: [kubernetes/privileged]\nlocked: [kubernetes/privileged]\ngates: { maxOfflineHours: 24 }\n',
  policies: {},
};

const pod = (privileged: boolean): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec:\n  containers:\n    - name: web\n      image: web:1\n      securityContext: { privileged: ${privileged} }\n`;

test('enrolled, blocked, mended, bypassed, excepted, expired, and all of it at the hub', async (context) => {
  const { world, device, store, gate, sync, organisation, hubEntries } = await setUp(context);
  const { hub, clock } = world;
  world.publish(1, { bundles: [bundle] });
  assert.equal((await sync()).after, 1);

  // The repository tries to loosen what is locked, and that is in vain.
  const tree = createRepository(context, {
    'kerb.yaml': 'policies: { kubernetes/privileged: { enforcement: off } }\n',
    'readme.md': 'shop\n',
  });
  tree.write({ 'web.yaml': pod(true) });
  const blocked = await commit(tree, gate);
  assert.equal(blocked.outcome, 'block');
  assert.equal(blocked.report.decision.revision, '1');
  assert.deepEqual(
    blocked.report.findings.map(({ policy, file }) => `${policy} ${file}`),
    ['kubernetes/privileged web.yaml'],
  );
  assert.ok(
    blocked.report.problems.some(({ file, message }) => file === 'kerb.yaml' && /has locked this policy/.test(message)),
  );

  tree.write({ 'web.yaml': pod(false) });
  assert.equal((await commit(tree, gate)).outcome, 'pass');
  const mended = tree.commit('web, without privileges');

  // Somebody commits with --no-verify; the push finds what no gate has seen.
  tree.write({ 'web.yaml': pod(true) });
  const bypassed = tree.commit('nobody looked');
  const found = await push(tree, gate, { from: mended, to: bypassed });
  assert.equal(found.outcome, 'block');
  const [finding] = found.report.findings;
  assert.equal(finding?.policy, 'kubernetes/privileged');

  // The hub is out of reach: gates go on, and the journal waits.
  hub.fault = (request) => {
    request.socket.destroy();
    return true;
  };
  const offline = await sync();
  assert.match(offline.failure ?? '', /cannot be reached/);
  assert.equal((await push(tree, gate, { from: mended, to: bypassed })).outcome, 'block');
  assert.equal(hubEntries().length, 0);

  // Asked offline, the request waits too; then it goes out, and another person grants it.
  const request = await makeRequest({
    subject: { kind: 'finding', fingerprint: finding?.fingerprint ?? '' },
    file: path.join(tree.root, 'web.yaml'),
    until: null,
    reason: 'the driver needs it until it is replaced',
    category: 'waiver',
    ticket: 'OPS-1',
    compensatingControls: [],
    organisation: organisation(),
    atMs: clock.at,
  });
  assert.equal(keepRequest(store, { request, sentAt: null, state: 'pending', reason: null, exception: null }), null);
  assert.deepEqual(listed(store, organisation(), clock.at), ['pending not sent yet']);
  hub.fault = null;
  assert.equal((await sync()).kind, 'done');
  const { id } = request;
  assert.equal(hub.requests.get(id)?.state, 'pending');
  assert.deepEqual(listed(store, organisation(), clock.at), ['pending the hub has it']);
  hub.requests.set(id, { id, state: 'granted', reason: null, exception: 'exception-1' });

  // The exception arrives as a signed document.
  clock.at += hour;
  world.publish(2, {
    bundles: [bundle],
    exceptions: formatExceptions([granted(finding?.fingerprint ?? '', clock.at)]),
  });
  assert.equal((await sync()).kind, 'done');
  assert.deepEqual(listed(store, organisation(), clock.at), ['granted'], 'the exception stands for the request');
  const excepted = await push(tree, gate, { from: mended, to: bypassed });
  assert.equal(excepted.outcome, 'pass');
  assert.deepEqual(decisions(store.entries(0, 500)).at(-1)?.exceptions, ['exception-1']);

  // It ends to the millisecond.
  clock.at += 2 * hour;
  assert.equal((await push(tree, gate, { from: mended, to: bypassed })).outcome, 'block');
  assert.deepEqual(listed(store, organisation(), clock.at), ['expired']);

  // Two days without the hub: what was in force is in force, and decisions say that it is old.
  clock.at += 48 * hour;
  assert.equal((await push(tree, gate, { from: mended, to: bypassed })).outcome, 'block');
  assert.deepEqual(
    decisions(store.entries(0, 500)).map(({ effect, stale }) => `${effect}${stale ? ' stale' : ''}`),
    ['deny', 'allow', 'deny', 'deny', 'allow', 'deny', 'deny stale'],
  );

  world.publish(3, { bundles: [bundle] });
  const last = await sync();
  assert.match(
    last.refusal ?? '',
    /^exceptions: this device has seen version 2/,
    'a hub that withholds a role is refused',
  );
  world.publish(4, { bundles: [bundle], exceptions: formatExceptions([]) });
  assert.equal((await sync()).kind, 'done');
  assert.deepEqual(hubEntries(), store.entries(0, 500), 'record for record');
  assert.equal(store.status().unacknowledged, 0);
  assert.equal(hub.statuses.get(store.status().device)?.revision, '1');
  assert.equal(isOutdated(await device.governing(), clock.at), false);
});

async function setUp(context: TestContext) {
  const world = await createWorld(context);
  const { clock, hub } = world;
  world.publish(1, { bundles: [] });
  const home = createHome(context);
  const store = openTestStore(context, home, { device: 'laptop', now: () => clock.at });
  const device = await world.enrol({ home, store });
  let governing = await device.governing();
  const sync = async (): Promise<Round> => {
    const round = await device.round();
    governing = round.governing ?? governing;
    return round;
  };
  const journal = openJournal({
    store,
    settings: () => ({ mode: 'durable', whenFull: 'block' }),
    later: () => () => undefined,
    acknowledged: async () => null,
    onLost: (_, message) => assert.fail(message),
  });
  const gate = createGate({
    store,
    journal,
    native,
    now: () => clock.at,
    mode: () => 'durable',
    organisation: () => governing.organisation,
    isOutdated: () => isOutdated(governing, clock.at),
  });
  context.after(async () => {
    await gate.close();
    await journal.close();
  });
  const organisation = () => governing.organisation;
  return {
    world,
    device,
    store,
    gate,
    sync,
    organisation,
    hubEntries: () => hub.journals.entriesOf(store.status().device),
  };
}

const client = { name: 'story', version: '0.0.0' };

function commit(tree: WorkTree, gate: LocalGate): Promise<GateAnswer> {
  tree.git('add', '-A');
  return gate.decide({ gate: 'commit', client, root: tree.root, breakGlass: null, tree: tree.git('write-tree') });
}

function push(
  tree: WorkTree,
  gate: LocalGate,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<GateAnswer> {
  const ref = 'refs/heads/main';
  return gate.decide({
    gate: 'push',
    client,
    root: tree.root,
    breakGlass: null,
    remote: { name: 'origin', url: 'https://example.com/acme/shop.git' },
    updates: [{ localRef: ref, localId: to, remoteRef: ref, remoteId: from }],
  });
}

function decisions(entries: readonly JournalEntry[]): readonly DecisionRecord[] {
  return entries.map(({ record }) => record).filter((record) => record.kind === 'decision');
}

/** What `kerb exception list` says of each: its state, and what there is to note. */
function listed(store: Store, organisation: CurrentOrganisation, atMs: number): readonly string[] {
  const text = organisation?.kind === 'organisation' ? organisation.exceptions : null;
  const { exceptions } = text === null ? { exceptions: [] } : readExceptions(text);
  return listExceptions(exceptions, readQueue(store), atMs).map(({ state, note }) =>
    [state, note ?? ''].join(' ').trim(),
  );
}

/** Good for an hour and a half. */
function granted(fingerprint: string, at: number): ApprovedException {
  const instant = (ms: number): string => new Date(ms).toISOString();
  return {
    id: 'exception-1',
    policies: [{ id: 'kubernetes/privileged' }],
    scope: {
      repositories: [],
      paths: ['web.yaml'],
      resources: [],
      environments: [],
      gates: [],
      actors: [],
      match: null,
    },
    fingerprints: [fingerprint],
    category: 'waiver',
    justification: null,
    statement: 'the driver needs it until it is replaced',
    compensatingControls: [],
    ticket: 'OPS-1',
    requestedBy: 'ada@example.com',
    approvals: [{ who: 'grace@example.com', role: 'exceptions', keyid: 'k', at: instant(at) }],
    notBefore: instant(at - 1),
    expiresAt: instant(at + 1.5 * hour),
    maxUses: null,
    revokedAt: null,
    baseCommit: null,
  };
}
