/** The rollout under way, and its next stage. What is in force is what was signed: the hub adds whether it holds back. */
import {
  type Bundle,
  beginRollout,
  isRolledOut,
  type Rollout,
  readRollout,
  readRolloutPlan,
} from '../../engine/index.ts';
import { newestBundle, readTarget } from '../policies/inForce.ts';
import { type Desk, type Refused, refused } from '../policies/ruling.ts';
import type { Shelf } from '../policies/shelf.ts';
import { rolloutTarget } from '../protocol.ts';
import type { ChangeRequest } from '../store/query/publication.ts';
import type { RolloutState } from '../store/query/rollout.ts';

export interface Standing {
  readonly rollout: Rollout;
  readonly state: RolloutState;
}

/** The rollout that devices follow; null where everybody has the newest bundle by other ways. */
export async function standingRollout(desk: Desk, { targets }: Pick<Shelf, 'targets'>): Promise<Standing | null> {
  const text = await readTarget(desk, targets, rolloutTarget);
  const rollout = text === null ? null : readRollout(text);
  if (rollout === null || typeof rollout === 'string') return null;
  const state = await desk.rollouts.rolloutState(desk.tenant, rollout.id);
  if (state === null) throw new Error(`of the rollout ${rollout.id} nothing is noted`);
  return { rollout, state };
}

/** The rollout of a proposal, as its plan says. */
export async function firstStage(
  desk: Desk,
  shelf: Shelf,
  { id, after, text }: { readonly id: string; readonly after: Bundle; readonly text: string },
): Promise<Rollout | Refused> {
  const { plan, problems } = readRolloutPlan({ path: 'rollout.yaml', text });
  if (plan === null) {
    const [problem] = problems;
    return refused(422, 'invalid', `rollout.yaml:${problem?.range.start.line ?? 1}: ${problem?.message ?? 'no plan'}`);
  }
  const before = await newestBundle(desk, shelf.targets);
  if (before === null)
    return refused(409, 'noPolicies', 'the first policies go to everybody: there are none to stay with');
  const standing = await standingRollout(desk, shelf);
  if (standing !== null && !isRolledOut(standing.rollout))
    return refused(
      409,
      'rolloutUnderWay',
      'a rollout is under way: promote it to its end, or go back, before the next',
    );
  return beginRollout(id, { before, after, plan });
}

/** Why the next stage of a rollout may not begin now; null where it may, and for a first stage. */
export async function heldBack(desk: Desk, { id, begun }: Rollout): Promise<Refused | null> {
  if (begun === 1) return null;
  const state = await desk.rollouts.rolloutState(desk.tenant, id);
  if (state?.state === 'running') return null;
  return refused(
    409,
    state?.state ?? 'unknown',
    `the rollout is ${state?.state}: ${state?.reason ?? 'nobody says why'}`,
  );
}

/** What of a rollout a change would publish; null for one that goes to everybody. */
export function rolloutOf({ rollout: text }: Pick<ChangeRequest, 'rollout'>): Rollout | null {
  const rollout = text === null ? null : readRollout(text);
  if (typeof rollout === 'string') throw new Error(`the rollout of a change cannot be read: ${rollout}`);
  return rollout;
}

/** When a stage has gone well for long enough. */
export function nextStageAt({ rollout: { stages, begun }, state: { begunAt } }: Standing): number {
  return begunAt + (stages[begun - 1]?.minSuccessHours ?? 0) * 3_600_000;
}
