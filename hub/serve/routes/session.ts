/** Signing in at the page, and out. There is no password: who has a token signs in by it. */
import { endSession, issueSignInCode, openSession } from '../../identity/session.ts';
import { pagePaths, signInAddress } from '../../protocol/page.ts';
import { openedSession, sessionRequest, signIn } from '../../protocol/session.ts';
import { isFromOurPage, readCookie, setCookie } from '../origin.ts';
import { json, type Route, refuse, route } from '../route.ts';

export const sessionRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: pagePaths.signIns,
    summary: 'Makes an address of the page by which the caller signs in, once and within ten minutes',
    permission: 'session',
    success: { status: 201, description: 'The address', content: signIn },
    async run({ hub, caller: { tenant, id } }) {
      const { code, expiresAt } = await issueSignInCode({ tenant: tenant.id, id }, hub);
      return json(201, { address: signInAddress(hub.url, code), expiresAt: new Date(expiresAt).toISOString() });
    },
  }),
  route({
    method: 'POST',
    path: pagePaths.session,
    summary: 'Opens a session of the hub’s own page, by a token or a code: a cookie, and the key that goes with it',
    permission: 'public',
    body: sessionRequest,
    success: { status: 201, description: 'The page’s key', content: openedSession },
    async run({ hub, body, headers, method }) {
      if (!isFromOurPage(headers, { url: hub.url, method }))
        return refuse(400, 'notOurPage', `sessions are for the page at ${hub.url}`);
      const opened = await openSession(body, hub);
      if (opened === null)
        return refuse(400, 'signInFailed', 'this code or token is unknown, used or expired: ask for a new one');
      const { cookie, pageKey, expiresAt } = opened;
      const seconds = Math.floor((expiresAt - hub.now()) / 1_000);
      return json(
        201,
        { pageKey, expiresAt: new Date(expiresAt).toISOString() },
        { 'set-cookie': setCookie(cookie, { url: hub.url, seconds }) },
      );
    },
  }),
  route({
    method: 'DELETE',
    path: pagePaths.session,
    summary: 'Ends the caller’s session',
    permission: 'session',
    success: { status: 204, description: 'Over', content: null },
    async run({ hub, headers }) {
      const cookie = readCookie({ cookie: String(headers.cookie ?? '') }, hub.url);
      if (cookie !== null) await endSession(cookie, hub);
      return {
        status: 204,
        type: '',
        body: null,
        headers: { 'set-cookie': setCookie('', { url: hub.url, seconds: 0 }) },
      };
    },
  }),
];
