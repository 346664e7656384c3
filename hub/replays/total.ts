/** The answers of devices, added up. */
import {
  groupName,
  heaviestGroups,
  maxNamedFindings,
  type ReplayGroup,
  type ReplaySummary,
  type ReplayTransitions,
  replayFindingKinds,
  replayObstacles,
  replayTransitions,
} from '../protocol.ts';

/**
 * The sum of two summaries. Decisions are each device's own. A finding that several devices have is counted by each: only its
 * fingerprint, where it is named, tells that it is one.
 */
export function addSummaries(one: ReplaySummary, other: ReplaySummary): ReplaySummary {
  const groups = new Map(one.groups.map((group) => [groupName(group), group]));
  for (const group of other.groups) {
    const known = groups.get(groupName(group));
    groups.set(groupName(group), known === undefined ? group : addGroups(known, group));
  }
  const heaviest = heaviestGroups(groups.values());
  return {
    since: one.since.localeCompare(other.since) < 0 ? one.since : other.since,
    decisions: one.decisions + other.decisions,
    replayed: one.replayed + other.replayed,
    obstacles: addCounts(replayObstacles, one.obstacles, other.obstacles),
    effects: addTransitions(one.effects, other.effects),
    groups: heaviest.groups,
    groupsLeftOut: one.groupsLeftOut + other.groupsLeftOut + heaviest.groupsLeftOut,
  };
}

function addGroups(one: ReplayGroup, other: ReplayGroup): ReplayGroup {
  const joined = (kind: 'added' | 'gone'): string[] =>
    [...new Set([...one.fingerprints[kind], ...other.fingerprints[kind]])].sort().slice(0, maxNamedFindings);
  return {
    ...one,
    decisions: addTransitions(one.decisions, other.decisions),
    findings: addCounts(replayFindingKinds, one.findings, other.findings),
    fingerprints: { added: joined('added'), gone: joined('gone') },
  };
}

function addTransitions(one: ReplayTransitions, other: ReplayTransitions): ReplayTransitions {
  return addCounts(replayTransitions, one, other);
}

export function addCounts<Key extends string>(
  keys: readonly Key[],
  one: Readonly<Record<Key, number>>,
  other: Readonly<Record<Key, number>>,
): Record<Key, number> {
  return Object.fromEntries(keys.map((key) => [key, one[key] + other[key]])) as Record<Key, number>;
}
