/**
 * People at the page. Who has a token opens a session by it, or by a code for one use that somebody with a token has asked
 * for. A session is two secrets: a cookie that no script reads, and the page's key, which the browser gives to no other
 * origin. Cookies know no ports, so that another program of this machine may see one: alone it opens nothing. A session can
 * do what its token can, and ends with it.
 */
import { randomBytes } from 'node:crypto';
import { sha256Hex } from '../cryptography.ts';
import type { Token } from '../store/query/access.ts';
import type { Store } from '../store/store.ts';
import { tokenHash } from './bearer.ts';
import { isRole, mayDo } from './role.ts';
import { isTicketSpent, readTicket, signTicket, spendTicket, type Tickets } from './ticket.ts';

export interface Sessions extends Tickets {
  readonly store: Tickets['store'] & Pick<Store, 'token' | 'tokenByHash'>;
}

export interface OpenedSession {
  readonly cookie: string;
  readonly pageKey: string;
  readonly expiresAt: number;
}

const codeMs = 10 * 60_000;
export const sessionMs = 12 * 3_600_000;
const codeType = 'kerb-sign-in+jwt';
const sessionType = 'kerb-session+jwt';

/** A code that opens one session in a token's name, within ten minutes. */
export async function issueSignInCode(
  { tenant, id }: Pick<Token, 'tenant' | 'id'>,
  sessions: Sessions,
): Promise<{ readonly code: string; readonly expiresAt: number }> {
  const expiresAt = sessions.now() + codeMs;
  return { code: await signTicket(codeType, { tenant, sub: id, exp: expiresAt }, sessions), expiresAt };
}

/** Opens a session; null where the token or the code is not good, or not any more. */
export async function openSession(
  by: { readonly token: string } | { readonly code: string },
  sessions: Sessions,
): Promise<OpenedSession | null> {
  const token = 'token' in by ? await tokenOf(by.token, sessions) : await tokenOfCode(by.code, sessions);
  return token === null || !isGood(token, sessions.now()) ? null : sessionOf(token, sessions);
}

/** A session in the name of a token that is known to be good. */
export async function sessionOf(
  token: Pick<Token, 'tenant' | 'id' | 'expiresAt'>,
  sessions: Sessions,
): Promise<OpenedSession> {
  const pageKey = randomBytes(32).toString('base64url');
  const expiresAt = Math.min(sessions.now() + sessionMs, token.expiresAt);
  const claim = { tenant: token.tenant, sub: token.id, exp: expiresAt, page: sha256Hex(pageKey) };
  return { cookie: await signTicket(sessionType, claim, sessions), pageKey, expiresAt };
}

/** The token in whose name a session is; null where it is over, or the page's key is another's. */
export async function tokenOfSession(
  { cookie, pageKey }: { readonly cookie: string; readonly pageKey: string },
  sessions: Sessions,
): Promise<Token | null> {
  const claim = await readTicket(sessionType, cookie, sessions);
  if (claim === null || claim.page !== sha256Hex(pageKey)) return null;
  const [token, isOver] = await Promise.all([
    sessions.store.token(claim.tenant, claim.sub),
    isTicketSpent(claim, sessions),
  ]);
  return token !== null && !isOver && isGood(token, sessions.now()) ? token : null;
}

/** Ends a session for good, wherever its cookie still is. */
export async function endSession(cookie: string, sessions: Sessions): Promise<void> {
  const claim = await readTicket(sessionType, cookie, sessions);
  if (claim !== null) await spendTicket(claim, sessions);
}

async function tokenOf(token: string, { store }: Sessions): Promise<Token | null> {
  const hash = tokenHash(token);
  return hash === null ? null : store.tokenByHash(hash);
}

async function tokenOfCode(code: string, sessions: Sessions): Promise<Token | null> {
  const claim = await readTicket(codeType, code, sessions);
  if (claim === null || !(await spendTicket(claim, sessions))) return null;
  return sessions.store.token(claim.tenant, claim.sub);
}

/** Of a person: robots have no use for a page. */
function isGood({ expiresAt, revokedAt, role }: Token, now: number): boolean {
  return revokedAt === null && expiresAt > now && isRole(role) && mayDo(role, 'session');
}
