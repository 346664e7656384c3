/** What any request may get for an answer, and what the WebSocket says. */
import * as z from 'zod';
import { publishedFiles } from './distribution.ts';
import { name, words } from './scalar.ts';

/**
 * Every refusal but those of the token endpoint. `code` is for programs, `message` says what to do. Codes that a device acts
 * on: `unauthorized` (401: get a new token), `deviceRevoked` (403: enrol again), `outOfOrder` and `forked` (409, journal).
 */
export const hubError = z.object({ error: z.object({ code: name, message: words }) });

/**
 * What a WebSocket message says: look again at what `about` names. It proves nothing. To a device that takes publications
 * (`publicationType`) it brings the files that the newest one changed.
 */
export const hint = z.object({
  type: z.literal('hint'),
  about: z.enum(['policies', 'exceptions', 'rollout', 'journal', 'alerts']),
  files: publishedFiles.optional(),
  /** Of the timestamp among them, as a request for it would have got. */
  etag: z.string().max(200).optional(),
});
export type Hint = z.infer<typeof hint>;
