/** The language server and the daemon: started by the one, lost and found again, and what a client is told of it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { formatBundle, formatExceptions } from '../../engine/index.ts';
import type { DaemonState, DaemonStatusResult, Status } from '../../server/protocol.ts';
import { kerbPath, stopDaemonOf } from '../command.ts';
import { start } from '../daemon.ts';
import { approvedException } from '../exception.ts';
import { startClient, type TestClient } from './client.ts';

test('it starts the daemon, says so, and finds it again after it was killed and after a restart', async (context) => {
  const { client } = await useServer(context, (home) => ({
    command: [process.execPath, kerbPath],
    env: { KERB_HOME: home, KERB_NO_BUILD: '1' },
  }));
  const first = await running(client, null);
  const { text } = await client.request<DaemonStatusResult>('kerb/daemonStatus', {});
  assert.match(text, new RegExp(`process ${first}, running\\n[\\s\\S]*clients +kerb-language-server\\n`));
  process.kill(first, 'SIGKILL');
  await client.until('the loss of the daemon', () => statesOf(client).some(({ kind }) => kind === 'absent'));
  const second = await running(client, first);
  await client.request('kerb/restartDaemon', {});
  assert.notEqual(await running(client, second), first);
});

test('two editors share one daemon, and one that ends takes nothing from the other', async (context) => {
  const home = temporaryHome();
  const daemonOf = () => ({ command: [process.execPath, kerbPath], env: { KERB_HOME: home, KERB_NO_BUILD: '1' } });
  const editors = await Promise.allSettled([useServer(context, daemonOf), useServer(context, daemonOf)]);
  // Only now: an editor that is still there would start another daemon.
  context.after(() => removeHome(home));
  const [one, other] = editors.map((editor) => (editor.status === 'fulfilled' ? editor.value.client : null));
  const pids = await Promise.all([running(one!, null), running(other!, null)]);
  assert.equal(pids[0], pids[1]);
  const clients = async () => (await other!.request<DaemonStatusResult>('kerb/daemonStatus', {})).text;
  assert.equal((await clients()).match(/kerb-language-server/g)?.length, 2);
  await one!.stop();
  while ((await clients()).match(/kerb-language-server/g)?.length !== 1) await new Promise(setImmediate);
  assert.deepEqual(
    statesOf(other!).filter(({ kind }) => kind === 'absent'),
    [],
  );
});

test('a restart during which the lost connection is sought again leaves one connection', async (context) => {
  // The old daemon has gone while `stop` still runs, and the search for a new one is under way when that is done.
  const slow = `const [, ...args] = process.argv;
    const done = require('node:child_process').spawnSync(process.execPath, [${JSON.stringify(kerbPath)}, ...args], { encoding: 'utf8' });
    setTimeout(() => process.stdout.write(done.stdout), args.includes('stop') ? 1500 : 2500);`;
  const { client } = await useServer(context, (home) => ({
    command: [process.execPath, '-e', slow, '--'],
    env: { KERB_HOME: home, KERB_NO_BUILD: '1' },
  }));
  const first = await running(client, null);
  await client.request('kerb/restartDaemon', {});
  await running(client, first);
  const { text } = await client.request<DaemonStatusResult>('kerb/daemonStatus', {});
  assert.match(text, /^clients +kerb-language-server$/m);
});

test('where no daemon can be started, it says why, and judges all the same', async (context) => {
  const { client } = await useServer(context, () => ({
    command: [process.execPath, '-e', 'process.stderr.write("kerb: no luck\\n"); process.exit(2)', '--'],
  }));
  const absent = (): DaemonState | undefined => statesOf(client).find(({ kind }) => kind === 'absent');
  await client.until('why there is no daemon', () => absent() !== undefined);
  assert.deepEqual(absent(), { kind: 'absent', reason: 'no luck' });
  const uri = 'file:///nowhere/Dockerfile';
  client.open(uri, 'dockerfile', 'FROM debian:latest\n');
  assert.ok((await client.diagnostics(uri, 1)).length > 0);
});

test('a client that says nothing of a daemon gets none', async (context) => {
  const { client } = await useServer(context, () => undefined);
  await client.until('the status', () => statesOf(client).length > 0);
  assert.deepEqual(statesOf(client)[0], { kind: 'none' });
  assert.match((await client.request<DaemonStatusResult>('kerb/daemonStatus', {})).text, /was not told how/);
});

test('what the organisation says governs at once, and goes on when the daemon has gone', async (context) => {
  let version = 1;
  const policy = (message: string) =>
    `title: House rule\nseverity: high\nenforcement: deny\nwhy: w\nremedy: r\nowners: [house]\nadopted: 2026-01-01\nreview: 2027-01-01\nresource: docker.stage\nrequire: "false"\nmessage: ${message}\n`;
  const bundle = () =>
    formatBundle({ version, organisation: '', policies: { 'house/rule.yaml': policy(`word ${version}`) } });
  const { address, daemon, tell } = await start(context, {
    organisation: () => ({ kind: 'verified', bundle: bundle(), exceptions: null, ring: null }),
  });
  const started = JSON.stringify({ socket: address.socket, pid: process.pid });
  const { client } = await useServer(context, () => ({
    command: [process.execPath, '-e', `console.log(${JSON.stringify(started)})`, '--'],
  }));
  const uri = 'file:///nowhere/Dockerfile';
  client.open(uri, 'dockerfile', 'FROM debian:12\n');
  const says = (words: string) => () => {
    const last = client.published.filter((each) => each.uri === uri).at(-1);
    return last?.diagnostics.some(({ message }) => String(message).includes(words)) === true;
  };
  await client.until('the organisation’s policy', says('word 1'));
  version = 2;
  tell({ about: 'policies' });
  await client.until('the next version', says('word 2'));
  daemon.stop();
  await client.until('the loss of the daemon', () => statesOf(client).some(({ kind }) => kind === 'absent'));
  client.change(uri, 2, [{ text: 'FROM debian:13\n' }]);
  assert.ok((await client.diagnostics(uri, 2)).some(({ message }) => String(message).includes('word 2')));
});

test('what others approved is a hint that says who and until when; when it ends, the finding is back without an edit', async (context) => {
  let exceptions: string | null = null;
  const policy =
    'title: House rule\nseverity: high\nenforcement: deny\nwhy: w\nremedy: r\nowners: [house]\nadopted: 2026-01-01\nreview: 2027-01-01\nresource: docker.stage\nrequire: "false"\nmessage: house word\n';
  const bundle = formatBundle({ version: 1, organisation: '', policies: { 'house/rule.yaml': policy } });
  const { address, tell } = await start(context, {
    organisation: () => ({ kind: 'verified', bundle, exceptions, ring: null }),
  });
  const started = JSON.stringify({ socket: address.socket, pid: process.pid });
  const { client } = await useServer(context, () => ({
    command: [process.execPath, '-e', `console.log(${JSON.stringify(started)})`, '--'],
  }));
  const uri = 'file:///nowhere/Dockerfile';
  client.open(uri, 'dockerfile', 'FROM debian:12\n');
  const shown = () =>
    client.published
      .filter((each) => each.uri === uri)
      .at(-1)
      ?.diagnostics.find(({ code }) => code === 'house/rule');
  await client.until('the finding', () => shown()?.severity === 1);
  const exception = approvedException(Date.now(), { policies: [{ id: 'house/*' }] });
  exceptions = formatExceptions([exception]);
  tell({ about: 'exceptions' });
  await client.until('the exemption', () => shown()?.severity === 4);
  const exempt = String(shown()?.message);
  assert.ok(exempt.includes(`exempt until ${exception.expiresAt}: EX-1, approved by grace@example.com`), exempt);
  const hover = await client.request<{ contents: { value: string } }>('textDocument/hover', {
    textDocument: { uri },
    position: { line: 0, character: 2 },
  });
  assert.match(hover.contents.value, /\*\*Exempt until /);
  const ends = Date.now() + 2_000;
  exceptions = formatExceptions([{ ...exception, expiresAt: new Date(ends).toISOString() }]);
  tell({ about: 'exceptions' });
  await client.until('the finding again', () => shown()?.severity === 1);
  assert.ok(Date.now() >= ends);
});

interface UsedServer {
  readonly client: TestClient;
}

async function useServer(context: TestContext, daemonOf: (home: string) => object | undefined): Promise<UsedServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kerb-lsp-daemon-'));
  const home = path.join(folder, 'home');
  const daemon = daemonOf(home);
  const client = await startClient({
    folders: [folder],
    initializationOptions: { status: true, ...(daemon === undefined ? {} : { daemon }) },
  });
  context.after(async () => {
    await client.stop();
    stopDaemonOf(home);
    rmSync(folder, { recursive: true, force: true });
  });
  return { client };
}

/** A home that several servers share. */
function temporaryHome(): string {
  return path.join(mkdtempSync(path.join(tmpdir(), 'kerb-lsp-home-')), 'home');
}

function removeHome(home: string): void {
  stopDaemonOf(home);
  rmSync(path.dirname(home), { recursive: true, force: true });
}

/** What the client was told of the daemon, in order. */
function statesOf(client: TestClient): readonly DaemonState[] {
  return client.received
    .filter(({ method }) => method === 'kerb/status')
    .map(({ params }) => (params as Status).daemon);
}

/** Waits until another daemon runs than the one before, and answers which. */
async function running(client: TestClient, before: number | null): Promise<number> {
  const last = (): number | null => {
    const state = statesOf(client).at(-1);
    return state?.kind === 'running' && state.pid !== before ? state.pid : null;
  };
  await client.until('a running daemon', () => last() !== null);
  return last()!;
}
