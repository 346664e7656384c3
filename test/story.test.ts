/**
 * One device's day with an organisation, from enrolment to the hub's copy of its journal: real git with the hooks that Kerb
 * installs, a daemon on its socket, real HTTP, real store. The clock alone is the test's.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { listExceptions } from '../daemon/exception/listing.ts';
import { keepRequest, readQueue } from '../daemon/exception/queue.ts';
import { makeRequest } from '../daemon/exception/request.ts';
import { createGate } from '../daemon/gate/gate.ts';
import type { GateAnswer } from '../daemon/gate/localGate.ts';
import { openJournal } from '../daemon/journal/journal.ts';
import { addressOf } from '../daemon/process/address.ts';
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
import { kerbPath } from './command.ts';
import { start } from './daemon.ts';
import { soon } from './gate.ts';
import { createHome, openTestStore } from './store.ts';
import { createWorld } from './sync/device.ts';
import { createRepository, createWorkTree } from './workTree.ts';

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
  const { world, device, home, store, answers, sync, organisation, hubEntries } = await setUp(context);
  const { hub, clock } = world;
  world.publish(1, { bundles: [bundle] });
  assert.equal((await sync()).after, 1);

  // The repository tries to loosen what is locked, and that is in vain.
  const shop = await createShop(context, home);
  shop.write({ 'web.yaml': pod(true) });
  const denied = await shop.commit();
  assert.equal(denied.status, 1);
  assert.match(denied.stderr, /^Kerb: this commit is denied\n\n {2}web\.yaml:\d+: .*\[kubernetes\/privileged\]$/m);
  const { report } = answers.at(-1)!;
  assert.equal(report.decision.revision, '1');
  assert.deepEqual(
    report.findings.map(({ policy, file }) => `${policy} ${file}`),
    ['kubernetes/privileged web.yaml'],
  );
  assert.ok(
    report.problems.some(({ file, message }) => file === 'kerb.yaml' && /has locked this policy/.test(message)),
  );

  shop.write({ 'web.yaml': pod(false) });
  assert.deepEqual(await shop.commit(), { status: 0, stderr: '' });
  assert.equal((await shop.push()).status, 0);
  const mended = shop.head();

  // Somebody commits with --no-verify; the push finds what no gate has seen.
  shop.write({ 'web.yaml': pod(true) });
  assert.equal((await shop.commit('--no-verify')).status, 0);
  const found = await shop.push();
  assert.equal(found.status, 1);
  assert.match(found.stderr, /1 commit has passed no gate[\s\S]*this push is denied/);
  assert.equal(shop.remoteHead(), mended);
  const [finding] = answers.at(-1)!.report.findings;
  assert.equal(finding?.policy, 'kubernetes/privileged');

  // The hub is out of reach: gates go on, and the journal waits.
  hub.fault = (request) => {
    request.socket.destroy();
    return true;
  };
  const offline = await sync();
  assert.match(offline.failure ?? '', /cannot be reached/);
  assert.equal((await shop.push()).status, 1);
  assert.equal(hubEntries().length, 0);

  // Asked offline, the request waits too; then it goes out, and another person grants it.
  const request = await makeRequest({
    subject: { kind: 'finding', fingerprint: finding?.fingerprint ?? '' },
    file: path.join(shop.root, 'web.yaml'),
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
  assert.equal((await shop.push()).status, 0);
  assert.equal(shop.remoteHead(), shop.head());
  assert.deepEqual(decisions(store.entries(0, 500)).at(-1)?.exceptions, ['exception-1']);

  // When it ends, the same push is denied again.
  clock.at += 2 * hour;
  assert.equal((await shop.push('--no-verify', '--force', `${mended}:main`)).status, 0);
  assert.equal((await shop.push()).status, 1);
  assert.deepEqual(listed(store, organisation(), clock.at), ['expired']);

  // Two days without the hub: what was in force is in force, and decisions say that it is old.
  clock.at += 48 * hour;
  assert.equal((await shop.push()).status, 1);
  assert.deepEqual(
    decisions(store.entries(0, 500)).map(({ gate, origin, effect, stale }) =>
      [gate, effect, origin === 'gate' ? '' : origin, stale ? 'stale' : ''].join(' ').trimEnd(),
    ),
    [
      ...['commit deny', 'commit allow', 'push allow', 'commit deny bypass', 'push deny', 'push deny'],
      ...['push allow', 'push deny', 'push deny  stale'],
    ],
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
    later: soon,
    mode: () => 'durable',
    organisation: () => governing.organisation,
    isOutdated: () => isOutdated(governing, clock.at),
  });
  context.after(async () => {
    await gate.close();
    await journal.close();
  });
  const answers: GateAnswer[] = [];
  await start(context, {
    address: addressOf({ folder: home.run }),
    async decide(request) {
      const answer = await gate.decide(request);
      answers.push(answer);
      return answer;
    },
  });
  const organisation = () => governing.organisation;
  return {
    world,
    device,
    home: home.folder,
    store,
    /** What hooks were told, in order. */
    answers,
    sync,
    organisation,
    hubEntries: () => hub.journals.entriesOf(store.status().device),
  };
}

/** A repository with Kerb's hooks, whose remote is another one beside it. Ada works in it. */
async function createShop(context: TestContext, home: string) {
  const tree = createRepository(context, {
    'kerb.yaml': 'policies: { kubernetes/privileged: { enforcement: off } }\n',
    'readme.md': 'shop\n',
  });
  const remote = createWorkTree(context);
  remote.git('init', '-q', '--bare', '-b', 'main');
  tree.git('config', 'user.name', 'Ada');
  tree.git('config', 'user.email', 'ada@example.com');
  tree.git('remote', 'add', 'origin', remote.root);
  const { PATH = '' } = process.env;
  const env = { PATH, HOME: tree.root, GIT_CONFIG_NOSYSTEM: '1', KERB_HOME: home, KERB_NO_BUILD: '1' };
  const run = (program: string, ...args: readonly string[]) => ended(program, args, { cwd: tree.root, env });
  const installed = await run(process.execPath, kerbPath, 'hooks', 'install');
  assert.equal(installed.status, 0, installed.stderr);
  return {
    root: tree.root,
    write: tree.write,
    async commit(...options: readonly string[]) {
      tree.git('add', '-A');
      return run('git', 'commit', '-q', '-m', 'web', ...options);
    },
    push: (...options: readonly string[]) =>
      run('git', 'push', '-q', 'origin', ...(options.length > 0 ? options : ['main'])),
    head: () => tree.git('rev-parse', 'HEAD'),
    remoteHead: () => remote.git('rev-parse', 'main'),
  };
}

interface Ended {
  readonly status: number | null;
  readonly stderr: string;
}

/** Runs a program while this process, in which the daemon is, goes on. */
function ended(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stderr }));
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
