/** What a device signs to show that a request, or a question for a token, is its own. */
import { createHash, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { DeviceKey } from './deviceKey.ts';
import type { Answer, Network } from './network.ts';

/** The request that a proof is for. */
interface Proven {
  readonly method: string;
  readonly url: string;
  /** The token that the proof goes with; null where there is none yet. */
  readonly accessToken: string | null;
}

type ProofHeader = Readonly<{ dpop: string }>;

/** Makes proofs, and remembers the nonce that a hub may want to find in them (RFC 9449, section 8). */
export interface Prover {
  header(about: Proven): Promise<ProofHeader>;
  /** Sends with a proof, and once more where the answer brought a new nonce. */
  send(about: Proven, send: (proof: ProofHeader) => Promise<Answer>): Promise<Answer>;
}

export function createProver(key: DeviceKey, { now }: Pick<Network, 'now'>): Prover {
  let nonce: string | null = null;
  const header: Prover['header'] = async (about) => ({ dpop: await dpopProof(key, { ...about, nonce, now: now() }) });
  return {
    header,
    async send(about, send) {
      const before = nonce;
      const first = await send(await header(about));
      nonce = first.headers.get('dpop-nonce')?.slice(0, 1_000) ?? nonce;
      const isAsked = (first.status === 400 || first.status === 401) && nonce !== before;
      return isAsked ? send(await header(about)) : first;
    },
  };
}

/** A DPoP proof (RFC 9449, section 4.2). `now` in milliseconds since 1970. */
async function dpopProof(
  key: DeviceKey,
  { method, url, accessToken, nonce, now }: Proven & { readonly nonce: string | null; readonly now: number },
): Promise<string> {
  const claims = {
    htm: method,
    htu: url.replace(/[?#].*$/, ''),
    ...(accessToken === null ? {} : { ath: createHash('sha256').update(accessToken).digest('base64url') }),
    ...(nonce === null ? {} : { nonce }),
  };
  return new SignJWT(claims)
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'EdDSA', jwk: key.publicJwk })
    .setIssuedAt(Math.floor(now / 1000))
    .setJti(randomUUID())
    .sign(key.privateKey);
}

/** Who the device is, for the token endpoint (RFC 7523): good for a minute, and once. */
export async function clientAssertion(
  key: DeviceKey,
  { device, audience, now }: { readonly device: string; readonly audience: string; readonly now: number },
): Promise<string> {
  const seconds = Math.floor(now / 1000);
  return new SignJWT({})
    .setProtectedHeader({ typ: 'JWT', alg: 'EdDSA', kid: key.id })
    .setIssuer(device)
    .setSubject(device)
    .setAudience(audience)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + 60)
    .setJti(randomUUID())
    .sign(key.privateKey);
}
