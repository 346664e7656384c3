/** An exception from where one stands: asked for in the editor while the hub is away, pending, granted, and in force. */
import assert from 'node:assert/strict';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { CodeAction, Hover } from 'vscode-languageserver';
import { ask } from '../../daemon/client/ask.ts';
import { addressOf } from '../../daemon/process/address.ts';
import { runDaemon } from '../../daemon/process/run.ts';
import { openWorks } from '../../daemon/process/works.ts';
import { syncAnswer } from '../../daemon/protocol.ts';
import { formatExceptions } from '../../engine/index.ts';
import type { AskExceptionResult, ExceptionOffer, FeedbackOffer, GiveFeedbackResult } from '../../server/protocol.ts';
import { approvedException } from '../exception.ts';
import { createHome } from '../store.ts';
import { createWorld, machineClock } from '../sync/device.ts';
import { until } from '../until.ts';
import { createRepository } from '../workTree.ts';
import { startClient, type TestClient } from './client.ts';

const policy = 'kubernetes/privileged';
const pod = `apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop }
spec:
  containers: [{ name: web, image: registry.example/web:1.4.2, securityContext: { privileged: true } }]
`;

test('asked for offline, marked as pending, granted, and the finding is a hint', async (context) => {
  const { world, address } = await startOrganisation(context);
  const { hub } = world;
  const { client, uri } = await openPod(context, address.socket);
  const shown = () => shownIn(client, uri);
  await client.until('the finding, and an organisation', () => shown()?.severity === 1);
  const offer = await until(() => offerAt(client, uri));
  assert.equal(offer.policy, policy);

  const bare = await execute(client, { uri, fingerprint: offer.fingerprint });
  assert.ok(bare.kind === 'notAsked');
  assert.match(
    bare.message,
    new RegExp(`kerb exception request ${offer.fingerprint} --file deploy/pod\\.yaml --until`),
  );

  const said = { ...offer, reason: 'the node agent needs it', category: 'riskAccepted' };
  const late = await execute(client, { ...said, until: '2999-01-01' });
  assert.ok(late.kind === 'notAsked');
  assert.match(late.message, /severity critical lasts at most 30 days/);
  assert.equal(shown()?.message.includes('pending'), false);

  hub.fault = (request) => {
    request.socket.destroy();
    return true;
  };
  const asked = await execute(client, { ...said, until: offer.latest });
  assert.ok(asked.kind === 'asked', JSON.stringify(asked));
  await client.until('the mark', () => shown()?.message.includes('pending, not sent yet') === true);
  assert.equal(shown()?.severity, 1, 'nothing is exempt yet');
  assert.equal(await offerAt(client, uri), null, 'nobody asks twice');
  const position = shown()?.range.start;
  const { contents } = await client.request<Hover>('textDocument/hover', { textDocument: { uri }, position });
  assert.match(JSON.stringify(contents), /\*\*Exception asked for on \d{4}-\d\d-\d\d, pending, not sent yet\*\*/);

  hub.fault = null;
  await ask(address, { method: 'POST', path: '/v1/sync', body: {}, answer: syncAnswer, timeoutMs: 30_000 });
  await client.until('that the hub has it', () => shown()?.message.endsWith(', pending)') === true);
  assert.equal(hub.requests.get(asked.id)?.state, 'pending');

  hub.requests.set(asked.id, { id: asked.id, state: 'granted', reason: null, exception: 'EX-1' });
  const granted = approvedException(Date.now(), { fingerprints: [offer.fingerprint] });
  world.publish(2, { bundles: [bundle], exceptions: formatExceptions([granted]) });
  hub.hint('exceptions');
  await client.until('the exemption', () => shown()?.severity === 4);
  assert.match(shown()?.message ?? '', /exempt until .*: EX-1, approved by grace@example\.com/);
});

test('what was refused is marked no more, and can be asked for again', async (context) => {
  const { world, address } = await startOrganisation(context);
  const { client, uri } = await openPod(context, address.socket);
  await client.until('the finding', () => shownIn(client, uri)?.severity === 1);
  const offer = await until(() => offerAt(client, uri));
  const asked = await execute(client, { ...offer, reason: 'because', until: offer.latest });
  assert.ok(asked.kind === 'asked', JSON.stringify(asked));
  await client.until('the mark', () => shownIn(client, uri)?.message.includes('pending') === true);
  await until(() => world.hub.requests.has(asked.id));
  world.hub.requests.set(asked.id, { id: asked.id, state: 'refused', reason: 'use a capability', exception: null });
  await ask(address, { method: 'POST', path: '/v1/sync', body: {}, answer: syncAnswer, timeoutMs: 30_000 });
  await client.until('no mark', () => shownIn(client, uri)?.message.includes('pending') === false);
  assert.notEqual(await offerAt(client, uri), null);
});

