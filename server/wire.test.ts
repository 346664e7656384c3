import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { test } from 'node:test';
import type { Message } from 'vscode-languageserver/node';
import { Encoded, StreamReader, StreamWriter } from './wire.ts';

const messages: readonly (Message & { readonly method: string; readonly params: object })[] = [
  { jsonrpc: '2.0', method: 'a', params: {} },
  { jsonrpc: '2.0', method: 'b', params: { text: 'ä€👍 \r\n\r\nContent-Length: 3\r\n\r\n' } },
  { jsonrpc: '2.0', method: 'c', params: { text: 'x'.repeat(200_000) } },
];

test('messages come out whole, however their bytes are cut', async () => {
  const bytes = Buffer.concat(messages.map(frameOf));
  for (const size of [1, 2, 3, 7, 1000, 65_536, bytes.length]) {
    const { read, errors } = await reading(chunksOf(bytes.subarray(0, size === 1 ? 400 : bytes.length), size));
    assert.deepEqual(read, size === 1 ? messages.slice(0, 2) : messages);
    assert.deepEqual(errors, []);
  }
});

test('a header may name more than the length, in any case and order', async () => {
  const body = Buffer.from(JSON.stringify(messages[1]));
  const header = `Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length:${body.length}\r\n\r\n`;
  const { read, errors } = await reading([Buffer.concat([Buffer.from(header), body])]);
  assert.deepEqual(read, [messages[1]]);
  assert.deepEqual(errors, []);
});

test('a broken header or body is an error, and the next message is read', async () => {
  const broken = [
    'Length: 3\r\n\r\n',
    'Content-Length: many\r\n\r\n',
    'Content-Length: -5\r\n\r\n',
    'Content-Length: 99999999999\r\n\r\n',
    'Content-Length: 4\r\n\r\n{"a"',
    'Content-Length: 0\r\n\r\n',
  ];
  for (const bytes of broken) {
    const { read, errors } = await reading([Buffer.concat([Buffer.from(bytes), frameOf(messages[0]!)])]);
    assert.deepEqual(read, [messages[0]], bytes);
    assert.equal(errors.length, 1, bytes);
  }
});

test('a header without an end is given up, and does not gather bytes for ever', async () => {
  const { read, errors } = await reading([Buffer.alloc(70_000, 'x'), frameOf(messages[0]!)]);
  assert.deepEqual(read, [messages[0]]);
  assert.equal(errors.length, 1);
});

test('what a message says is not an error of the wire, and what throws on it does not stop the reading', async () => {
  const input = new PassThrough();
  const reader = new StreamReader(input);
  const errors: Error[] = [];
  reader.onError((error) => errors.push(error));
  const seen: Message[] = [];
  reader.listen((message) => {
    seen.push(message);
    if (seen.length === 1) throw new Error('a handler broke');
  });
  input.end(Buffer.concat([frameOf(messages[0]!), frameOf(messages[1]!)]));
  await once(input, 'end');
  assert.deepEqual(seen, messages.slice(0, 2));
  assert.equal(errors.length, 1);
});

test('a message is one write, its length counted in bytes, and parameters that are JSON already stay as they are', async () => {
  const written: Buffer[] = [];
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk);
      done();
    },
  });
  const writer = new StreamWriter(output);
  for (const message of messages) await writer.write(message);
  const { jsonrpc, method, params } = messages[1]!;
  await writer.write({ jsonrpc, method, params: new Encoded(JSON.stringify(params)) } as Message);
  assert.equal(written.length, 4);
  const { read, errors } = await reading(written);
  assert.deepEqual(read, [...messages, messages[1]]);
  assert.deepEqual(errors, []);
  assert.deepEqual(JSON.parse(JSON.stringify(new Encoded('{"a":[1]}'))), { a: [1] });
});

test('a reader that is slow loses nothing: a write is done when the stream has taken it', async () => {
  const taken: Buffer[] = [];
  const waiting: (() => void)[] = [];
  const output = new Writable({
    highWaterMark: 16,
    write(chunk: Buffer, _encoding, done) {
      taken.push(chunk);
      waiting.push(done);
    },
  });
  const writer = new StreamWriter(output);
  let done = 0;
  const writes = messages.map((message) => writer.write(message).then(() => done++));
  assert.equal(taken.length, 1);
  assert.equal(done, 0);
  while (done < messages.length) {
    waiting.shift()?.();
    await new Promise(setImmediate);
  }
  await Promise.all(writes);
  assert.deepEqual((await reading(taken)).read, messages);
});

test('a stream that broke is told, and the write to it fails', async () => {
  const output = new Writable({ write: (_chunk, _encoding, done) => done(new Error('the client is gone')) });
  const writer = new StreamWriter(output);
  const told = new Promise((resolve) => writer.onError(([error]) => resolve(error.message)));
  const closed = new Promise<void>((resolve) => writer.onClose(resolve));
  await assert.rejects(writer.write(messages[0]!), /the client is gone/);
  assert.equal(await told, 'the client is gone');
  await closed;
});

function frameOf(message: Message): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
}

function chunksOf(bytes: Buffer, size: number): readonly Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}

/** What a reader makes of chunks. */
async function reading(chunks: readonly Buffer[]): Promise<{ read: Message[]; errors: Error[] }> {
  const input = new PassThrough({ highWaterMark: 1 << 24 });
  const reader = new StreamReader(input);
  const read: Message[] = [];
  const errors: Error[] = [];
  reader.onError((error) => errors.push(error));
  reader.listen((message) => read.push(message));
  for (const chunk of chunks) input.write(chunk);
  input.end();
  await once(input, 'end');
  return { read, errors };
}
