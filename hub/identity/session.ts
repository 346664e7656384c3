/**
 * People at the page. Who has a token opens a session by it, or by a code for one use that somebody with a token has asked
 * for. A session is two secrets: a cookie that no script reads, and the page's key, which the browser gives to no other
 * origin. Cookies know no ports, so that another program of this machine may see one: alone it opens nothing. A session can
 * do what its token can, and ends with it.
 */
import { randomBytes } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import * as z from 'zod';
import { sha256Hex } from '../cryptography.ts';
import type { Token } from '../store/query/access.ts';
import type { Store } from '../store/store.ts';
import { tokenHash } from './bearer.ts';
import { isRole, mayDo } from './role.ts';

export interface Sessions {
  readonly store: Pick<Store, 'token' | 'tokenByHash' | 'spend' | 'isSpent'>;
  /** Signs and reads codes and sessions, so that every replica knows them. */
  readonly tokenSecret: Uint8Array;
  readonly now: () => number;
}

export interface OpenedSession {
  readonly cookie: string;
  readonly pageKey: string;
  readonly expiresAt: number;
}

const codeMs = 10 * 60_000;
const sessionMs = 12 * 3_600_000;
const codeType = 'kerb-sign-in+jwt';
const sessionType = 'kerb-session+jwt';

const claims = z.object({
  tenant: z.int(),
  sub: z.uuid(),
  jti: z.string().min(8).max(200),
  exp: z.number(),
  /** SHA-256 of the page's key, hex. */
  page: z.string().optional(),
});
type Claims = z.infer<typeof claims>;

/** A code that opens one session in a token's name, within ten minutes. */
export async function issueSignInCode(
  { tenant, id }: Pick<Token, 'tenant' | 'id'>,
  { tokenSecret, now }: Sessions,
): Promise<{ readonly code: string; readonly expiresAt: number }> {
  const expiresAt = now() + codeMs;
  return { code: await signed(codeType, { tenant, sub: id, exp: expiresAt }, tokenSecret), expiresAt };
}

/** Opens a session; null where the token or the code is not good, or not any more. */
export async function openSession(
  by: { readonly token: string } | { readonly code: string },
  sessions: Sessions,
): Promise<OpenedSession | null> {
  const token = 'token' in by ? await tokenOf(by.token, sessions) : await tokenOfCode(by.code, sessions);
  const now = sessions.now();
  if (token === null || !isGood(token, now)) return null;
  const pageKey = randomBytes(32).toString('base64url');
  const expiresAt = Math.min(now + sessionMs, token.expiresAt);
  const claim = { tenant: token.tenant, sub: token.id, exp: expiresAt, page: sha256Hex(pageKey) };
  return { cookie: await signed(sessionType, claim, sessions.tokenSecret), pageKey, expiresAt };
}

/** The token in whose name a session is; null where it is over, or the page's key is another's. */
export async function tokenOfSession(
  { cookie, pageKey }: { readonly cookie: string; readonly pageKey: string },
  sessions: Sessions,
): Promise<Token | null> {
  const claim = await read(sessionType, cookie, sessions);
  if (claim === null || claim.page !== sha256Hex(pageKey)) return null;
  const [token, isOver] = await Promise.all([
    sessions.store.token(claim.tenant, claim.sub),
    sessions.store.isSpent(claim.tenant, useOf(claim)),
  ]);
  return token !== null && !isOver && isGood(token, sessions.now()) ? token : null;
}

/** Ends a session for good, wherever its cookie still is. */
export async function endSession(cookie: string, sessions: Sessions): Promise<void> {
  const claim = await read(sessionType, cookie, sessions);
  if (claim !== null) await spend(claim, sessions);
}

async function tokenOf(token: string, { store }: Sessions): Promise<Token | null> {
  const hash = tokenHash(token);
  return hash === null ? null : store.tokenByHash(hash);
}

async function tokenOfCode(code: string, sessions: Sessions): Promise<Token | null> {
  const claim = await read(codeType, code, sessions);
  if (claim === null || !(await spend(claim, sessions))) return null;
  return sessions.store.token(claim.tenant, claim.sub);
}

/** Of a person: robots have no use for a page. */
function isGood({ expiresAt, revokedAt, role }: Token, now: number): boolean {
  return revokedAt === null && expiresAt > now && isRole(role) && mayDo(role, 'session');
}

/** Whether this is the first time. */
function spend(claim: Claims, { store, now }: Sessions): Promise<boolean> {
  return store.spend(claim.tenant, { what: useOf(claim), expiresAt: claim.exp * 1_000 + 60_000, now: now() });
}

function useOf({ jti }: Claims): string {
  return `session ${jti}`;
}

function signed(typ: string, { exp, ...claim }: Omit<Claims, 'jti'>, secret: Uint8Array): Promise<string> {
  return new SignJWT({ ...claim, jti: randomBytes(16).toString('base64url') })
    .setProtectedHeader({ alg: 'HS256', typ })
    .setExpirationTime(Math.floor(exp / 1_000))
    .sign(secret);
}

/** Null where it is not ours, of another kind, or over. */
async function read(typ: string, text: string, { tokenSecret, now }: Sessions): Promise<Claims | null> {
  try {
    const options = { algorithms: ['HS256'], typ, currentDate: new Date(now()) };
    return claims.parse((await jwtVerify(text, tokenSecret, options)).payload);
  } catch {
    return null;
  }
}
