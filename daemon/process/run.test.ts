/** A daemon over its real socket, with a gate that answers what the test tells it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { answer, start } from '../../test/daemon.ts';
import { until } from '../../test/until.ts';
import { ask, askStatus, askToStop } from '../client/ask.ts';
import { connectGate } from '../client/gate.ts';
import type { CommitRequest, GateAnswer, LocalGate } from '../gate/localGate.ts';
import { accepted, type DaemonStatus, decideAnswer, maxRequestBytes } from '../protocol.ts';
import { type Address, addressOf } from './address.ts';
import type { Schedule } from './idle.ts';
import { runDaemon } from './run.ts';

const tree = 'a'.repeat(40);

test('50 clients at once are answered, each with its own', async (context) => {
  const { address } = await start(context);
  const asked = Array.from({ length: 50 }, (_, index) => decide(address, commit(`/repository/${index}`)));
  const replies = await Promise.all(asked);
  assert.deepEqual(
    replies.map((reply) => (reply.kind === 'answer' ? reply.value.text : reply)),
    asked.map((_, index) => `judged /repository/${index}`),
  );
});

test('the socket and its folder are their owner’s alone', async (context) => {
  const { address } = await start(context);
  assert.equal(statSync(address.socket).mode & 0o777, 0o600);
  assert.equal(statSync(address.folder).mode & 0o777, 0o700);
  assert.equal(statSync(address.lock).mode & 0o777, 0o600);
});

test('a second daemon finds the address taken; another protocol version has an address of its own', async (context) => {
  const { address, options } = await start(context);
  assert.deepEqual(await runDaemon(options), { kind: 'taken', pid: process.pid });
  const other = addressOf({ folder: address.folder, protocol: 2 });
  const newer = await start(context, { address: other, version: '2.0.0' });
  assert.notEqual(newer.address.socket, address.socket);
  assert.deepEqual(await Promise.all([versionAt(address), versionAt(other)]), ['1.2.3', '2.0.0']);
});

test('what cannot be answered is refused with what to do', async (context) => {
  const { address } = await start(context);
  const post = (body: unknown) =>
    ask(address, { method: 'POST', path: '/v1/decide', body, answer: decideAnswer, timeoutMs: 10_000 });
  const cases: readonly [unknown, string, RegExp][] = [
    [{ ...commit('/a'), gate: 'deploy' }, 'unknownRequest', /gate/],
    [{ ...commit('/a'), newField: 1 }, 'unknownRequest', /newField/],
    [{ ...commit('/a'), tree: 'HEAD' }, 'badRequest', /tree/],
    [commit('a/b'), 'badRequest', /absolute/],
    [null, 'badRequest', /./],
    ['x'.repeat(maxRequestBytes), 'tooLarge', /4 MiB/],
  ];
  for (const [body, code, words] of cases) {
    const reply = await post(body);
    assert.equal(reply.kind === 'refused' && reply.code, code, JSON.stringify(reply));
    assert.match(reply.kind === 'refused' ? reply.message : '', words);
  }
  const missing = await ask(address, { method: 'GET', path: '/v1/later', answer: accepted, timeoutMs: 10_000 });
  assert.equal(missing.kind === 'refused' && missing.code, 'unknownRequest');
  for (const body of ['{ ', '\xff\xfe']) {
    const raw = await exchange(address, `POST /v1/decide HTTP/1.1\r\nHost: k\r\nContent-Length: 2\r\n\r\n${body}`);
    assert.match(raw, /^HTTP\/1\.1 400 [\s\S]*badRequest/);
  }
  assert.match(await exchange(address, 'no http at all\r\n\r\n'), /^HTTP\/1\.1 400 /);
});

test('a request that arrives too slowly is cut off, whatever it has sent', async (context) => {
  const { address } = await start(context, { arrivalMs: 50 });
  for (const beginning of ['', 'POST /v1/dec', 'POST /v1/decide HTTP/1.1\r\nHost: k\r\nContent-Length: 100\r\n\r\n{'])
    assert.match(await exchange(address, beginning), /^HTTP\/1\.1 408 [\s\S]*tooSlow/, beginning);
  // On a busy machine this request may be too slow itself.
  await until(async () => (await askStatus(address)).kind === 'answer');
});

test('a fault of a gate is a fault, and no verdict', async (context) => {
  const log: string[] = [];
  const decideBroken: LocalGate['decide'] = async () => {
    throw new TypeError('a token: hunter2');
  };
  const { address } = await start(context, { decide: decideBroken, log: (line) => log.push(line) });
  const reply = await decide(address, commit('/a'));
  assert.equal(reply.kind === 'refused' && reply.code, 'fault');
  assert.ok(log.some((line) => line.includes('/v1/decide: TypeError')));
  assert.ok(!log.some((line) => line.includes('hunter2')), 'a message may quote what is judged');
});

test('a script speaks in lines', async (context) => {
  const asked: unknown[] = [];
  const { address } = await start(context, {
    decide: async (request) => {
      asked.push(request);
      return answer('no');
    },
  });
  const lines = 'gate commit\nclient pre-commit 1.0\nroot /home/ada/my shop\ntree ';
  const said = await post(address, `${lines}${tree}\n`);
  assert.match(said, /^HTTP\/1\.1 200 [\s\S]*\r\n\r\nblock\nno$/);
  await post(address, `gate message\nclient commit-msg 1.0\nroot /a\nbreak-glass it burns\n\nSubject\n\nBody: x\n`);
  await post(
    address,
    `gate push\nclient pre-push 1.0\nroot /a\nremote origin https://example.com/a b\nupdate refs/heads/a ${tree} refs/heads/b ${tree}\n`,
  );
  const client = (name: string) => ({ client: { name, version: '1.0' }, root: '/a', breakGlass: null });
  assert.deepEqual(asked, [
    { ...client('pre-commit'), root: '/home/ada/my shop', gate: 'commit', tree },
    { ...client('commit-msg'), gate: 'message', breakGlass: 'it burns', message: 'Subject\n\nBody: x\n' },
    {
      ...client('pre-push'),
      gate: 'push',
      remote: { name: 'origin', url: 'https://example.com/a b' },
      updates: [{ localRef: 'refs/heads/a', localId: tree, remoteRef: 'refs/heads/b', remoteId: tree }],
    },
  ]);
  assert.match(
    await post(address, 'gate commit\nnonsense 1\n'),
    /^HTTP\/1\.1 400 [\s\S]*kerb: there is no field "nonsense"\n$/,
  );

  function post(to: Address, body: string): Promise<string> {
    const head = `POST /v1/decide HTTP/1.1\r\nHost: k\r\nAccept: text/plain\r\nContent-Type: text/plain\r\n`;
    return exchange(to, `${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }
});

test('told to end it finishes what runs, takes nothing new, and leaves no socket', async (context) => {
  let finish: (answer: GateAnswer) => void = () => undefined;
  let began: () => void = () => undefined;
  const running = new Promise<void>((resolve) => (began = resolve));
  const slow: LocalGate['decide'] = () => {
    began();
    return new Promise((resolve) => (finish = resolve));
  };
  const { address, daemon, closed } = await start(context, { decide: slow });
  const reply = decide(address, commit('/a'));
  await running;
  assert.equal((await askToStop(address)).kind, 'answer');
  await until(async () => (await askStatus(address)).kind === 'absent');
  assert.equal(closed(), false, 'what serves the request is still there');
  finish(answer('done'));
  const got = await reply;
  assert.equal(got.kind === 'answer' && got.value.text, 'done');
  await daemon.ended;
  assert.equal(closed(), true);
  const next = await start(context, { address });
  assert.equal(await versionAt(next.address), '1.2.3');
});

test('it ends when nobody needs it, and not while an editor listens', async (context) => {
  const clock = createClock();
  const { address, daemon } = await start(context, { schedule: clock.schedule });
  assert.equal(clock.waiting(), 1);
  const socket = listen(context, address, 'editor/1.0');
  await once(socket, 'open');
  assert.equal(clock.waiting(), 0, 'no timer runs while somebody is there');
  const status = await askStatus(address);
  assert.deepEqual(status.kind === 'answer' && status.value.clients.map(({ name }) => name), ['editor/1.0']);
  socket.close();
  await until(async () => clock.waiting() === 1);
  clock.elapse();
  await daemon.ended;
  assert.equal(clock.waiting(), 0);
  assert.equal((await askStatus(address)).kind, 'absent');
});

test('who listens is told to look again, and that the daemon ends', async (context) => {
  const { address, daemon, tell } = await start(context);
  const sockets = [listen(context, address, 'a'), listen(context, address, 'b')];
  await Promise.all(sockets.map((socket) => once(socket, 'open')));
  const told = Promise.all(sockets.map((socket) => once(socket, 'message')));
  tell({ about: 'policies' });
  for (const [message] of await told) assert.deepEqual(JSON.parse(String(message)), { about: 'policies' });
  const gone = Promise.all(sockets.map((socket) => once(socket, 'close')));
  daemon.stop();
  for (const [code] of await gone) assert.equal(code, 1001);
  await daemon.ended;
});

test('a client that breaks the rules of WebSockets is put out, and nobody else', async (context) => {
  const { address } = await start(context);
  const [good, bad] = [listen(context, address, 'good'), listen(context, address, 'bad')];
  await Promise.all([once(good, 'open'), once(bad, 'open')]);
  const gone = once(bad, 'close');
  bad.send('x'.repeat(100_000));
  await gone;
  await until(async () => (await statusOf(address)).clients.length === 1);
  assert.equal(good.readyState, WebSocket.OPEN);
});

test('without a daemon, and where one cannot answer, the same code decides in this process', async (context) => {
  const { address } = await start(context, {
    decide: async () => answer('from the daemon'),
  });
  const nowhere = addressOf({ folder: path.join(address.folder, 'nowhere') });
  const hanging = await start(context, {
    address: addressOf({ folder: address.folder, protocol: 3 }),
    decide: () => new Promise(() => undefined),
  });
  const asked = async (to: Address, request: CommitRequest) => {
    const notes: string[] = [];
    let launches = 0;
    const gate = connectGate({
      address: to,
      openHere: async () => ({ decide: async () => answer('from here'), close: async () => undefined }),
      launch: () => void launches++,
      note: (message) => notes.push(message),
      timeoutMs: 500,
    });
    const { text } = await gate.decide(request);
    await gate.close();
    return { text, launches, notes: notes.join() };
  };
  assert.deepEqual(await asked(address, commit('/a')), { text: 'from the daemon', launches: 0, notes: '' });
  assert.deepEqual(await asked(nowhere, commit('/a')), { text: 'from here', launches: 1, notes: '' });
  const newer = await asked(address, { ...commit('/a'), later: true } as CommitRequest);
  assert.equal(newer.text, 'from here');
  assert.match(newer.notes, /it is older/);
  const hung = await asked(hanging.address, commit('/a'));
  assert.equal(hung.text, 'from here');
  assert.match(hung.notes, /no answer within 500 ms/);
});

function commit(root: string): CommitRequest {
  return { gate: 'commit', client: { name: 'test', version: '1' }, root, breakGlass: null, tree };
}

function decide(address: Address, request: CommitRequest) {
  return ask(address, { method: 'POST', path: '/v1/decide', body: request, answer: decideAnswer, timeoutMs: 30_000 });
}

async function statusOf(address: Address): Promise<DaemonStatus> {
  const reply = await askStatus(address);
  assert.ok(reply.kind === 'answer', JSON.stringify(reply));
  return reply.value;
}

async function versionAt(address: Address): Promise<string> {
  return (await statusOf(address)).version;
}

function listen(context: TestContext, { socket }: Address, name: string): WebSocket {
  const client = new WebSocket(`ws+unix:${socket}:/v1/notices`, { headers: { 'User-Agent': name } });
  client.on('error', () => undefined);
  context.after(() => client.terminate());
  return client;
}

/** Sends bytes as they are, and returns all that comes back until the other end closes. */
function exchange({ socket }: Address, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const client = connect(socket, () => client.write(Buffer.from(bytes, 'latin1')));
    client.on('data', (data) => (text += data.toString()));
    client.on('error', reject);
    client.on('end', () => client.end());
    client.on('close', () => resolve(text));
  });
}

/** A clock that moves when it is told to. */
function createClock(): { readonly schedule: Schedule; waiting(): number; elapse(): void } {
  const waiting = new Set<() => void>();
  return {
    schedule: (callback) => {
      waiting.add(callback);
      return () => void waiting.delete(callback);
    },
    waiting: () => waiting.size,
    elapse: () => {
      for (const callback of [...waiting]) {
        waiting.delete(callback);
        callback();
      }
    },
  };
}
