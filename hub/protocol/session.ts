/**
 * How a person signs in at the page: `POST signIns` with a token gives an address with a code, and
 * `POST session` with the code, or the token itself, opens a session.
 */
import * as z from 'zod';
import { instant } from './scalar.ts';

/** An address of the page that signs in whoever opens it, once. */
export const signIn = z.object({ address: z.url().max(4_000), expiresAt: instant });

export const sessionRequest = z.union([
  z.strictObject({ token: z.string().max(200) }),
  z.strictObject({ code: z.string().max(2_000) }),
]);

export const openedSession = z.object({ pageKey: z.string().max(100), expiresAt: instant });
export type OpenedSession = z.infer<typeof openedSession>;
