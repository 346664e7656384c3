/** The keys of those who issue tokens (OpenID Connect Discovery): fetched where a rule names them, kept for a while. */
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import * as z from 'zod';
import { isOutwardAddress } from '../outward.ts';
import { boundedFetch, boundedText } from './boundedText.ts';

export interface IssuerKeys {
  /** A string: why they cannot be had. */
  of(issuer: string): Promise<JWTVerifyGetKey | string>;
}

const withinMs = 5_000;
const keepMs = 3_600_000;
/** An issuer that fails is left alone for so long, however many tokens name it. */
const failedMs = 5_000;
const maxRemembered = 100;
const configuration = z.object({ issuer: z.string(), jwks_uri: z.string() });

export function createIssuerKeys({ now }: { readonly now: () => number }): IssuerKeys {
  const known = new Map<string, { readonly keys: Promise<JWTVerifyGetKey | string>; until: number }>();
  return {
    of(issuer) {
      const own = known.get(issuer);
      if (own !== undefined && own.until > now()) return own.keys;
      const asked = { keys: keysOf(issuer), until: now() + keepMs };
      void asked.keys.then((keys) => {
        if (typeof keys === 'string') asked.until = now() + failedMs;
      });
      known.delete(issuer);
      if (known.size >= maxRemembered) known.delete(known.keys().next().value!);
      known.set(issuer, asked);
      return asked.keys;
    },
  };
}

async function keysOf(issuer: string): Promise<JWTVerifyGetKey | string> {
  const address = await addressOfKeys(issuer);
  if (typeof address === 'string') return address;
  return createRemoteJWKSet(address, { timeoutDuration: withinMs, [customFetch]: boundedFetch });
}

async function addressOfKeys(issuer: string): Promise<URL | string> {
  try {
    const where = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const answer = await fetch(where, { redirect: 'error', signal: AbortSignal.timeout(withinMs) });
    if (!answer.ok) return `it answers ${answer.status}`;
    const { success, data } = configuration.safeParse(JSON.parse(await boundedText(answer)));
    if (!success || data.issuer !== issuer || !isAsSecure(data.jwks_uri, issuer))
      return 'its configuration is not its own';
    return new URL(data.jwks_uri);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Nothing is fetched in the clear, or from this machine, at the word of somebody elsewhere. */
function isAsSecure(address: string, issuer: string): boolean {
  return isOutwardAddress(address) && (address.startsWith('https:') || issuer.startsWith('http:'));
}
