/**
 * Replay of a change on past decisions, by the fleet. A person whose key root names asks for it; devices that agreed judge
 * their own recent changes by what is in force and by what is proposed, and answer with counts and fingerprints. No text, no
 * path and no name of a person is in an answer.
 *
 * `POST changes/ID/replay` takes the question; `GET replays` tells a device which are open, `GET replays/ID` hands one out with
 * the bundle, `POST replays/ID` takes the device's answer. `GET changes/ID/replay` shows what has come in.
 */
import * as z from 'zod';
import { envelope } from './envelope.ts';
import { hash, instant, name } from './scalar.ts';

/** Why a decision could not be replayed. */
export const replayObstacles = [
  /** The record does not hold what was judged: a message, what a push said of its remote. */
  'notRecorded',
  /** No work tree of the repository is known on this machine any more. */
  'repositoryGone',
  /** git has let the tree or the commit go. */
  'objectGone',
  /** Other policies decided it than those in force, and it was never committed: nothing shows that a replay judges the same. */
  'olderPolicies',
  /** The policies that decided it come to another effect now. */
  'notReproduced',
  /** It changes more files than a replay looks at. */
  'tooLarge',
  /** The time or the work allowed was spent before. */
  'outOfTime',
  /** git or a rule failed. */
  'failed',
] as const;
export type ReplayObstacle = (typeof replayObstacles)[number];

/** How a decision turns. What came to no verdict is counted apart: it is neither allowed nor denied. */
export const replayTransitions = ['allowToDeny', 'denyToAllow', 'toNoVerdict', 'fromNoVerdict'] as const;

/** What becomes of findings: they come, go, begin to block, or block no more. */
export const replayFindingKinds = ['added', 'gone', 'tightened', 'loosened'] as const;

/** The same for each of some names. */
export function eachOf<Name extends string, Value>(names: readonly Name[], value: Value): Record<Name, Value> {
  return Object.fromEntries(names.map((each) => [each, value])) as Record<Name, Value>;
}

const fingerprint = z.string().regex(/^[0-9a-f]{32}$/);

/** The most fingerprints that a group names in each direction, and the most groups of an answer. */
export const maxNamedFindings = 10;
export const maxReplayGroups = 100;
/** The most that a device may count of anything: the sum over all devices stays exact. */
const maxOwnCount = 400_000;

/** What a replay came to. Every decision that was looked at is either replayed or counted by what was in the way. */
function summaryUpTo(most: number) {
  const count = z.int().min(0).max(most);
  const transitions = z.strictObject(eachOf(replayTransitions, count));
  /** What one policy would do to one repository at one gate. */
  const group = z.strictObject({
    policy: name,
    repository: name,
    gate: name,
    /** Decisions that turn, and that this policy has a part in. */
    decisions: transitions,
    /** Different ones. What an exception covers does not count. */
    findings: z.strictObject(eachOf(replayFindingKinds, count)),
    /** Some of them. */
    fingerprints: z.strictObject({
      added: z.array(fingerprint).max(maxNamedFindings),
      gone: z.array(fingerprint).max(maxNamedFindings),
    }),
  });
  return z.strictObject({
    /** Decisions from this instant on; several on the same change count once. */
    since: instant,
    decisions: count,
    replayed: count,
    obstacles: z.strictObject(eachOf(replayObstacles, count)),
    effects: transitions,
    /** Those that turn most decisions first. */
    groups: z.array(group).max(maxReplayGroups),
    /** Groups for which there was no room. */
    groupsLeftOut: count,
  });
}

/** Of one device. */
export const replaySummary = summaryUpTo(maxOwnCount);
export type ReplaySummary = z.infer<typeof replaySummary>;
export type ReplayTransitions = ReplaySummary['effects'];
export type ReplayGroup = ReplaySummary['groups'][number];

/** Those that turn most decisions first, then by findings: the same in whatever order they come. So many as an answer holds. */
export function heaviestGroups(groups: Iterable<ReplayGroup>): Pick<ReplaySummary, 'groups' | 'groupsLeftOut'> {
  const all = [...groups].sort(byWeight);
  return { groups: all.slice(0, maxReplayGroups), groupsLeftOut: Math.max(0, all.length - maxReplayGroups) };
}

function byWeight(a: ReplayGroup, b: ReplayGroup): number {
  return compareWeight(a, b) || (groupName(a) < groupName(b) ? -1 : 1);
}

type Weighed = Pick<ReplayGroup, 'decisions' | 'findings'>;

/** What turns more decisions comes first, then what has more findings. */
export function compareWeight(a: Weighed, b: Weighed): number {
  return sumOf(b.decisions) - sumOf(a.decisions) || sumOf(b.findings) - sumOf(a.findings);
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, each) => sum + each, 0);
}

/** Groups of one name are of one policy, repository and gate. */
export function groupName({ policy, repository, gate }: Pick<ReplayGroup, 'policy' | 'repository' | 'gate'>): string {
  return JSON.stringify([policy, repository, gate]);
}

/** What a person signs (DSSE, with a key that root names for publishing) to have a change replayed. */
export const replayQuestion = z.strictObject({
  change: z.uuid(),
  /** Of the bundle's text. */
  sha256: hash,
  askedAt: instant,
  expiresAt: instant,
});
export type ReplayQuestion = z.infer<typeof replayQuestion>;
export const replayQuestionType = 'application/vnd.kerb.replay-question+json';

/** A question is open for so long at most. */
export const maxReplayDays = 14;
/** More devices than these are not waited for: who comes later is told that enough have answered. */
export const maxReplayAnswers = 2_000;
/** The longest answer. */
export const maxReplayAnswerBytes = 400_000;

export const openReplays = z.object({ replays: z.array(z.uuid()).max(50) });

/** A question as it is handed out. */
export const replayTask = z.object({ question: envelope, bundle: z.string().max(32_000_000) });
export type ReplayTask = z.infer<typeof replayTask>;

/** What a device signs (DSSE). */
export const replayAnswer = z.strictObject({ change: z.uuid(), sha256: hash, summary: replaySummary });
export type ReplayAnswer = z.infer<typeof replayAnswer>;
export const replayAnswerType = 'application/vnd.kerb.replay-answer+json';

const deviceCount = z.int().min(0);

/** What one owner's policies would do. A decision that two of them turn counts twice. */
const replayOwner = z.object({
  /** Null: the hub knows no owner of these policies. */
  owner: name.nullable(),
  policies: deviceCount,
  repositories: deviceCount,
  decisions: z.object(eachOf(replayTransitions, deviceCount)),
  findings: z.object(eachOf(replayFindingKinds, deviceCount)),
});
export type ReplayOwner = z.infer<typeof replayOwner>;

/** What is known of a change's replay. */
export const replayShown = z.object({
  /** Whose key asked, and when; null where nobody has. */
  asked: z.object({ owner: name, at: instant, expiresAt: instant }).nullable(),
  /** Devices that are not revoked; those that have taken the question; those whose answers are in. */
  devices: z.object({ enrolled: deviceCount, taken: deviceCount, answered: deviceCount }),
  /** All answers together; null before the first. `since` is the earliest. */
  total: summaryUpTo(maxOwnCount * maxReplayAnswers).nullable(),
  /** Its groups by who answers for the policies, the heaviest first. An older hub does not say. */
  owners: z.array(replayOwner).max(100).default([]),
});
export type ReplayShown = z.infer<typeof replayShown>;
