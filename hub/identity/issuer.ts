/** The keys of those who issue tokens (OpenID Connect Discovery): fetched where a rule names them, kept for a while. */
import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';
import * as z from 'zod';
import { isOutwardAddress } from '../outward.ts';
import { boundedText } from './boundedText.ts';

export interface IssuerKeys {
  /** A string: why they cannot be had. */
  of(issuer: string): Promise<JWTVerifyGetKey | string>;
}

const withinMs = 5_000;
const keepMs = 3_600_000;
const maxRemembered = 100;
const configuration = z.object({ issuer: z.string(), jwks_uri: z.string() });

export function createIssuerKeys({ now }: { readonly now: () => number }): IssuerKeys {
  const known = new Map<string, { readonly keys: JWTVerifyGetKey; readonly until: number }>();
  return {
    async of(issuer) {
      const own = known.get(issuer);
      if (own !== undefined && own.until > now()) return own.keys;
      const address = await addressOfKeys(issuer);
      if (typeof address === 'string') return address;
      const keys = createRemoteJWKSet(address, { timeoutDuration: withinMs });
      known.delete(issuer);
      if (known.size >= maxRemembered) known.delete(known.keys().next().value!);
      known.set(issuer, { keys, until: now() + keepMs });
      return keys;
    },
  };
}

async function addressOfKeys(issuer: string): Promise<URL | string> {
  try {
    const where = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const answer = await fetch(where, { redirect: 'error', signal: AbortSignal.timeout(withinMs) });
    if (!answer.ok) return `it answers ${answer.status}`;
    const { success, data } = configuration.safeParse(JSON.parse(await boundedText(answer)));
    if (!success || data.issuer !== issuer || !isOutwardAddress(data.jwks_uri))
      return 'its configuration is not its own';
    return new URL(data.jwks_uri);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
