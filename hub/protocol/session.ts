/**
 * How a person signs in at the page: `POST signIns` with a token gives an address with a code, and
 * `POST session` with the code, or the token itself, opens a session. Or `POST providers` gives the address of an
 * organisation's provider, and `POST session` with the answer that it sends the browser back with opens one.
 */
import * as z from 'zod';
import { instant, name } from './scalar.ts';

/** An address of the page that signs in whoever opens it, once. */
export const signIn = z.object({ address: z.url().max(4_000), expiresAt: instant });

export const sessionRequest = z.union([
  z.strictObject({ token: z.string().max(200) }),
  z.strictObject({ code: z.string().max(2_000) }),
  /** The query of the address that the provider sent the browser to, and the key of whoever began it. */
  z.strictObject({ answer: z.string().max(6_000), key: z.string().max(100) }),
]);
export type SessionRequest = z.infer<typeof sessionRequest>;

export const signInProviders = z.object({ providers: z.array(z.object({ tenant: name, title: name })) });
export type SignInProviders = z.infer<typeof signInProviders>;

export const providerSignIn = z.strictObject({ tenant: name });
/** Where the browser goes, and the key with which it comes back. */
export const begunSignIn = z.object({ address: z.url().max(8_000), key: z.string().max(100) });
export type BegunSignIn = z.infer<typeof begunSignIn>;

export const openedSession = z.object({ pageKey: z.string().max(100), expiresAt: instant });
export type OpenedSession = z.infer<typeof openedSession>;
