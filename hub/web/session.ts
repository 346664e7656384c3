/** Who is signed in. The page's key is kept for this origin, its port included; the cookie that goes with it no script sees. */
import { pagePaths } from '../protocol/page.ts';
import type { OpenedSession } from '../protocol/session.ts';
import { createApi } from './api.ts';

const place = 'kerb.pageKey';

export function pageKey(): string | null {
  return localStorage.getItem(place);
}

/** Opens a session; throws `Refusal`. */
export async function signIn(by: { readonly token: string } | { readonly code: string }): Promise<void> {
  const opened = await createApi(null).send<OpenedSession>('POST', pagePaths.session, by);
  localStorage.setItem(place, opened.pageKey);
}

export async function signOut(): Promise<void> {
  // Whatever the hub says, this browser forgets.
  await createApi(pageKey())
    .send('DELETE', pagePaths.session)
    .catch(() => undefined);
  forgetSession();
}

export function forgetSession(): void {
  localStorage.removeItem(place);
}
