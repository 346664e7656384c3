/** Tokens of people and robots, without what they are. */
import * as z from 'zod';
import { name } from './scalar.ts';

const shownToken = z.object({
  id: z.uuid(),
  name,
  role: name,
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  revokedAt: z.iso.datetime().nullable(),
  /** The provider that signed its person in; null where somebody made it. */
  issuer: z.string().nullable(),
});
export type ShownToken = z.infer<typeof shownToken>;

export const tokenList = z.object({ tokens: z.array(shownToken) });
export type TokenList = z.infer<typeof tokenList>;

/** The only place where a token is ever shown. */
export const madeToken = z.object({ id: z.uuid(), token: z.string(), expiresAt: z.iso.datetime() });
export type MadeToken = z.infer<typeof madeToken>;
