/**
 * What people say of findings. `POST feedback` takes an envelope of it, as the engine writes it, and is idempotent by its id.
 * Of one device and one finding the hub keeps what was said last.
 */
import * as z from 'zod';
import { hash, instant, name, words } from './scalar.ts';

export const feedbackPayloadType = 'application/vnd.kerb.feedback+json';

export const feedbackTaken = z.object({ id: name });

const shownFeedback = z.object({
  id: name,
  complaint: z.enum(['wrong', 'unclear']),
  comment: words.nullable(),
  by: z.string(),
  at: instant,
  repository: name,
  fingerprint: z.string(),
  /** Of the policy's text that it is about. */
  policySha256: hash,
});
export type ShownFeedback = z.infer<typeof shownFeedback>;

/** `GET feedback?policy=…`: the newest first. */
export const feedbackList = z.object({ feedback: z.array(shownFeedback) });
export type FeedbackList = z.infer<typeof feedbackList>;
