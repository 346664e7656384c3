/** Who is signed in. The page's key is kept for this origin, its port included; the cookie that goes with it no script sees. */
import { pagePaths, providerReturn } from '../protocol/page.ts';
import type { BegunSignIn, OpenedSession, SessionRequest, SignInProviders } from '../protocol/session.ts';
import { createApi } from './api.ts';

const place = 'kerb.pageKey';
const keyPlace = 'kerb.signInKey';

export function pageKey(): string | null {
  return localStorage.getItem(place);
}

/** Opens a session; throws `Refusal`. */
export async function signIn(by: SessionRequest): Promise<void> {
  const opened = await createApi(null).send<OpenedSession>('POST', pagePaths.session, by);
  localStorage.setItem(place, opened.pageKey);
}

/** Where people can sign in beside here. */
export async function signInProviders(): Promise<SignInProviders['providers']> {
  return (await createApi(null).get<SignInProviders>(pagePaths.providers)).providers;
}

/** Goes to a tenant's provider. What comes back is believed in this tab alone. */
export async function goToProvider(tenant: string): Promise<void> {
  const { address, key } = await createApi(null).send<BegunSignIn>('POST', pagePaths.providers, { tenant });
  sessionStorage.setItem(keyPlace, key);
  location.assign(address);
}

/** The provider's answer, where the browser comes back from it; null otherwise. Taken once. */
export function takeAnswer(): SessionRequest | null {
  if (!location.pathname.endsWith(providerReturn) || location.search === '') return null;
  const [answer, key] = [location.search.slice(1), sessionStorage.getItem(keyPlace) ?? ''];
  sessionStorage.removeItem(keyPlace);
  return { answer, key };
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
