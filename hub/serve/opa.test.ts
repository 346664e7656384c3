/** OPA's management APIs in the forms that OPA documents: bundles, discovery, decision logs, status. */
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { text as streamText } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { jwtVerify } from 'jose';
import { extract } from 'tar-stream';
import { type Approver, foundOrganisation, publish } from '../../test/hub/organisation.ts';
import { type Asker, askerOf, runHub, type TestHub } from '../../test/hub/running.ts';
import { sha256Hex } from '../cryptography.ts';

let hub: TestHub;
let token: string;
let robot: Asker;
let approvers: readonly [Approver, Approver, Approver];

const text = (file: string): string => readFileSync(path.resolve(import.meta.dirname, '../../policies', file), 'utf8');
const policies = Object.fromEntries(
  ['kubernetes/privileged', 'secrets/age-key']
    .flatMap((id) => [`${id}.yaml`, `${id}.md`])
    .map((file) => [file, text(file)]),
);
const ageKey = `AGE-SECRET-KEY-1${'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L'.repeat(2).slice(0, 58)}`;

describe('the APIs of OPA', () => {
  before(async () => {
    hub = await runHub();
    approvers = await foundOrganisation(hub);
    token = await tokenOf('opa');
    robot = askerOf(hub.url, token);
  });
  after(async () => {
    await hub?.close();
  });

  test('before the first publication there is no bundle', async () => {
    assert.equal((await robot('GET', '/v1/opa/bundles/kerb')).status, 404);
    assert.equal((await robot('GET', '/v1/opa/bundles/other')).status, 404);
  });

  test('a bundle holds what is published, and every file of it is signed for', async () => {
    assert.ok(await publish(hub, approvers.slice(0, 2), { policies }));
    const answer = await robot('GET', '/v1/opa/bundles/kerb');
    assert.equal(answer.headers.get('content-type'), 'application/gzip');
    const files = await filesOf(answer);
    await assertSigned(files);
    assert.deepEqual(JSON.parse(files.get('.manifest')!), { revision: '1.0', roots: ['kerb'], rego_version: 1 });
    const data = JSON.parse(files.get('kerb/data.json')!) as Data;
    assert.deepEqual(data.revisions, ['1']);
    assert.deepEqual(Object.keys(data.policies), ['kubernetes/privileged', 'secrets/age-key']);
    const privileged = data.policies['kubernetes/privileged']!;
    assert.equal(privileged.source, policies['kubernetes/privileged.yaml']);
    assert.equal(privileged.sha256, sha256Hex(privileged.source));
    assert.match(files.get('kerb/decision.rego')!, /^package kerb\.decision$/m);
  });

  test('the discovery bundle configures the rest, signed by the same key', async () => {
    const files = await filesOf(await robot('GET', '/v1/opa/bundles/discovery'));
    await assertSigned(files);
    const { bundles } = JSON.parse(files.get('data.json')!) as { bundles: { kerb: { resource: string } } };
    assert.equal(bundles.kerb.resource, 'bundles/kerb');
  });

  test('an unchanged bundle is not sent again, and one that is waited for comes when it is published', async () => {
    const first = await robot('GET', '/v1/opa/bundles/kerb');
    const etag = first.headers.get('etag')!;
    assert.equal((await ask(etag, {})).status, 304);
    const waiting = ask(etag, { prefer: 'modes=snapshot,delta;wait=50' });
    assert.ok(await publish(hub, approvers.slice(0, 2), { policies, title: 'the same again' }));
    const next = await waiting;
    assert.equal(next.status, 200);
    assert.equal(next.headers.get('content-type'), 'application/vnd.openpolicyagent.bundles');
    assert.notEqual(next.headers.get('etag'), etag);
    const unchanged = await ask(next.headers.get('etag')!, { prefer: 'modes=snapshot,delta;wait=1' });
    assert.deepEqual(
      [unchanged.status, unchanged.headers.get('content-type')],
      [304, 'application/vnd.openpolicyagent.bundles'],
    );
  });

  test('events of a decision log are in the log once, however often they are sent, and are proved like any other', async () => {
    const [allowed, denied] = [event({ result: true }), event({ result: { allow: false, reasons: ['no'] } })];
    assert.deepEqual(await sent([allowed, denied, allowed]), { taken: 2, known: 1 });
    assert.deepEqual(await sent([allowed, denied]), { taken: 0, known: 2 });
    const { decisions } = (await (await hub.admin('GET', '/v1/decisions?kind=opa&effect=deny')).json()) as Found;
    const [found] = decisions;
    assert.deepEqual([found?.gate, found?.repository, found?.passed], ['opa', 'opa/http/example/authz/allow', false]);
    const { body } = (await (await hub.admin('GET', `/v1/decisions/${found?.id}`)).json()) as { body: string };
    const kept = JSON.parse(body) as { event: unknown; receiver: { name: string } };
    assert.deepEqual(kept.event, denied);
    assert.equal(kept.receiver.name, 'opa');
    assert.equal((await hub.admin('GET', `/v1/log/receipts/${found?.id}`)).status, 200);
  });

  test('what OPA left out of an event when it sent it again keeps nothing back', async () => {
    const whole = { ...event({}), nd_builtin_cache: { 'http.send': { '[{"url":"x"}]': { status_code: 200 } } } };
    assert.deepEqual(await sent([whole]), { taken: 1, known: 0 });
    const { nd_builtin_cache: _, ...shorter } = whole;
    assert.deepEqual(await sent([event({}), shorter, event({})]), { taken: 2, known: 1 });
  });

  test('secrets in an event are masked by the policies in force', async () => {
    const leaky = event({ input: { password: 'hunter2', files: [{ content: `key: ${ageKey}` }] } });
    assert.deepEqual(await sent([leaky]), { taken: 1, known: 0 });
    const { decisions } = (await (await hub.admin('GET', '/v1/decisions?kind=opa&limit=1')).json()) as Found;
    const { body } = (await (await hub.admin('GET', `/v1/decisions/${decisions[0]?.id}`)).json()) as { body: string };
    assert.ok(!body.includes(ageKey));
    assert.match(body, /"content":"key: /);
  });

  test('an answer that is no verdict is kept, and counted as none', async () => {
    const before = await opaDecisions();
    const unknown = event({ result: ['a', 'b'] });
    assert.deepEqual(await sent([unknown, event({ result: undefined })]), { taken: 2, known: 0 });
    const after = await opaDecisions();
    assert.deepEqual(
      after.filter(({ id }) => !before.some((old) => old.id === id)).map(({ effect }) => effect),
      ['indeterminate', null],
    );
  });

  test('whoever asks an OPA keeps nothing out of the log: however deep or long his question is', async () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 2_000; depth++) deep = [deep];
    const long = 'x'.repeat(300_000);
    const erased = Array.from({ length: 20_000 }, (_, at) => `/input/${at}`);
    const proto = JSON.parse('{"__proto__":{"x":1},"constructor":{"prototype":{"y":1}}}') as unknown;
    const odd = [
      event({ input: proto }),
      event({ input: deep }),
      event({ path: long, query: long }),
      event({ erased }),
    ];
    const several = Array.from({ length: 400 }, () => event({}));
    assert.deepEqual(await sent([...several, ...odd, event({ result: false })]), { taken: 405, known: 0 });
    const { decisions } = (await (await hub.admin('GET', '/v1/decisions?kind=opa&limit=1')).json()) as Found;
    assert.equal(decisions[0]?.effect, 'deny');
  });

  test('no number, path or key that he chooses stops the log, and none takes the hub long', async () => {
    const number = JSON.stringify([event({ input: 'HERE' })]).replace('"HERE"', '[1e999,-1e999,1]');
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${hub.url}/v1/opa/logs`, { method: 'POST', headers, body: number });
    assert.deepEqual([answer.status, await answer.json()], [200, { taken: 1, known: 0 }]);
    assert.deepEqual(await sent([event({ path: `/a/${ageKey}/\0`, result: false })]), { taken: 1, known: 0 });
    const { decisions } = (await (await hub.admin('GET', '/v1/decisions?kind=opa&limit=2')).json()) as Found;
    const [path] = decisions;
    assert.match(path?.repository ?? '', /^opa\/a\/•+\//);
    assert.ok(!path!.repository!.includes(ageKey) && path!.repository!.endsWith('/\ufffd'));
    const { body } = (await (await hub.admin('GET', `/v1/decisions/${decisions[1]!.id}`)).json()) as { body: string };
    const { input } = (JSON.parse(body) as { event: { input: unknown } }).event;
    assert.deepEqual(input, ['a number too great: not kept', 'a number too great: not kept', 1]);
  });

  test('what built-in functions were asked is a key, and masked as any text', async () => {
    const other = `${ageKey.slice(0, -1)}${ageKey.endsWith('Q') ? 'P' : 'Q'}`;
    const asked = (token: string) => `[{"headers":{"Authorization":"${token}"},"url":"https://x.example"}]`;
    const cache = {
      'http.send': { [asked(ageKey)]: { status_code: 200 }, [asked(other)]: { status_code: 404 } },
    };
    assert.deepEqual(await sent([event({ nd_builtin_cache: cache })]), { taken: 1, known: 0 });
    const { decisions } = (await (await hub.admin('GET', '/v1/decisions?kind=opa&limit=1')).json()) as Found;
    const { body } = (await (await hub.admin('GET', `/v1/decisions/${decisions[0]?.id}`)).json()) as { body: string };
    assert.ok(!body.includes(ageKey) && !body.includes(other));
    assert.match(body, /"status_code":200.*"status_code":404/);
  });

  test('what is no event is refused whole', async () => {
    const { decision_id: _, ...nameless } = event({});
    assert.equal((await post('/v1/opa/logs', [event({}), nameless])).status, 400);
    assert.equal((await post('/v1/opa/logs', { decision_id: 'no array' })).status, 400);
  });

  test('the status of an agent is kept: its bundles, its problems, and what it has thrown away', async () => {
    assert.equal((await post('/v1/opa/status', status)).status, 204);
    const failing = {
      ...status,
      bundles: { kerb: { name: 'kerb', code: 'bundle_error', message: 'signature verification failed' } },
      decision_logs: { code: 'decision_log_error', message: 'Upload Failed', http_code: 400 },
    };
    assert.equal((await post('/v1/opa/status', failing)).status, 204);
    const { agents } = (await (await hub.admin('GET', '/v1/opa/agents')).json()) as { agents: Agent[] };
    assert.equal(agents.length, 1);
    const { id, token: by, bundles, logProblem, dropped, notReady } = agents[0]!;
    assert.deepEqual([id, by, logProblem, dropped], ['1780d507', 'opa', 'Upload Failed', 2]);
    assert.deepEqual(notReady, ['bundle: NOT_READY']);
    assert.equal(bundles[0]?.problem, 'signature verification failed');
    assert.equal((await post('/v1/opa/status', { labels: {} })).status, 400);
  });
});

interface Data {
  readonly revisions: readonly string[];
  readonly policies: Readonly<Record<string, { readonly source: string; readonly sha256: string }>>;
}
interface Found {
  readonly decisions: readonly {
    readonly id: string;
    readonly gate: string | null;
    readonly repository: string | null;
    readonly effect: string | null;
    readonly passed: boolean | null;
  }[];
}
interface Agent {
  readonly id: string;
  readonly token: string;
  readonly bundles: readonly { readonly problem: string | null }[];
  readonly logProblem: string | null;
  readonly dropped: number;
  readonly notReady: readonly string[];
}

let number = 0;
function event(changes: Readonly<Record<string, unknown>>) {
  number++;
  return {
    labels: { app: 'my-example-app', id: '1780d507-aea2-45cc-ae50-fa153c8e4a5a', version: 'v1.22.3' },
    decision_id: `4ca636c1-55e4-417a-b1d8-${String(number).padStart(12, '0')}`,
    bundles: { kerb: { revision: '1.0' } },
    path: '/http/example/authz/allow',
    input: { method: 'GET', path: '/salary/bob' },
    result: true,
    requested_by: '[::1]:59943',
    timestamp: new Date(Date.UTC(2026, 10, 28) + number).toISOString().replace('Z', '402185Z'),
    erased: ['/input/password', '/input/ssn'],
    masked: ['/input/name'],
    metrics: { timer_server_handler_ns: 1_250_000 },
    ...changes,
  };
}

const status = {
  labels: { app: 'my-example-app', id: '1780d507', version: 'v1.22.3' },
  bundles: {
    kerb: {
      active_revision: '1.0',
      last_request: '2026-11-28T00:00:00.000Z',
      last_successful_activation: '2026-11-28T00:00:00.000Z',
      name: 'kerb',
      metrics: { timer_rego_data_parse_ns: 12_345 },
    },
  },
  plugins: { bundle: { state: 'NOT_READY' }, status: { state: 'OK' } },
  metrics: { prometheus: { counter_decision_logs_dropped_buffer_size_limit_exceeded: 2, go_gc: { type: 'COUNTER' } } },
};

async function tokenOf(name: string): Promise<string> {
  const answer = await hub.admin('POST', '/v1/tokens', { name, role: 'robot', days: 1 });
  return ((await answer.json()) as { token: string }).token;
}

function ask(etag: string, headers: Readonly<Record<string, string>>): Promise<Response> {
  const all = { authorization: `Bearer ${token}`, 'if-none-match': etag, ...headers };
  return fetch(`${hub.url}/v1/opa/bundles/kerb`, { headers: all });
}

/** As OPA sends it. */
function post(where: string, body: unknown): Promise<Response> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-encoding': 'gzip',
  };
  return fetch(`${hub.url}${where}`, { method: 'POST', headers, body: gzipSync(JSON.stringify(body)) });
}

async function sent(events: readonly unknown[]): Promise<unknown> {
  const answer = await post('/v1/opa/logs', events);
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
}

async function opaDecisions(): Promise<Found['decisions']> {
  return ((await (await hub.admin('GET', '/v1/decisions?kind=opa&limit=200')).json()) as Found).decisions;
}

async function filesOf(answer: Response): Promise<ReadonlyMap<string, string>> {
  assert.equal(answer.status, 200);
  const files = new Map<string, string>();
  const archive = extract();
  archive.end(gunzipSync(Buffer.from(await answer.arrayBuffer())));
  for await (const entry of archive) files.set(entry.header.name, await streamText(entry));
  return files;
}

/** As OPA verifies: the key from elsewhere, the same set of files, each with its hash. */
async function assertSigned(files: ReadonlyMap<string, string>): Promise<void> {
  const pem = await (await robot('GET', '/v1/opa/key')).text();
  const { signatures } = JSON.parse(files.get('.signatures.json')!) as { signatures: string[] };
  assert.equal(signatures.length, 1);
  const { payload, protectedHeader } = await jwtVerify(signatures[0]!, createPublicKey(pem), { algorithms: ['ES256'] });
  assert.deepEqual(protectedHeader, { alg: 'ES256', typ: 'JWT', kid: 'kerb' });
  const signed = payload.files as { name: string; hash: string; algorithm: string }[];
  const names = [...files.keys()].filter((name) => name !== '.signatures.json');
  assert.deepEqual(
    signed.map(({ name }) => name),
    names,
  );
  for (const { name, hash, algorithm } of signed) {
    assert.equal(algorithm, 'SHA-256');
    const content = files.get(name)!;
    assert.equal(hash, sha256Hex(name.endsWith('.rego') ? content : sortedJson(JSON.parse(content))), name);
  }
}

function sortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, each]) => `${JSON.stringify(key)}:${sortedJson(each)}`).join(',')}}`;
}
