/** However an envelope is written, it is read as JSON and its schema read it; the quick way is for the way devices write. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDevice, decision } from '../../test/hub/device.ts';
import { batchPayloadType, envelope } from '../protocol.ts';
import { readEnvelope, type SignedPayload } from './envelope.ts';

const device = createDevice('laptop');
const sealed = device.seal(batchPayloadType, '{"entries":[]}?>');
const read = (text: string): SignedPayload | string => readEnvelope(Buffer.from(text), batchPayloadType);

function readBySchema(text: string): SignedPayload | null {
  try {
    const { payload, ...rest } = envelope.parse(JSON.parse(text));
    return { ...rest, payload: Buffer.from(payload, 'base64') };
  } catch {
    return null;
  }
}

test('written otherwise, an envelope is the same', () => {
  const { payloadType, payload, signatures } = sealed;
  const others = [
    JSON.stringify(sealed, null, 2),
    JSON.stringify({ signatures, payload, payloadType }),
    JSON.stringify(sealed).replaceAll('/', '\\/'),
    JSON.stringify(sealed).replace('payload', 'p\\u0061yload'),
  ];
  const expected = { payloadType, payload: Buffer.from('{"entries":[]}?>'), signatures };
  for (const text of [JSON.stringify(sealed), ...others]) assert.deepEqual(read(text), expected);
  const twice = { ...sealed, signatures: [...signatures, ...signatures] };
  assert.deepEqual(read(JSON.stringify(twice)), { ...expected, signatures: twice.signatures });
});

test('with another letter anywhere, one more or one less, it is read as its schema reads it, or refused', () => {
  const text = JSON.stringify(sealed);
  let readable = 0;
  for (let at = 0; at < text.length; at++) {
    for (const letter of ['"', '\\', ' ', '\n', '=', 'A', '}', '-', 'é', '']) {
      for (const rest of [at, at + 1]) {
        const altered = text.slice(0, at) + letter + text.slice(rest);
        const [own, expected] = [read(altered), readBySchema(altered)];
        if (expected === null) assert.equal(typeof own, 'string', altered);
        else assert.deepEqual(own, expected, altered);
        readable += expected === null ? 0 : 1;
      }
    }
  }
  assert.ok(readable > 1_000, String(readable));
});

test('what is no envelope is refused with the reason', () => {
  assert.equal(read('{"payloadType":'), 'the body is not JSON');
  assert.match(String(read(JSON.stringify({ ...sealed, payload: 1 }))), /^body\.payload: /);
  assert.match(String(read(JSON.stringify({ ...sealed, signatures: [] }))), /^body\.signatures: /);
  assert.match(String(read(JSON.stringify({ ...sealed, more: true }))), /^body: /);
  const whole = device.recordBatch([decision(1)]);
  assert.match(String(read(JSON.stringify(whole).slice(0, -1))), /not JSON/);
});
