/** Requests for exceptions as editors make and see them, by way of the daemon. */
import * as z from 'zod';
import { type CurrentOrganisation, exceptionRequest } from '../../engine/index.ts';
import type { AskedException, RequestedException } from '../protocol.ts';
import type { Store } from '../store/store.ts';
import { keepRequest, type QueuedRequest, readQueue } from './queue.ts';
import { makeRequestIn } from './request.ts';

/** The form of what an editor asks. */
export const askedException: z.ZodType<AskedException> = z.lazy(() =>
  exceptionRequest
    .unwrap()
    .pick({
      policy: true,
      severity: true,
      file: true,
      fingerprint: true,
      resource: true,
      category: true,
      reason: true,
      ticket: true,
    })
    .extend({ root: z.string().min(1).max(4_096), until: z.string().max(10).nullable() }),
);

export interface AskingOptions {
  readonly store: Pick<Store, 'requests' | 'putRequest' | 'removeRequest'>;
  readonly organisation: CurrentOrganisation;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** Keeps what an editor asks for. A string says why it cannot be kept; throws `UsageError` where nobody could grant it. */
export async function askException(
  { root, until, reason, category, ticket, ...target }: AskedException,
  { store, organisation, atMs }: AskingOptions,
): Promise<RequestedException | string> {
  const plea = { until, reason, category, ticket, compensatingControls: [], organisation, atMs };
  const request = await makeRequestIn(root, target, plea);
  const queued: QueuedRequest = { request, sentAt: null, state: 'pending', reason: null, exception: null };
  return keepRequest(store, queued) ?? requestedOf(queued);
}

/** What was asked for on this device, the oldest first. */
export function listRequested(store: Pick<Store, 'requests'>): readonly RequestedException[] {
  return readQueue(store).map(requestedOf);
}

function requestedOf({ request, sentAt, state, reason }: QueuedRequest): RequestedException {
  const { id, policy, repository, file, fingerprint, at, expiresAt } = request;
  return { id, policy, repository, file, fingerprint, at, expiresAt, isSent: sentAt !== null, state, reason };
}
