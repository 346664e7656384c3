/** A real OPA with a hub: it discovers, verifies, follows, decides, and tells. Where there is an `opa` on the PATH, or at `OPA`. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { until } from '../until.ts';
import { type Approver, foundOrganisation, publish } from './organisation.ts';
import { runHub, type TestHub } from './running.ts';

const opa = process.env.OPA ?? 'opa';
const isThere = spawnSync(opa, ['version']).status === 0;
const policies = Object.fromEntries(
  ['kubernetes/privileged.yaml', 'kubernetes/privileged.md'].map((file) => [
    file,
    readFileSync(path.resolve(import.meta.dirname, '../../policies', file), 'utf8').replace(
      /^why: /m,
      'why: "Line\u2028separators, <angles> & ümlauts 🜁: " # ',
    ),
  ]),
);

describe('a real OPA', { skip: !isThere && 'there is no opa here' }, () => {
  let hub: TestHub;
  let approvers: readonly [Approver, Approver, Approver];
  const running: ChildProcess[] = [];

  before(async () => {
    hub = await runHub();
    approvers = await foundOrganisation(hub);
    assert.ok(await publish(hub, approvers.slice(0, 2), { policies }));
  });
  after(async () => {
    await Promise.all(running.map(ended));
    await hub?.close();
  });

  test('it takes the published policies in, follows them, and its decisions and status get here', async () => {
    const ask = await start('agent', await (await hub.admin('GET', '/v1/opa/key')).text());
    const revisions = async () => (await ask('/v1/data/kerb/revisions', undefined)).result;
    await until(async () => JSON.stringify(await revisions()) === '["1"]');
    const title = await ask('/v1/data/kerb/policies/kubernetes%2Fprivileged/title', undefined);
    assert.equal(title.result, 'Containers must not run privileged');

    const decision = { effect: 'allow', stale: false, exceptions: [], policies: { revision: '1' } };
    assert.equal((await ask('/v1/data/kerb/decision/allow', { decision })).result, true);
    const refused = { ...decision, exceptions: ['R-1'], policies: { revision: '0' } };
    const { result } = await ask('/v1/data/kerb/decision', { decision: refused });
    assert.deepEqual(result, {
      allow: false,
      reasons: ['exception R-1 is not in force', 'the policies it rests on are not in force'],
    });
    assert.equal((await ask('/v1/data/kerb/decision/allow', {})).result, false);

    assert.ok(await publish(hub, approvers.slice(0, 2), { policies, title: 'the same again' }));
    await until(async () => JSON.stringify(await revisions()) === '["2"]');
    await until(async () => (await opaEffects(hub)).join() === 'allow,deny,deny');
    await until(async () => {
      const { agents } = (await (await hub.admin('GET', '/v1/opa/agents')).json()) as { agents: AgentShown[] };
      return agents[0]?.bundles.some(({ name, revision }) => name === 'kerb' && revision === '2.0') === true;
    });
  });

  test('it takes nothing in that another key has signed', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const ask = await start('stranger', publicKey.export({ type: 'spki', format: 'pem' }) as string);
    await until(async () => /verif/.test(said.get('stranger') ?? ''));
    assert.equal((await ask('/v1/data/kerb/revisions', undefined)).result, undefined);
  });

  const said = new Map<string, string>();

  /** What is asked of it: a value of `data`. */
  async function start(name: string, key: string): Promise<Ask> {
    const answer = await hub.admin('POST', '/v1/tokens', { name, role: 'robot', days: 1 });
    const { token } = (await answer.json()) as { token: string };
    const [socket, file] = ['sock', 'json'].map((ending) => path.join(hub.folder, `${name}.${ending}`));
    const configuration = {
      services: { hub: { url: `${hub.url}/v1/opa`, credentials: { bearer: { token } } } },
      keys: { kerb: { algorithm: 'ES256', key } },
      discovery: { resource: 'bundles/discovery', signing: { keyid: 'kerb' } },
    };
    writeFileSync(file!, JSON.stringify(configuration), { mode: 0o600 });
    const args = ['run', '--server', '--disable-telemetry', '--addr', `unix://${socket}`, '-c', file!];
    const child = spawn(opa, args, { cwd: hub.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    running.push(child);
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => said.set(name, (said.get(name) ?? '') + chunk.toString()));
    const ask: Ask = (where, input) => askSocket(socket!, where, input);
    await until(async () => (await ask('/health', undefined).catch(() => null)) !== null);
    return ask;
  }
});

type Ask = (where: string, input: unknown) => Promise<{ readonly result?: unknown }>;

interface AgentShown {
  readonly bundles: readonly { readonly name: string; readonly revision: string | null }[];
}

function askSocket(socketPath: string, where: string, input: unknown): ReturnType<Ask> {
  const method = input === undefined ? 'GET' : 'POST';
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: where, method }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      answer.on('end', () => resolve(JSON.parse(text) as { result?: unknown }));
    });
    asked.on('error', reject);
    asked.end(input === undefined ? undefined : JSON.stringify({ input }));
  });
}

async function opaEffects(hub: TestHub): Promise<readonly string[]> {
  const found = (await (await hub.admin('GET', '/v1/decisions?kind=opa')).json()) as {
    decisions: { repository: string | null; effect: string }[];
  };
  return found.decisions
    .filter(({ repository }) => repository?.startsWith('opa/kerb/decision') === true)
    .map(({ effect }) => effect)
    .sort();
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
