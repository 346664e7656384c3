/** Access tokens of devices: short-lived, bound to the device's key, readable by every replica that has the secret. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { SignJWT } from 'jose';
import * as z from 'zod';
import { remembering } from '../remember.ts';
import { noExtensions, readCompact } from './compact.ts';

export const deviceTokenSeconds = 900;

export interface DeviceClaim {
  readonly tenant: number;
  readonly device: string;
  readonly keyId: string;
}

const header = z.object({ alg: z.literal('HS256'), typ: z.literal('at+jwt'), ...noExtensions });
const claims = z.object({ sub: z.string(), tenant: z.int(), cnf: z.object({ jkt: z.string() }), exp: z.number() });

export function issueDeviceToken(
  { tenant, device, keyId }: DeviceClaim,
  { secret, now }: { readonly secret: Uint8Array; readonly now: number },
): Promise<string> {
  const seconds = Math.floor(now / 1_000);
  return new SignJWT({ tenant, cnf: { jkt: keyId } })
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
    .setSubject(device)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + deviceTokenSeconds)
    .sign(secret);
}

/** What a token claims; null where it is not ours, or not any more. */
export type ReadDeviceToken = (token: string, now: number) => DeviceClaim | null;

/** A device shows one token with every request: it is checked once, and after that only whether it has expired. */
export function deviceTokenReader({
  secret,
  maxTokens,
}: {
  readonly secret: Uint8Array;
  readonly maxTokens: number;
}): ReadDeviceToken {
  const claimOf = remembering(maxTokens, (token) => readSigned(token, secret));
  return (token, now) => {
    const claim = claimOf(token);
    return claim === null || claim.expiresAt <= Math.floor(now / 1_000) * 1_000 ? null : claim;
  };
}

function readSigned(token: string, secret: Uint8Array): (DeviceClaim & { readonly expiresAt: number }) | null {
  const compact = readCompact(token);
  if (compact === null || !header.safeParse(compact.header).success) return null;
  const own = createHmac('sha256', secret).update(compact.signed).digest();
  if (own.length !== compact.signature.length || !timingSafeEqual(own, compact.signature)) return null;
  const { success, data } = claims.safeParse(compact.payload);
  if (!success) return null;
  return { tenant: data.tenant, device: data.sub, keyId: data.cnf.jkt, expiresAt: data.exp * 1_000 };
}
