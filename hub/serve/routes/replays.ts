/** Replays of a change on past decisions: asked for by people, answered by devices, shown to reviewers. */
import * as z from 'zod';
import type { Hub } from '../../hub.ts';
import {
  envelope,
  hubPaths,
  maxReplayAnswerBytes,
  openReplays,
  type ReplayShown,
  type ReplaySummary,
  replayShown,
  replaySummary,
  replayTask,
} from '../../protocol.ts';
import { answerReplay, askReplay } from '../../replays/ask.ts';
import { byOwner, ownersIn } from '../../replays/owners.ts';
import { addSummaries } from '../../replays/total.ts';
import type { ChangeRequest } from '../../store/query/publication.ts';
import { json, notFound, type Route, refuse, route } from '../route.ts';
import { rule } from '../rule.ts';

const one = z.object({ id: z.string().max(100) });
const nothing = { status: 204, type: '', body: null } as const;

export const replayRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: `${hubPaths.changes}/:id/replay`,
    summary: 'Asks the fleet to replay a change on past decisions; an approver’s key has signed the question',
    permission: 'change:replay',
    params: one,
    body: envelope,
    success: { status: 204, description: 'Asked', content: null },
    async run({ hub, caller, params: { id }, body }) {
      const answer = await rule(
        hub,
        caller,
        (desk) => askReplay({ ...desk, replays: hub.store }, id, body),
        () => nothing,
      );
      if (answer.status === 204) hub.news.announce(caller.tenant.id, 'rollout');
      return answer;
    },
  }),
  route({
    method: 'GET',
    path: `${hubPaths.changes}/:id/replay`,
    summary: 'What the fleet says of a change: how many devices have answered, and their sum',
    permission: 'change:read',
    params: one,
    success: { status: 200, description: 'So far', content: replayShown },
    async run({ hub, caller, params: { id } }) {
      const tenant = caller.tenant.id;
      const request = await hub.store.changeRequest(tenant, id);
      return request === null ? notFound(`change ${id}`) : json(200, await shown(hub, tenant, request));
    },
  }),
  route({
    method: 'GET',
    path: hubPaths.replays,
    summary: 'Changes that the calling device is asked to replay and has not answered',
    permission: 'replay',
    success: { status: 200, description: 'Their ids', content: openReplays },
    async run({ hub, caller }) {
      return json(200, { replays: await hub.store.openReplays(caller.tenant.id, caller.id, hub.now()) });
    },
  }),
  route({
    method: 'GET',
    path: `${hubPaths.replays}/:id`,
    summary: 'A question with the bundle that it is about; that this device has taken it is noted',
    permission: 'replay',
    params: one,
    success: { status: 200, description: 'The question', content: replayTask },
    async run({ hub, caller, params: { id } }) {
      const { store } = hub;
      const tenant = caller.tenant.id;
      const [request, asked] = [await store.changeRequest(tenant, id), await store.askedReplay(tenant, id)];
      if (request === null || asked === null) return notFound(`change ${id}`);
      await store.noteReplayTaken(tenant, id, { device: caller.id, at: hub.now() });
      return json(200, { question: JSON.parse(asked.question), bundle: request.bundle });
    },
  }),
  route({
    method: 'POST',
    path: `${hubPaths.replays}/:id`,
    summary: 'Takes what a device came to, signed by it; its first answer stands',
    permission: 'replay',
    params: one,
    body: envelope,
    maxBody: maxReplayAnswerBytes,
    success: { status: 204, description: 'Taken', content: null },
    async run({ hub, caller, params: { id }, body }) {
      const { device } = caller;
      if (device === null) return refuse(403, 'forbidden', 'only a device answers');
      return rule(
        hub,
        caller,
        (desk) => answerReplay({ ...desk, replays: hub.store }, { id, device, envelope: body, verify: hub.verify }),
        () => nothing,
      );
    },
  }),
];

async function shown(
  { store, catalogues }: Hub,
  tenant: number,
  { id, bundle }: Pick<ChangeRequest, 'id' | 'bundle'>,
): Promise<ReplayShown> {
  const [asked, counts, fleet, total, catalogue] = await Promise.all([
    store.askedReplay(tenant, id),
    store.replayCounts(tenant, id),
    store.fleet(tenant),
    totalOf(store, tenant, id),
    catalogues.of(tenant),
  ]);
  const groups = total?.groups ?? [];
  // What is in force says whose those are that the change takes away.
  const inForce = new Map(catalogue?.policies.map(({ policy }) => [policy.id, policy.owners]));
  const proposed = groups.length === 0 ? inForce : ownersIn(bundle, new Set(groups.map(({ policy }) => policy)));
  return {
    asked: asked === null ? null : { owner: asked.owner, at: iso(asked.askedAt), expiresAt: iso(asked.expiresAt) },
    devices: { enrolled: fleet.devices, ...counts },
    total,
    owners: [...byOwner(groups, (policy) => proposed.get(policy) ?? inForce.get(policy) ?? [])],
  };
}

const answersAtOnce = 100;

async function totalOf(store: Hub['store'], tenant: number, id: string): Promise<ReplaySummary | null> {
  let total: ReplaySummary | null = null;
  for (let after = ''; ; ) {
    const answers = await store.replayAnswers(tenant, id, { after, limit: answersAtOnce });
    for (const { answer } of answers) {
      const summary = replaySummary.parse(JSON.parse(answer));
      total = total === null ? summary : addSummaries(total, summary);
    }
    const last = answers.at(-1);
    if (last === undefined || answers.length < answersAtOnce) return total;
    after = last.device;
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
