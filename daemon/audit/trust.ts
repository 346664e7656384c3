/** The cryptography that the engine's `trust` takes as values, by Node. */
import { createPublicKey, hash, verify } from 'node:crypto';
import type { Sha256, VerifyEd25519 } from '../../engine/index.ts';

export const sha256: Sha256 = (bytes) => hash('sha256', bytes, 'buffer');

export const verifyEd25519: VerifyEd25519 = (publicKey, text, signature) => {
  const x = Buffer.from(publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return signature.length === 64 && verify(null, Buffer.from(text, 'utf8'), key, signature);
};
