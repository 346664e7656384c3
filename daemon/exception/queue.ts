/** Requests that wait in the store: made offline, sent when the hub is in reach, and what became of them. */
import * as z from 'zod';
import { exceptionRequest, readJson } from '../../engine/index.ts';
import type { Store } from '../store/store.ts';

const queuedRequest = z.strictObject({
  request: exceptionRequest,
  /** When the hub took it; null while it waits here. */
  sentAt: z.string().nullable(),
  state: z.enum(['pending', 'granted', 'refused']),
  /** Why it was refused, in the reviewer's words. */
  reason: z.string().max(2_000).nullable(),
  /** The exception that was granted. */
  exception: z.string().max(500).nullable(),
});
export type QueuedRequest = z.infer<typeof queuedRequest>;

/** More than these nobody reviews; the oldest that are answered make room. */
const maxRequests = 1_000;

/** All requests, the oldest first. A row that cannot be read is left out: it was never sent, and can be asked again. */
export function readQueue(store: Pick<Store, 'requests'>): readonly QueuedRequest[] {
  return [...store.requests().values()]
    .flatMap((text) => queuedRequest.safeParse(readJson(text)).data ?? [])
    .sort((a, b) => (a.request.at < b.request.at ? -1 : a.request.at > b.request.at ? 1 : 0));
}

/** Keeps a request, new or changed. A string says why it could not be kept. */
export function keepRequest(
  store: Pick<Store, 'requests' | 'putRequest' | 'removeRequest'>,
  queued: QueuedRequest,
): string | null {
  const known = readQueue(store);
  const isNew = known.every(({ request }) => request.id !== queued.request.id);
  if (isNew && known.length >= maxRequests) {
    const answered = known.find(({ state }) => state !== 'pending');
    if (answered === undefined) return `${maxRequests} requests wait already: let the hub answer them first`;
    store.removeRequest(answered.request.id);
  }
  const written = store.putRequest(queued.request.id, JSON.stringify(queued));
  return written.kind === 'refused' ? written.message : null;
}
