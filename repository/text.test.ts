import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeText, type Encoding, encodeText } from './text.ts';

const texts: readonly [Encoding, string][] = [
  ['utf-8', 'plain\n'],
  ['utf-8', ''],
  ['utf-8', 'naïve 😀\r\n'],
  ['utf-8-bom', 'key: value\n'],
  ['utf-16le', 'key: wärt 😀\n'],
  ['utf-16be', 'key: wärt 😀\n'],
];

for (const [encoding, text] of texts) {
  test(`${encoding} survives a round trip: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(decodeText(encodeText(text, encoding)), { kind: 'text', text, encoding });
  });
}

const others: readonly [string, Buffer, 'binary' | 'problem'][] = [
  ['a NUL in text', Buffer.from('a\0b'), 'binary'],
  ['an image', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), 'binary'],
  ['Latin-1', Buffer.from('caf\u00e9\n', 'latin1'), 'problem'],
  ['a cut-off character', Buffer.from('é').subarray(0, 1), 'problem'],
  ['an overlong encoding', Buffer.from([0xc0, 0x80]), 'problem'],
  ['an encoded surrogate', Buffer.from([0xed, 0xa0, 0x80]), 'problem'],
  ['UTF-16 of odd length', Buffer.from([0xff, 0xfe, 0x61]), 'problem'],
  ['half a surrogate pair', Buffer.from([0xff, 0xfe, 0x00, 0xd8]), 'problem'],
  ['UTF-16 with a NUL', Buffer.from([0xff, 0xfe, 0x61, 0, 0, 0]), 'binary'],
  ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), 'binary'],
];

for (const [name, bytes, kind] of others) {
  test(`${name} is no text`, () => assert.equal(decodeText(bytes).kind, kind));
}
