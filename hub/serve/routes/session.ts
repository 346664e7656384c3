/** Signing in at the page, and out. There is no password: a token signs in, or an organisation's provider. */
import { beginSignIn } from '../../identity/person.ts';
import { endSession, issueSignInCode, openSession } from '../../identity/session.ts';
import { pagePaths, signInAddress } from '../../protocol/page.ts';
import {
  begunSignIn,
  openedSession,
  providerSignIn,
  sessionRequest,
  signIn,
  signInProviders,
} from '../../protocol/session.ts';
import { admit } from '../admit.ts';
import { isFromOurPage, readCookie, setCookie } from '../origin.ts';
import { type Answer, json, type Route, refuse, route } from '../route.ts';

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
    method: 'GET',
    path: pagePaths.providers,
    summary: 'Where people can sign in beside here',
    permission: 'public',
    success: { status: 200, description: 'One for a tenant, at most', content: signInProviders },
    async run({ hub }) {
      const offered = (await hub.store.tenants()).flatMap(({ name: tenant }) => {
        const provider = hub.providers.get(tenant);
        return provider === undefined ? [] : [{ tenant, title: provider.settings.title }];
      });
      return json(200, { providers: offered });
    },
  }),
  route({
    method: 'POST',
    path: pagePaths.providers,
    summary: 'Begins a sign-in at a tenant’s provider, within ten minutes',
    permission: 'public',
    body: providerSignIn,
    success: { status: 201, description: 'Where to go', content: begunSignIn },
    async run({ hub, body: { tenant }, headers, method }) {
      if (!isFromOurPage(headers, { url: hub.url, method })) return notOurPage(hub.url);
      const begun = await beginSignIn(tenant, hub);
      if (begun.kind === 'refused') return refuse(begun.status, begun.code, begun.message);
      return json(201, { address: begun.address, key: begun.key });
    },
  }),
  route({
    method: 'POST',
    path: pagePaths.session,
    summary:
      'Opens a session of the hub’s own page, by a token, a code or a provider’s answer: a cookie, and the key that goes with it',
    permission: 'public',
    body: sessionRequest,
    success: { status: 201, description: 'The page’s key', content: openedSession },
    async run({ hub, body, headers, method }) {
      if (!isFromOurPage(headers, { url: hub.url, method })) return notOurPage(hub.url);
      const opened = 'answer' in body ? await admit(hub, body) : await openSession(body, hub);
      if (opened === null)
        return refuse(400, 'signInFailed', 'this code or token is unknown, used or expired: ask for a new one');
      if ('status' in opened) return opened;
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

function notOurPage(url: string): Answer {
  return refuse(400, 'notOurPage', `sessions are for the page at ${url}`);
}
