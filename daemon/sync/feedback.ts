/** What people say of findings, handed to the hub. What was cut off is sent again: the hub knows it by its id. */
import { feedbackPayloadType, feedbackTaken, hubPaths } from '../../hub/protocol.ts';
import { type QueuedFeedback, readFeedbackQueue, settleFeedback } from '../feedback/queue.ts';
import { type DeviceKey, signEnvelope } from './deviceKey.ts';
import { type Hub, readAnswer, refusedBy } from './hub.ts';
import { HubFailure } from './network.ts';
import type { RequestOptions } from './requests.ts';

const maxAnswerBytes = 64_000;
/** It is not good, or too much: asking again changes nothing. */
const finalStatuses = [400, 409, 413, 422];

/** Throws `HubFailure`. A hub that knows of no feedback yet leaves it waiting. */
export async function sendFeedback({ store, hub, key, now }: RequestOptions): Promise<void> {
  const waiting = readFeedbackQueue(store).filter(({ sentAt, refusal }) => sentAt === null && refusal === null);
  for (const queued of waiting) {
    const refusal = await send(queued, hub, key);
    if (refusal === 'unknown') return;
    const failed = settleFeedback(store, {
      ...queued,
      refusal,
      sentAt: refusal === null ? new Date(now).toISOString() : null,
    });
    if (failed !== null) throw new HubFailure('refused', `feedback: ${failed}`);
  }
}

/** Null where the hub has it, else why it will not; `unknown`: it does not know what that is. */
async function send({ feedback }: QueuedFeedback, hub: Hub, key: DeviceKey): Promise<string | null> {
  const json = signEnvelope(feedbackPayloadType, JSON.stringify(feedback), key);
  const answer = await hub.send({ method: 'POST', path: hubPaths.feedback, json, maxBytes: maxAnswerBytes });
  if (answer.status === 404) return 'unknown';
  if (finalStatuses.includes(answer.status)) return refusedBy('feedback', answer).message.slice(0, 2_000);
  readAnswer('feedback', answer, feedbackTaken);
  return null;
}
