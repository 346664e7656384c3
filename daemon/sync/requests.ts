/** Requests for exceptions: those that wait here are sent, and of those that were sent the hub says where they stand. */
import {
  type ExceptionRequestState,
  exceptionRequestPayloadType,
  exceptionRequestState,
  exceptionRequestStates,
  hubPaths,
  maxRequestStates,
} from '../../hub/protocol.ts';
import { keepRequest, type QueuedRequest, readQueue } from '../exception/queue.ts';
import type { Store } from '../store/store.ts';
import { type DeviceKey, signEnvelope } from './deviceKey.ts';
import { type Hub, readAnswer } from './hub.ts';
import { HubFailure } from './network.ts';

export interface RequestOptions {
  readonly store: Pick<Store, 'requests' | 'putRequest' | 'removeRequest'>;
  readonly hub: Hub;
  readonly key: DeviceKey;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const maxAnswerBytes = 1_000_000;

/** Sends and asks. What was cut off is sent again: the hub knows a request by its id. Throws `HubFailure`. */
export async function exchangeRequests(options: RequestOptions): Promise<void> {
  const pending = readQueue(options.store).filter(({ state }) => state === 'pending');
  for (const queued of pending.filter(({ sentAt }) => sentAt === null)) await send(queued, options);
  const sent = pending.filter(({ sentAt }) => sentAt !== null).slice(0, maxRequestStates);
  if (sent.length > 0) await ask(sent, options);
}

async function send(queued: QueuedRequest, { store, hub, key, now }: RequestOptions): Promise<void> {
  const envelope = signEnvelope(exceptionRequestPayloadType, JSON.stringify(queued.request), key);
  const question = {
    method: 'POST',
    path: hubPaths.exceptionRequests,
    json: envelope,
    maxBytes: maxAnswerBytes,
  } as const;
  const state = readAnswer('exception request', await hub.send(question), exceptionRequestState);
  keep({ ...queued, sentAt: new Date(now).toISOString() }, state, store);
}

async function ask(sent: readonly QueuedRequest[], { store, hub }: RequestOptions): Promise<void> {
  const query = sent.map(({ request }) => `id=${encodeURIComponent(request.id)}`).join('&');
  const answer = await hub.send({
    method: 'GET',
    path: `${hubPaths.exceptionRequests}?${query}`,
    maxBytes: maxAnswerBytes,
  });
  const { requests } = readAnswer('exception requests', answer, exceptionRequestStates);
  for (const queued of sent) {
    const state = requests.find(({ id }) => id === queued.request.id);
    if (state !== undefined && state.state !== queued.state) keep(queued, state, store);
  }
}

function keep(
  queued: QueuedRequest,
  { state, reason, exception }: ExceptionRequestState,
  store: RequestOptions['store'],
): void {
  const refused = keepRequest(store, { ...queued, state, reason, exception });
  if (refused !== null) throw new HubFailure('refused', `exception request: ${refused}`);
}
