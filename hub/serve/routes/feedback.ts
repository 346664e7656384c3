/** What people say of findings: devices hand it in, and whoever answers for a policy reads it. */
import * as z from 'zod';
import { type FindingFeedback, readFeedback } from '../../../engine/index.ts';
import type { Hub } from '../../hub.ts';
import { inTurn } from '../../policies/turn.ts';
import { feedbackList, feedbackPayloadType, feedbackTaken, type ShownFeedback } from '../../protocol/feedback.ts';
import { envelope, hubPaths } from '../../protocol.ts';
import { plainText } from '../../store/plainText.ts';
import type { KeptFeedback } from '../../store/query/feedback.ts';
import { perform } from '../perform.ts';
import { type Answer, json, type Route, refuse, route } from '../route.ts';
import { readSigned } from '../signed.ts';

/** More than these of one device nobody reads. */
const maxOfDevice = 500;

export const feedbackRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: hubPaths.feedback,
    summary: 'Takes what a person says of a finding, signed by their device',
    permission: 'feedback:send',
    body: envelope,
    success: { status: 200, description: 'It is kept', content: feedbackTaken },
    async run({ hub, caller, body }) {
      const signed = await readSigned(hub, caller, body, feedbackPayloadType);
      if ('status' in signed) return signed;
      const given = readFeedback(signed.text);
      if (given === null || given.id.includes('\0')) return refuse(400, 'invalid', 'this is no feedback on a finding');
      return inTurn(hub, caller.tenant.id, () => keep(hub, caller, given));
    },
  }),
  route({
    method: 'GET',
    path: hubPaths.feedback,
    summary: 'What people say of a policy’s findings: ?policy=…',
    permission: 'feedback:read',
    query: z.strictObject({
      policy: z.string().max(500).default(''),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
    success: { status: 200, description: 'The newest first', content: feedbackList },
    async run({ hub, caller, query: { policy, limit } }) {
      const kept = await hub.store.feedback(caller.tenant.id, policy, limit);
      return json(200, { feedback: kept.map(shown) });
    },
  }),
];

/** Once, by its id. */
async function keep(
  hub: Hub,
  caller: Parameters<typeof perform>[1],
  { id, at, by, ...given }: FindingFeedback,
): Promise<Answer> {
  const [tenant, device] = [caller.tenant.id, caller.id];
  const known = await hub.store.feedbackById(tenant, id);
  if (known !== null)
    return known.device === device ? json(200, { id }) : refuse(409, 'idTaken', `there is other feedback ${id}`);
  if ((await hub.store.feedbackOf(tenant, device)) >= maxOfDevice)
    return refuse(409, 'tooMany', `this device has spoken of ${maxOfDevice} findings already`);
  const { policy, fingerprint, repository, complaint } = given;
  const comment = given.comment === null ? null : plainText(given.comment);
  const plain = { repository: plainText(repository), comment, by: plainText(by) };
  const kept = { ...given, ...plain, id, device, at: Date.parse(at), received: hub.now() };
  await perform(hub, caller, {
    act: 'feedback.give',
    // The comment is for whoever answers for the policy, and not for the log.
    subject: { id, policy, fingerprint, repository, complaint, by },
    changes: [{ kind: 'keepFeedback', feedback: kept }],
  });
  return json(200, { id });
}

function shown({ device: _device, policy: _policy, received: _received, at, ...kept }: KeptFeedback): ShownFeedback {
  return { ...kept, at: new Date(at).toISOString() };
}
