/** Proof of possession of a device's key with each request: DPoP (RFC 9449), Ed25519 only. */
import { hash } from 'node:crypto';
import * as z from 'zod';
import { thumbprint, type VerifyBytes } from '../cryptography.ts';
import { noExtensions, readCompact } from './compact.ts';

export interface ProofDemand {
  readonly method: string;
  /** The address as the device sees it, without a query. */
  readonly url: string;
  /** The access token that the proof goes with; null where one is asked for. */
  readonly accessToken: string | null;
  readonly now: number;
  /** Whether a proof's `jti` comes for the first time. */
  readonly isFirst: (jti: string, expiresAt: number) => boolean;
  readonly verify: VerifyBytes;
}

export type ProofReading =
  | { readonly kind: 'proved'; readonly keyId: string; readonly publicKey: Uint8Array }
  | { readonly kind: 'refused'; readonly why: string };

const maxAgeMs = 60_000;
const maxSkewMs = 30_000;

const header = z.object({
  typ: z.literal('dpop+jwt'),
  alg: z.enum(['EdDSA', 'Ed25519']),
  jwk: z.strictObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string().regex(/^[\w-]{43}$/) }),
  ...noExtensions,
});
const claims = z.object({
  htm: z.string().max(20),
  htu: z.string().max(4_000),
  iat: z.number(),
  jti: z.string().min(8).max(200),
  ath: z.string().max(100).optional(),
  exp: z.number().optional(),
  nbf: z.number().optional(),
});

export async function readProof(proof: string, demand: ProofDemand): Promise<ProofReading> {
  if (proof.length > 4_000) return refused('the proof is too long');
  const signed = await readSigned(proof, demand.verify);
  if (signed === null) return refused('the proof is no DPoP proof by an Ed25519 key');
  const { publicKey } = signed;
  const wrong = whatIsWrong(signed.claims, demand);
  return wrong === null ? { kind: 'proved', keyId: thumbprint(publicKey), publicKey } : refused(wrong);
}

/** What the proof claims, and the key in it that signed that. */
async function readSigned(
  proof: string,
  verify: VerifyBytes,
): Promise<{ readonly claims: Claims; readonly publicKey: Uint8Array } | null> {
  const compact = readCompact(proof);
  const given = header.safeParse(compact?.header);
  const claimed = claims.safeParse(compact?.payload);
  if (compact === null || !given.success || !claimed.success) return null;
  const publicKey = new Uint8Array(Buffer.from(given.data.jwk.x, 'base64url'));
  const isSigned = await verify(publicKey, Buffer.from(compact.signed, 'ascii'), compact.signature);
  return isSigned ? { claims: claimed.data, publicKey } : null;
}

type Claims = z.infer<typeof claims>;

function whatIsWrong({ htm, htu, iat, jti, ath, exp, nbf }: Claims, demand: ProofDemand): string | null {
  if (htm !== demand.method || htu !== demand.url) return `the proof is for ${htm} ${htu}`;
  const age = demand.now - iat * 1_000;
  const isOutside = (exp !== undefined && exp * 1_000 <= demand.now) || (nbf !== undefined && nbf * 1_000 > demand.now);
  if (isOutside || age > maxAgeMs || age < -maxSkewMs) return 'the proof is not of this minute: is the clock right?';
  const wanted = demand.accessToken === null ? undefined : hash('sha256', demand.accessToken, 'base64url');
  if (wanted !== undefined && ath !== wanted) return 'the proof goes with another token';
  return demand.isFirst(jti, demand.now + maxAgeMs + maxSkewMs) ? null : 'the proof was used before';
}

function refused(why: string): ProofReading {
  return { kind: 'refused', why };
}
