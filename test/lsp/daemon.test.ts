/** The language server and the daemon: started by the one, lost and found again, and what a client is told of it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import type { DaemonState, DaemonStatusResult, Status } from '../../server/protocol.ts';
import { kerbPath, stopDaemonOf } from '../command.ts';
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
