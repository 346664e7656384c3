/** What any request may get for an answer, and what the WebSocket says. */
import * as z from 'zod';
import { name, words } from './scalar.ts';

/**
 * Every refusal but those of the token endpoint. `code` is for programs, `message` says what to do. Codes that a device acts
 * on: `unauthorized` (401: get a new token), `deviceRevoked` (403: enrol again), `outOfOrder` and `forked` (409, journal).
 */
export const hubError = z.object({ error: z.object({ code: name, message: words }) });

/** What a WebSocket message says: look again at what `about` names. It carries nothing else, and proves nothing. */
export const hint = z.object({
  type: z.literal('hint'),
  about: z.enum(['policies', 'exceptions', 'rollout', 'journal']),
});
export type Hint = z.infer<typeof hint>;