test('what a person says of a finding waits while the hub is away, and is marked; no secret of it goes out', async (context) => {
  const { world, address } = await startOrganisation(context);
  const { hub } = world;
  const { client, uri } = await openPod(context, address.socket);
  const shown = () => shownIn(client, uri);
  await client.until('the finding', () => shown()?.severity === 1);
  const offers = await until(async () => orNull(await complaintsAt(client, uri)));
  assert.deepEqual(
    offers.map(({ complaint }) => complaint),
    ['wrong', 'unclear'],
  );
  hub.fault = (request) => {
    request.socket.destroy();
    return true;
  };
  const comment = `our agent, token ${'ghp_'}${'A1b2C3d4E5'.repeat(4).slice(0, 36)}`;
  const given = await say(client, { ...offers[0]!, comment });
  assert.ok(given.kind === 'given', JSON.stringify(given));
  await client.until('the mark', () => /said to be wrong on .*, not sent yet/.test(shown()?.message ?? ''));
  assert.equal(shown()?.severity, 1, 'it changes no verdict');
  const again = await complaintsAt(client, uri);
  assert.deepEqual(
    again.map(({ complaint }) => complaint),
    ['unclear'],
  );
  // The last word counts.
  assert.equal((await say(client, again[0]!)).kind, 'given');
  assert.equal((await say(client, { ...offers[0]!, comment })).kind, 'given');

  hub.fault = null;
  await ask(address, { method: 'POST', path: '/v1/sync', body: {}, answer: syncAnswer, timeoutMs: 30_000 });
  await client.until('that the hub has it', () => / \(said to be wrong on [\d-]+\)$/.test(shown()?.message ?? ''));
  const [first, ...more] = hub.feedback;
  assert.deepEqual(more, []);
  assert.deepEqual([first?.policy, first?.complaint, first?.fingerprint], [policy, 'wrong', offers[0]?.fingerprint]);
  assert.match(first?.comment ?? '', /^our agent, token /);
  assert.doesNotMatch(JSON.stringify(first), /A1b2C3d4|privileged: true|pod\.yaml/);
});

const bundle = { version: 1, organisation: '', policies: {} };

/** A hub, a device that is enrolled there, and its real daemon in this process. */
async function startOrganisation(context: TestContext) {
  const world = await createWorld(context, machineClock);
  world.publish(1, { bundles: [bundle] });
  const home = createHome(context);
  await world.enrol({ home });
  const address = addressOf({ folder: home.run });
  const log = () => undefined;
  const run = await runDaemon({
    ...{ address, version: '1.2.3', idleMs: 1, log, elapsedMs: () => 0, schedule: () => () => undefined },
    open: (tell, giveUp) => openWorks({ home, tell, giveUp, log }),
  });
  assert.ok(run.kind === 'running', JSON.stringify(run));
  const { daemon } = run;
  context.after(async () => {
    daemon.stop();
    await daemon.ended;
  });
  return { world, address };
}

async function openPod(context: TestContext, socket: string) {
  const tree = createRepository(context, { 'readme.md': 'shop\n' });
  tree.write({ 'deploy/pod.yaml': pod });
  const started = JSON.stringify({ socket, pid: process.pid });
  const client = await startClient({
    folders: [tree.root],
    initializationOptions: {
      daemon: { command: [process.execPath, '-e', `console.log(${JSON.stringify(started)})`, '--'] },
    },
  });
  context.after(() => client.stop());
  const uri = pathToFileURL(`${tree.root}/deploy/pod.yaml`).href;
  client.open(uri, 'yaml', pod);
  return { client, uri };
}

function shownIn(client: TestClient, uri: string) {
  const last = client.published.filter((each) => each.uri === uri).at(-1);
  const found = last?.diagnostics.find(({ code }) => code === policy);
  return found && { ...found, message: String(found.message) };
}

async function offerAt(client: TestClient, uri: string): Promise<ExceptionOffer | null> {
  const range = shownIn(client, uri)?.range;
  const params = { textDocument: { uri }, range, context: { diagnostics: [] } };
  const actions = await client.request<CodeAction[]>('textDocument/codeAction', params);
  return actions.find(({ title }) => title === `Ask for an exception from ${policy}…`)?.command?.arguments?.[0] ?? null;
}

async function complaintsAt(client: TestClient, uri: string): Promise<readonly FeedbackOffer[]> {
  const params = { textDocument: { uri }, range: shownIn(client, uri)?.range, context: { diagnostics: [] } };
  const actions = await client.request<CodeAction[]>('textDocument/codeAction', params);
  return actions
    .filter(({ title }) => /^This finding of kubernetes\/privileged is (?:wrong|unclear)…$/.test(title))
    .map(({ command }) => command?.arguments?.[0] as FeedbackOffer);
}

function say(client: TestClient, argument: object): Promise<GiveFeedbackResult> {
  return client.request('workspace/executeCommand', { command: 'kerb.server.giveFeedback', arguments: [argument] });
}

function orNull<T>(all: readonly T[]): readonly T[] | null {
  return all.length === 0 ? null : all;
}

function execute(client: TestClient, argument: object): Promise<AskExceptionResult> {
  return client.request('workspace/executeCommand', { command: 'kerb.server.askException', arguments: [argument] });
}
