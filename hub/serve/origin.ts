/**
 * What a browser says of where a request comes from. A page elsewhere can make a browser ask this hub, under this hub's name
 * or under its own name for this machine (DNS rebinding); neither may act for whoever is signed in here.
 */
import type { IncomingHttpHeaders } from 'node:http';

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Whether a request was made under the hub's own name. */
export function isForUs({ host }: Headers, url: string): boolean {
  return host === new URL(url).host;
}

/** Whether it was also made by the hub's own page, as far as a browser says so: it does for everything but plain reading. */
export function isFromOurPage(headers: Headers, { url, method }: { readonly url: string; readonly method: string }) {
  const { origin, 'sec-fetch-site': site } = headers;
  if (!isForUs(headers, url) || (site !== undefined && site !== 'same-origin')) return false;
  const isReading = method === 'GET' || method === 'HEAD';
  return origin === undefined ? isReading : origin === new URL(url).origin;
}

/** The session's cookie. Over HTTPS its name makes the browser refuse one that another host has set. */
export function cookieName(url: string): string {
  return url.startsWith('https:') ? '__Host-kerb-session' : 'kerb-session';
}

export function readCookie({ cookie }: Pick<IncomingHttpHeaders, 'cookie'>, url: string): string | null {
  const name = `${cookieName(url)}=`;
  const pair = cookie?.split(';').find((each) => each.trim().startsWith(name));
  return pair === undefined ? null : pair.trim().slice(name.length);
}

/** `set-cookie` of a session, or with an age of 0 of its end. */
export function setCookie(value: string, { url, seconds }: { readonly url: string; readonly seconds: number }): string {
  const secure = url.startsWith('https:') ? '; Secure' : '';
  return `${cookieName(url)}=${value}; Max-Age=${seconds}; Path=/; HttpOnly; SameSite=Strict${secure}`;
}
