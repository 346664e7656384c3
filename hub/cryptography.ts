/** The cryptography that the engine's `trust` takes as values, by Node. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import type { Sha256, VerifyEd25519 } from '../engine/index.ts';
import { remembering } from './remember.ts';

/** By way of a string, since Node makes a memory of its own for each digest that it returns as a buffer: three times as dear. */
export const sha256: Sha256 = (bytes) => Buffer.from(hash('sha256', bytes, 'binary'), 'binary');

export const sha256OfText = (text: string): Uint8Array => Buffer.from(hash('sha256', text, 'binary'), 'binary');

/** Lower-case hex. */
export const sha256Hex = (text: string | Uint8Array): string => hash('sha256', text, 'hex');

const signatureBytes = 64;

export const verifyEd25519: VerifyEd25519 = (publicKey, text, signature) =>
  verifyBytes(publicKey, Buffer.from(text, 'utf8'), signature);

export function verifyBytes(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return signature.length === signatureBytes && verify(null, message, ed25519PublicKey(publicKey), signature);
}

/** Whether a message was signed by an Ed25519 key, given by its 32 bytes. */
export type VerifyBytes = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => Promise<boolean>;

/** Verifies on Node's other threads. It remembers keys: reading one takes a third as long as a verification by it. */
export function createVerifier({ maxKeys }: { readonly maxKeys: number }): VerifyBytes {
  const keyOf = keyReader(maxKeys);
  return async (publicKey, message, signature) => {
    if (signature.length !== signatureBytes) return false;
    const key = keyOf(publicKey);
    return new Promise((resolve, reject) => {
      verify(null, message, key, signature, (error, isGood) => (error === null ? resolve(isGood) : reject(error)));
    });
  };
}

/** The same on the thread that asks, for one that has nothing else to do in between. */
export function createVerifierHere({ maxKeys }: { readonly maxKeys: number }): VerifyBytes {
  const keyOf = keyReader(maxKeys);
  return async (publicKey, message, signature) =>
    signature.length === signatureBytes && verify(null, message, keyOf(publicKey), signature);
}

function keyReader(maxKeys: number): (publicKey: Uint8Array) => KeyObject {
  const keyOf = remembering(maxKeys, (raw) => ed25519PublicKey(Buffer.from(raw, 'latin1')));
  return (publicKey) => keyOf(Buffer.from(publicKey).toString('latin1'))!;
}

/** The JWK thumbprint of an Ed25519 key (RFC 7638, RFC 8037): base64url of SHA-256. */
export function thumbprint(publicKey: Uint8Array): string {
  const x = Buffer.from(publicKey).toString('base64url');
  return hash('sha256', `{"crv":"Ed25519","kty":"OKP","x":"${x}"}`, 'base64url');
}

export interface SigningKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  sign(message: string | Uint8Array): Uint8Array;
}

/** A new Ed25519 key as a PKCS #8 PEM. */
export function newSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

/** A new key as a PKCS #8 PEM, of the kind that an OPA verifies with: ECDSA on P-256. */
export function newOpaKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

/** Throws where the PEM holds no Ed25519 key. */
export function readSigningKey(pem: string): SigningKey {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519')
    throw new Error(`an Ed25519 key is needed, this is ${key.asymmetricKeyType}`);
  return {
    publicKey: rawPublicKey(createPublicKey(key)),
    sign: (message) => sign(null, Buffer.from(message), key),
  };
}

/** Throws where the PEM holds no key such as `newOpaKey` makes. */
export function readOpaKey(pem: string): string {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPrivateKey(pem);
  if (type !== 'ec' || details?.namedCurve !== 'prime256v1') throw new Error('an ECDSA key on P-256 is needed');
  return pem;
}

/** The 32 bytes of an Ed25519 public key. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  return key.export({ type: 'spki', format: 'der' }).subarray(-32);
}

/** An Ed25519 public key of its 32 bytes, as Node takes it (RFC 8037). */
export function ed25519PublicKey(raw: Uint8Array): KeyObject {
  const x = Buffer.from(raw).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}
