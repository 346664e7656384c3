/**
 * A person's request for an exception. `POST exceptionRequests` takes an envelope of a request, as the engine writes it, and
 * is idempotent by the request's id; `GET exceptionRequests?id=…&id=…` says where requests stand. A granted exception does not
 * come this way: it arrives as a signed target.
 */
import * as z from 'zod';
import { name, words } from './scalar.ts';

export const exceptionRequestPayloadType = 'application/vnd.kerb.exception-request+json';

/** The most ids of one question. */
export const maxRequestStates = 100;

export const exceptionRequestState = z.object({
  id: name,
  state: z.enum(['pending', 'granted', 'refused']),
  /** Why it was refused, in the reviewer's words. */
  reason: words.nullable(),
  /** The exception that was granted. */
  exception: name.nullable(),
});
export type ExceptionRequestState = z.infer<typeof exceptionRequestState>;

export const exceptionRequestStates = z.object({
  requests: z.array(exceptionRequestState).max(maxRequestStates),
});
