/** Letting bodies go when their time has passed. What was decided can still be proved, and not read any more. */
import { retentionAnswer, retentionPath, retentionRequest } from '../../protocol/retention.ts';
import { firstIdOf, timeOfId } from '../../store/query/search.ts';
import { perform } from '../perform.ts';
import { json, type Route, route } from '../route.ts';

const dayMs = 86_400_000;
/** Of records, in one request: each is a transaction. */
const mostDays = 7;

export const retentionRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: retentionPath,
    summary: 'Deletes records that are older, a week of them at most; leaves, proofs and figures stay',
    permission: 'retention:write',
    body: retentionRequest,
    success: { status: 200, description: 'How many', content: retentionAnswer },
    async run({ hub, caller, body: { days } }) {
      const { store } = hub;
      const tenant = caller.tenant.id;
      const before = hub.now() - days * dayMs;
      const beforeId = firstIdOf(before);
      const known = await store.retainedFrom(tenant);
      // The act comes first: what is deleted without one could as well be lost.
      if (known === null || known < beforeId)
        await perform(hub, caller, {
          act: 'retention.set',
          subject: { days, before: new Date(before).toISOString() },
          changes: [{ kind: 'retain', beforeId }],
        });
      await store.deleteFeedbackBefore(tenant, before);
      await store.deleteCommentsBefore(tenant, beforeId);
      let deleted = 0;
      for (let day = 0; day < mostDays; day++) {
        const oldest = await store.oldestRecord(tenant);
        if (oldest === null || oldest >= beforeId) break;
        const next = firstIdOf(Math.min(timeOfId(oldest) + dayMs, before));
        deleted += await store.deleteRecordsBefore(tenant, next);
      }
      const oldest = await store.oldestRecord(tenant);
      const isDone = oldest === null || oldest >= beforeId;
      return json(200, { before: new Date(before).toISOString(), deleted, isDone });
    },
  }),
];
