/** What a replay says to those who answer for policies: its groups once more, by owner. */
import { readBundle, readPolicies } from '../../engine/index.ts';
import {
  compareWeight,
  eachOf,
  type ReplayGroup,
  type ReplayOwner,
  replayFindingKinds,
  replayTransitions,
} from '../protocol.ts';
import { addCounts } from './total.ts';

const maxOwners = 100;

/** The heaviest first. A policy with several owners counts for each of them; one whose owners nobody knows here, for null. */
export function byOwner(
  groups: readonly ReplayGroup[],
  ownersOf: (policy: string) => readonly string[],
): readonly ReplayOwner[] {
  const owners = new Map<string | null, ReplayGroup[]>();
  for (const group of groups) {
    const own = ownersOf(group.policy);
    for (const owner of own.length === 0 ? [null] : own) owners.set(owner, [...(owners.get(owner) ?? []), group]);
  }
  return [...owners]
    .map(([owner, own]) => totalOf(owner, own))
    .sort((a, b) => compareWeight(a, b) || ((a.owner ?? '') < (b.owner ?? '') ? -1 : 1))
    .slice(0, maxOwners);
}

/** Who answers for policies, as the text of a bundle says. */
export function ownersIn(text: string, ids: ReadonlySet<string>): ReadonlyMap<string, readonly string[]> {
  const bundle = readBundle(text);
  if (typeof bundle === 'string') throw new Error(`a bundle of the store cannot be read: ${bundle}`);
  const { policies: texts } = bundle;
  const there = [...ids].filter((id) => Object.hasOwn(texts, `${id}.yaml`));
  const files = there.map((id) => ({ path: `${id}.yaml`, id, text: texts[`${id}.yaml`] ?? '' }));
  return new Map(readPolicies(files).policies.map(({ id, owners }) => [id, owners]));
}

function totalOf(owner: string | null, groups: readonly ReplayGroup[]): ReplayOwner {
  return {
    owner,
    policies: new Set(groups.map(({ policy }) => policy)).size,
    repositories: new Set(groups.map(({ repository }) => repository)).size,
    decisions: groups.reduce(
      (sum, { decisions }) => addCounts(replayTransitions, sum, decisions),
      eachOf(replayTransitions, 0),
    ),
    findings: groups.reduce(
      (sum, { findings }) => addCounts(replayFindingKinds, sum, findings),
      eachOf(replayFindingKinds, 0),
    ),
  };
}
