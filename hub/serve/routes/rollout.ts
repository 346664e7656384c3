/** The rollout under way: shown, held back, let go on; its next stage and the way back proposed. */
import * as z from 'zod';
import { isRolledOut } from '../../../engine/index.ts';
import type { Hub } from '../../hub.ts';
import type { Caller } from '../../identity/authenticate.ts';
import { newId } from '../../log/act.ts';
import { readShelf } from '../../policies/shelf.ts';
import { deskOf } from '../../policies/turn.ts';
import { hubPaths, type RolloutStatus, rolloutReason, rolloutStatus } from '../../protocol.ts';
import { comparisonOf, goBack, hold, promote } from '../../rollout/advance.ts';
import { nextStageAt, standingRollout } from '../../rollout/stage.ts';
import { type Answer, json, type Route, route } from '../route.ts';
import { rule } from '../rule.ts';

const proposed = {
  status: 201,
  description: 'Open, for its approvers',
  content: z.object({ id: z.uuid(), number: z.int() }),
} as const;
const done = { status: 204, description: 'Done', content: null } as const;

export const rolloutRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: hubPaths.rollout,
    summary: 'Where the rollout stands, and what came of decisions since its stage began',
    permission: 'rollout:read',
    success: { status: 200, description: 'Null where there is none', content: rolloutStatus },
    run: async ({ hub, caller }) => json(200, { rollout: await shown(hub, caller.tenant.id) }),
  }),
  route({
    method: 'POST',
    path: `${hubPaths.rollout}/promotion`,
    summary: 'Proposes the next stage, where this one went well for long enough',
    permission: 'rollout:write',
    success: proposed,
    run: async ({ hub, caller }) => proposal(hub, caller, promote),
  }),
  route({
    method: 'POST',
    path: `${hubPaths.rollout}/back`,
    summary: 'Proposes what was in force before, for everybody and under a new number',
    permission: 'rollout:write',
    success: proposed,
    run: async ({ hub, caller }) => proposal(hub, caller, goBack),
  }),
  route({
    method: 'POST',
    path: `${hubPaths.rollout}/pause`,
    summary: 'Holds the rollout back; whom it has reached keeps the new bundle',
    permission: 'rollout:write',
    body: rolloutReason,
    success: done,
    run: async ({ hub, caller, body: { reason } }) =>
      rule(hub, caller, (desk) => hold(desk, 'paused', reason), noContent),
  }),
  route({
    method: 'POST',
    path: `${hubPaths.rollout}/resume`,
    summary: 'Lets a rollout go on that was paused or halted; its guards count anew',
    permission: 'rollout:write',
    body: rolloutReason,
    success: done,
    run: async ({ hub, caller, body: { reason } }) =>
      rule(hub, caller, (desk) => hold(desk, 'running', reason), noContent),
  }),
];

function proposal(hub: Hub, caller: Caller, propose: typeof promote): Promise<Answer> {
  return rule(
    hub,
    caller,
    (desk) => propose(desk, { id: newId(hub.now()), author: caller.name }),
    (opened) => json(201, opened),
  );
}

function noContent(): Answer {
  return { status: 204, type: '', body: null };
}

async function shown(hub: Hub, tenant: number): Promise<RolloutStatus['rollout']> {
  const desk = deskOf(hub, tenant);
  const standing = await standingRollout(desk, await readShelf(desk));
  if (standing === null) return null;
  const { rollout, state } = standing;
  const { id, version, base, begun } = rollout;
  return {
    ...{ id, version, base, begun, reason: state.reason },
    state: isRolledOut(rollout) ? 'done' : state.state,
    changed: [...rollout.changed],
    stages: rollout.stages.map(({ name, percent, selector }) => ({
      ...{ name, percent },
      selector: Object.fromEntries(Object.entries(selector).map(([label, values]) => [label, [...values]])),
    })),
    begunAt: new Date(state.begunAt).toISOString(),
    nextAt: new Date(nextStageAt(standing)).toISOString(),
    counts: await comparisonOf(desk, standing),
  };
}
