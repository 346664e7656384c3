/** What is done about a rollout: its next stage and the way back are changes that approvers sign; to hold it back needs nobody. */
import { formatBundle, isRolledOut } from '../../engine/index.ts';
import { bundleNumbered, newestNumber, readTarget } from '../policies/inForce.ts';
import { openRequest, type Proposed } from '../policies/review.ts';
import { type Desk, type Refused, type Ruling, refused } from '../policies/ruling.ts';
import { readShelf, type Shelf } from '../policies/shelf.ts';
import { bundleTarget } from '../protocol.ts';
import type { RolloutState } from '../store/query/rollout.ts';
import type { Change } from '../store/store.ts';
import { type Comparison, compare, trippedGuard } from './guard.ts';
import { heldBack, nextStageAt, rolloutOf, type Standing, standingRollout } from './stage.ts';

/** Decisions are counted by the minute. */
const minuteMs = 60_000;

interface By {
  /** Of the change. */
  readonly id: string;
  readonly author: string;
}

/** Proposes the next stage, once this one has gone well for long enough. */
export async function promote(desk: Desk, { id, author }: By): Promise<Ruling<Proposed>> {
  const found = await underWay(desk);
  if ('status' in found) return found;
  const { shelf, standing } = found;
  const { rollout } = standing;
  if (isRolledOut(rollout)) return refused(409, 'done', 'every stage has begun');
  const tripped = trippedGuard(rollout, await comparisonOf(desk, standing));
  if (tripped !== null) return refused(409, 'halted', tripped);
  const next = { ...rollout, begun: rollout.begun + 1 };
  const held = await heldBack(desk, next);
  if (held !== null) return held;
  const from = nextStageAt(standing);
  if (desk.now < from) return refused(409, 'tooSoon', `the next stage may begin at ${new Date(from).toISOString()}`);
  const bundle = await readTarget(desk, shelf.targets, bundleTarget(rollout.version));
  if (bundle === null) throw new Error(`bundle ${rollout.version} is not there`);
  const title = `stage ${rollout.stages[rollout.begun]?.name} of bundle ${rollout.version}`;
  const opening = {
    id,
    author,
    title,
    number: rollout.version,
    bundle,
    rollout: next,
    replaced: null,
    act: 'rollout.promote',
  };
  return openRequest(desk, shelf, opening);
}

/** Proposes the old content for everybody, under a new number. */
export async function goBack(desk: Desk, { id, author }: By): Promise<Ruling<Proposed>> {
  const found = await underWay(desk);
  if ('status' in found) return found;
  const { shelf, standing } = found;
  const { base, version } = standing.rollout;
  const before = await bundleNumbered(desk, shelf.targets, base);
  if (before === null) throw new Error(`bundle ${base} is not there`);
  const number = newestNumber(shelf.targets) + 1;
  const bundle = formatBundle({ ...before, version: number });
  const title = `back from bundle ${version} to what ${base} says`;
  return openRequest(desk, shelf, {
    id,
    author,
    title,
    number,
    bundle,
    rollout: null,
    replaced: null,
    act: 'rollout.back',
  });
}

/** Holds a rollout back, or lets it go on; then guards count anew. */
export async function hold(
  desk: Desk,
  to: 'running' | 'paused' | 'halted',
  reason: string,
): Promise<Ruling<RolloutState>> {
  const found = await underWay(desk);
  if ('status' in found) return found;
  const { rollout, state } = found.standing;
  if ((state.state === 'running') === (to === 'running'))
    return refused(409, state.state, `the rollout is ${state.state} already`);
  const next: RolloutState = {
    ...{ id: rollout.id, state: to },
    reason: to === 'running' ? null : reason,
    // With the next minute: what made it halt is not counted again.
    begunAt: to === 'running' ? Math.ceil(desk.now / minuteMs) * minuteMs : state.begunAt,
  };
  const act = { running: 'rollout.resume', paused: 'rollout.pause', halted: 'rollout.halt' }[to];
  const closed = to === 'running' ? [] : await openPromotions(desk);
  return {
    kind: 'done',
    value: next,
    deed: {
      act,
      subject: { id: rollout.id, version: rollout.version, stage: rollout.begun, reason },
      changes: [{ kind: 'setRollout', rollout: next }, ...closed],
    },
  };
}

/** What came of decisions since the stage began. */
export async function comparisonOf({ rollouts, tenant }: Desk, { rollout, state }: Standing): Promise<Comparison> {
  const since = state.begunAt - (state.begunAt % minuteMs);
  const revisions = [String(rollout.version), String(rollout.base)];
  return compare(rollout, await rollouts.revisionCounts(tenant, revisions, since));
}

async function underWay(desk: Desk): Promise<{ readonly shelf: Shelf; readonly standing: Standing } | Refused> {
  const shelf = await readShelf(desk);
  const standing = await standingRollout(desk, shelf);
  return standing === null ? refused(404, 'notFound', 'there is no rollout') : { shelf, standing };
}

/** Signatures that were given before it was held back do not count after it. */
async function openPromotions({ publications, tenant, now }: Desk): Promise<readonly Change[]> {
  const open = (await publications.changeRequests(tenant)).filter(({ state }) => state === 'open');
  const requests = await Promise.all(open.map(({ id }) => publications.changeRequest(tenant, id)));
  return requests
    .filter((request) => request !== null)
    .filter((request) => (rolloutOf(request)?.begun ?? 0) > 1)
    .map(({ id }) => ({ kind: 'closeRequest', id, state: 'outdated', at: now }));
}
