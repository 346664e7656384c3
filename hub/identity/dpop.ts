/** Proof of possession of a device's key with each request: DPoP (RFC 9449), Ed25519 only. */
import { hash } from 'node:crypto';
import { type JWK, jwtVerify } from 'jose';
import * as z from 'zod';
import { thumbprint } from '../cryptography.ts';

export interface ProofDemand {
  readonly method: string;
  /** The address as the device sees it, without a query. */
  readonly url: string;
  /** The access token that the proof goes with; null where one is asked for. */
  readonly accessToken: string | null;
  readonly now: number;
  /** Whether a proof's `jti` comes for the first time. */
  readonly isFirst: (jti: string, expiresAt: number) => boolean;
}

export type ProofReading =
  | { readonly kind: 'proved'; readonly keyId: string; readonly publicKey: Uint8Array }
  | { readonly kind: 'refused'; readonly why: string };

const maxAgeMs = 60_000;
const maxSkewMs = 30_000;

const header = z.object({
  typ: z.literal('dpop+jwt'),
  alg: z.enum(['EdDSA', 'Ed25519']),
  jwk: z.strictObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string().length(43) }),
});
const claims = z.object({
  htm: z.string().max(20),
  htu: z.string().max(4_000),
  iat: z.number(),
  jti: z.string().min(8).max(200),
  ath: z.string().max(100).optional(),
});

export async function readProof(proof: string, demand: ProofDemand): Promise<ProofReading> {
  if (proof.length > 4_000) return refused('the proof is too long');
  try {
    const { payload, protectedHeader } = await jwtVerify(proof, (given) => header.parse(given).jwk as JWK, {
      algorithms: ['EdDSA', 'Ed25519'],
      typ: 'dpop+jwt',
      currentDate: new Date(demand.now),
    });
    const wrong = whatIsWrong(claims.parse(payload), demand);
    if (wrong !== null) return refused(wrong);
    const publicKey = new Uint8Array(Buffer.from(header.parse(protectedHeader).jwk.x, 'base64url'));
    return { kind: 'proved', keyId: thumbprint(publicKey), publicKey };
  } catch {
    return refused('the proof is no DPoP proof by an Ed25519 key');
  }
}

function whatIsWrong({ htm, htu, iat, jti, ath }: z.infer<typeof claims>, demand: ProofDemand): string | null {
  if (htm !== demand.method || htu !== demand.url) return `the proof is for ${htm} ${htu}`;
  const age = demand.now - iat * 1_000;
  if (age > maxAgeMs || age < -maxSkewMs) return 'the proof is not of this minute: is the clock right?';
  const wanted = demand.accessToken === null ? undefined : hash('sha256', demand.accessToken, 'base64url');
  if (wanted !== undefined && ath !== wanted) return 'the proof goes with another token';
  return demand.isFirst(jti, demand.now + maxAgeMs + maxSkewMs) ? null : 'the proof was used before';
}

function refused(why: string): ProofReading {
  return { kind: 'refused', why };
}
