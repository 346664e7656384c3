/** The device's Ed25519 key: made here, and never sent anywhere. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import * as z from 'zod';
import { preAuthEncoding } from '../../engine/index.ts';
import type { Envelope } from '../../hub/protocol.ts';
import type { KeyStore } from './keyStore.ts';

export interface DeviceKey {
  /** JWK thumbprint (RFC 7638): how others name it. */
  readonly id: string;
  readonly publicJwk: JWK;
  readonly privateKey: KeyObject;
}

/** A new key, kept in the first store that takes it and gives it back. */
export async function createDeviceKey(
  stores: readonly KeyStore[],
): Promise<{ readonly key: DeviceKey; readonly store: KeyStore }> {
  const text = JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }));
  const key = await keyOf(text);
  if (key === null) throw new Error('a new Ed25519 key is not what it should be');
  const store = stores.find((each) => each.write(key.id, text) && each.read(key.id) === text);
  if (store === undefined) throw new Error('no key store takes the device key');
  return { key, store };
}

/** The key by its name; null where the store does not have it, or has something else. */
export async function loadDeviceKey(id: string, store: KeyStore): Promise<DeviceKey | null> {
  const text = store.read(id);
  const key = text === null ? null : await keyOf(text);
  return key?.id === id ? key : null;
}

/** Signs a document as DSSE v1. */
export function signEnvelope(payloadType: string, payload: string, { id, privateKey }: DeviceKey): Envelope {
  const bytes = Buffer.from(payload, 'utf8');
  const signature = sign(null, preAuthEncoding(payloadType, bytes), privateKey);
  return {
    payloadType,
    payload: bytes.toString('base64'),
    signatures: [{ keyid: id, sig: signature.toString('base64') }],
  };
}

const privateJwk = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().max(100),
  d: z.string().max(100),
});

async function keyOf(text: string): Promise<DeviceKey | null> {
  try {
    const { kty, crv, x, d } = privateJwk.parse(JSON.parse(text));
    const privateKey = createPrivateKey({ key: { kty, crv, x, d }, format: 'jwk' });
    // The public half that is written there is only believed if it belongs to the private one.
    const publicJwk = createPublicKey(privateKey).export({ format: 'jwk' }) as JWK;
    return publicJwk.x === x ? { id: await calculateJwkThumbprint(publicJwk), publicJwk, privateKey } : null;
  } catch {
    return null;
  }
}
