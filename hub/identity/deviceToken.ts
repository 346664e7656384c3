/** Access tokens of devices: short-lived, bound to the device's key, readable by every replica that has the secret. */
import { jwtVerify, SignJWT } from 'jose';
import * as z from 'zod';

export const deviceTokenSeconds = 900;

export interface DeviceClaim {
  readonly tenant: number;
  readonly device: string;
  readonly keyId: string;
}

const payload = z.object({ sub: z.string(), tenant: z.int(), cnf: z.object({ jkt: z.string() }) });

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

/** Null where it is not ours, or not any more. */
export async function readDeviceToken(
  token: string,
  { secret, now }: { readonly secret: Uint8Array; readonly now: number },
): Promise<DeviceClaim | null> {
  try {
    const options = { algorithms: ['HS256'], typ: 'at+jwt', currentDate: new Date(now) };
    const { sub, tenant, cnf } = payload.parse((await jwtVerify(token, secret, options)).payload);
    return { tenant, device: sub, keyId: cnf.jkt };
  } catch {
    return null;
  }
}
