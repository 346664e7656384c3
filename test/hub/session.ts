/** Somebody signed in at a hub's page, as their browser asks. */

import { pageKeyHeader, pagePaths } from '../../hub/protocol/page.ts';
import type { SessionRequest } from '../../hub/protocol/session.ts';
import { cookieName } from '../../hub/serve/origin.ts';
import type { Asker } from './running.ts';

export interface TestSession {
  readonly cookie: string;
  readonly pageKey: string;
  readonly ask: Asker;
}

/** Opens a session by a token or a code. */
export async function openTestSession(url: string, by: SessionRequest): Promise<TestSession> {
  const answer = await post(url, by);
  if (answer.status !== 201) throw new Error(`no session: ${answer.status} ${await answer.text()}`);
  const { pageKey } = (await answer.json()) as { pageKey: string };
  const cookie = answer.headers
    .get('set-cookie')!
    .split(';')[0]!
    .slice(`${cookieName(url)}=`.length);
  return { cookie, pageKey, ask: askerWith(url, headersOf(url, { cookie, pageKey })) };
}

export function post(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${url}${pagePaths.session}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url, ...headers },
    body: JSON.stringify(body),
  });
}

/** As the page's own requests have them. */
export function headersOf(url: string, { cookie, pageKey }: Pick<TestSession, 'cookie' | 'pageKey'>) {
  return {
    cookie: `${cookieName(url)}=${cookie}`,
    [pageKeyHeader]: pageKey,
    origin: url,
    'sec-fetch-site': 'same-origin',
  };
}

export function askerWith(url: string, headers: Readonly<Record<string, string>>): Asker {
  return (method, where, body) =>
    fetch(`${url}${where}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
}
