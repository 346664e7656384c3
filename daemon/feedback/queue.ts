/** Feedback that waits in the store beside requests for exceptions: given offline, sent when the hub is in reach. */
import * as z from 'zod';
import { findingFeedback, readJson } from '../../engine/index.ts';
import type { Store } from '../store/store.ts';

const queuedFeedback = z.strictObject({
  feedback: findingFeedback,
  /** When the hub took it; null while it waits here. */
  sentAt: z.string().nullable(),
  /** Why the hub will not have it, in its words. */
  refusal: z.string().max(2_000).nullable(),
});
export type QueuedFeedback = z.infer<typeof queuedFeedback>;

type QueueStore = Pick<Store, 'requests' | 'putRequest' | 'removeRequest'>;

/** The oldest that were sent make room for more. */
const maxFeedback = 300;

/** All of it, the oldest first. Rows of another form are somebody else's. */
export function readFeedbackQueue(store: Pick<Store, 'requests'>): readonly QueuedFeedback[] {
  return [...store.requests().values()]
    .flatMap((text) => queuedFeedback.safeParse(readJson(text)).data ?? [])
    .sort((a, b) => (a.feedback.at < b.feedback.at ? -1 : a.feedback.at > b.feedback.at ? 1 : 0));
}

/** Keeps what is new, in the place of what was said of the finding before. A string says why it could not be kept. */
export function keepFeedback(store: QueueStore, queued: QueuedFeedback): string | null {
  const known = readFeedbackQueue(store);
  const outdated = known.filter((each) => isOfOneFinding(each, queued));
  if (known.length - outdated.length >= maxFeedback) {
    const done = known.find(({ sentAt, refusal }) => sentAt !== null || refusal !== null);
    if (done === undefined) return `${maxFeedback} findings were spoken of and wait: let the hub have them first`;
    store.removeRequest(done.feedback.id);
  }
  for (const { feedback } of outdated) store.removeRequest(feedback.id);
  return write(store, queued);
}

/** Notes what the hub made of it; nothing where other words have taken its place meanwhile. */
export function settleFeedback(store: QueueStore, queued: QueuedFeedback): string | null {
  return store.requests().has(queued.feedback.id) ? write(store, queued) : null;
}

function write(store: QueueStore, queued: QueuedFeedback): string | null {
  const written = store.putRequest(queued.feedback.id, JSON.stringify(queued));
  return written.kind === 'refused' ? written.message : null;
}

function isOfOneFinding({ feedback: a }: QueuedFeedback, { feedback: b }: QueuedFeedback): boolean {
  return a.policy === b.policy && a.fingerprint === b.fingerprint && a.repository === b.repository;
}
