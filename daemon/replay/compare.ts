/** What a candidate makes of decisions: each compared with what is in force, and added up by policy, repository and gate. */
import {
  eachOf,
  groupName,
  heaviestGroups,
  maxNamedFindings,
  type ReplayGroup,
  type ReplayObstacle,
  type ReplaySummary,
  type ReplayTransitions,
  replayFindingKinds,
  replayObstacles,
  replayTransitions,
} from '../../hub/protocol.ts';
import type { Report, ReportedFinding } from '../report/report.ts';

/** What is compared of a judged change. */
export interface Judged {
  readonly effect: Report['decision']['effect'];
  readonly findings: readonly Pick<
    ReportedFinding,
    'policy' | 'fingerprint' | 'enforcement' | 'outcome' | 'exception'
  >[];
}

type Transition = keyof ReplayTransitions;

/** What a candidate makes of one decision. */
export interface Difference {
  /** Null where it stays. */
  readonly transition: Transition | null;
  /** Findings that differ, by policy. */
  readonly policies: ReadonlyMap<string, FindingsDifference>;
}

/** Fingerprints. */
interface FindingsDifference {
  readonly added: readonly string[];
  readonly gone: readonly string[];
  readonly tightened: readonly string[];
  readonly loosened: readonly string[];
  /** Whether what differs weighs for the verdict, and in which direction. */
  readonly weighs: { readonly more: boolean; readonly less: boolean };
}

/** Compares by what findings are about, and by whether they count and block; not by what is said of them. */
export function compareJudged(before: Judged, after: Judged): Difference {
  const [then, now] = [weightsOf(before), weightsOf(after)];
  const policies = new Map<string, FindingsDifference>();
  for (const policy of new Set([...then.keys(), ...now.keys()])) {
    const difference = compareWeights(then.get(policy) ?? new Map(), now.get(policy) ?? new Map());
    if (difference !== null) policies.set(policy, difference);
  }
  return { transition: transitionOf(before.effect, after.effect), policies };
}

/** Adds up. */
export interface Tally {
  /** A decision that was judged by both. */
  add(place: Pick<ReplayGroup, 'repository' | 'gate'>, difference: Difference): void;
  /** A decision that could not be replayed. */
  miss(obstacle: ReplayObstacle): void;
  summary(since: string): ReplaySummary;
}

export function createTally(): Tally {
  const effects = eachOf(replayTransitions, 0);
  const obstacles = eachOf(replayObstacles, 0);
  const groups = new Map<string, OpenGroup>();
  let replayed = 0;
  return {
    add({ repository, gate }, { transition, policies }) {
      replayed++;
      if (transition !== null) effects[transition]++;
      for (const [policy, difference] of policies) {
        const key = groupName({ policy, repository, gate });
        const group = groups.get(key) ?? openGroup({ policy, repository, gate });
        groups.set(key, group);
        if (transition !== null && hasPart(difference, transition)) group.decisions[transition]++;
        for (const kind of replayFindingKinds) for (const each of difference[kind]) group.findings[kind].add(each);
      }
    },
    miss: (obstacle) => void obstacles[obstacle]++,
    summary(since) {
      const missed = Object.values(obstacles).reduce((sum, each) => sum + each, 0);
      return {
        ...{ since, decisions: replayed + missed, replayed, obstacles: { ...obstacles }, effects: { ...effects } },
        ...heaviestGroups([...groups.values()].map(closed)),
      };
    },
  };
}

type Weight = 'blocks' | 'shows';

/** By policy and fingerprint. What an exception covers weighs nothing. */
function weightsOf({ findings }: Judged): ReadonlyMap<string, ReadonlyMap<string, Weight>> {
  const weights = new Map<string, Map<string, Weight>>();
  for (const { policy, fingerprint, enforcement, outcome, exception } of findings) {
    if (exception !== null) continue;
    const own = weights.get(policy) ?? new Map<string, Weight>();
    weights.set(policy, own);
    const blocks = enforcement === 'deny' || outcome === 'error' || own.get(fingerprint) === 'blocks';
    own.set(fingerprint, blocks ? 'blocks' : 'shows');
  }
  return weights;
}

function compareWeights(
  then: ReadonlyMap<string, Weight>,
  now: ReadonlyMap<string, Weight>,
): FindingsDifference | null {
  const both = [...now.keys()].filter((each) => then.has(each));
  const added = [...now.keys()].filter((each) => !then.has(each));
  const gone = [...then.keys()].filter((each) => !now.has(each));
  const tightened = both.filter((each) => now.get(each) === 'blocks' && then.get(each) === 'shows');
  const loosened = both.filter((each) => now.get(each) === 'shows' && then.get(each) === 'blocks');
  if ([added, gone, tightened, loosened].every(({ length }) => length === 0)) return null;
  const more = tightened.length > 0 || added.some((each) => now.get(each) === 'blocks');
  const less = loosened.length > 0 || gone.some((each) => then.get(each) === 'blocks');
  return { added, gone, tightened, loosened, weighs: { more, less } };
}

function transitionOf(before: Judged['effect'], after: Judged['effect']): Transition | null {
  if (before === after) return null;
  if (after === 'indeterminate') return 'toNoVerdict';
  if (before === 'indeterminate') return 'fromNoVerdict';
  return after === 'deny' ? 'allowToDeny' : 'denyToAllow';
}

function hasPart({ weighs }: FindingsDifference, transition: Transition): boolean {
  return transition === 'allowToDeny' || transition === 'toNoVerdict' ? weighs.more : weighs.less;
}

interface OpenGroup extends Pick<ReplayGroup, 'policy' | 'repository' | 'gate'> {
  readonly decisions: Record<Transition, number>;
  readonly findings: Readonly<Record<(typeof replayFindingKinds)[number], Set<string>>>;
}

function openGroup(place: Pick<ReplayGroup, 'policy' | 'repository' | 'gate'>): OpenGroup {
  const findings = { added: new Set<string>(), gone: new Set<string>() };
  return {
    ...place,
    decisions: eachOf(replayTransitions, 0),
    findings: { ...findings, tightened: new Set<string>(), loosened: new Set<string>() },
  };
}

function closed({ findings, ...group }: OpenGroup): ReplayGroup {
  const { added, gone, tightened, loosened } = findings;
  const some = (all: ReadonlySet<string>): string[] => [...all].sort().slice(0, maxNamedFindings);
  return {
    ...group,
    findings: { added: added.size, gone: gone.size, tightened: tightened.size, loosened: loosened.size },
    fingerprints: { added: some(added), gone: some(gone) },
  };
}
