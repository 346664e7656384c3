/** What the hub has signed for one use or for a session, so that every replica knows it and none has to keep it. */
import { randomBytes } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import * as z from 'zod';
import type { Store } from '../store/store.ts';

export interface Tickets {
  readonly store: Pick<Store, 'spend' | 'isSpent'>;
  readonly tokenSecret: Uint8Array;
  readonly now: () => number;
}

const claims = z.object({
  tenant: z.int(),
  /** The token in whose name it is; of a sign-in under way, the one that it will make. */
  sub: z.uuid(),
  jti: z.string().min(8).max(200),
  exp: z.number(),
  /** SHA-256 of the page's key, hex. */
  page: z.string().optional(),
});
export type Claims = z.infer<typeof claims>;

/** `exp` in milliseconds. */
export function signTicket(
  typ: string,
  { exp, ...claim }: Omit<Claims, 'jti'>,
  { tokenSecret }: Pick<Tickets, 'tokenSecret'>,
): Promise<string> {
  return new SignJWT({ ...claim, jti: randomBytes(16).toString('base64url') })
    .setProtectedHeader({ alg: 'HS256', typ })
    .setExpirationTime(Math.floor(exp / 1_000))
    .sign(tokenSecret);
}

/** Null where it is not ours, of another kind, or over. */
export async function readTicket(
  typ: string,
  text: string,
  { tokenSecret, now }: Omit<Tickets, 'store'>,
): Promise<Claims | null> {
  try {
    const options = { algorithms: ['HS256'], typ, currentDate: new Date(now()) };
    return claims.parse((await jwtVerify(text, tokenSecret, options)).payload);
  } catch {
    return null;
  }
}

/** Whether this is the first time. */
export function spendTicket(claim: Claims, { store, now }: Tickets): Promise<boolean> {
  return store.spend(claim.tenant, { what: useOf(claim), expiresAt: claim.exp * 1_000 + 60_000, now: now() });
}

export function isTicketSpent(claim: Claims, { store }: Tickets): Promise<boolean> {
  return store.isSpent(claim.tenant, useOf(claim));
}

function useOf({ jti }: Claims): string {
  return `session ${jti}`;
}
