/** A replay in words and as JSON. */
import type { ReplayGroup, ReplayObstacle, ReplaySummary, ReplayTransitions } from '../../hub/protocol.ts';
import { printable } from '../report/style.ts';
import { counted } from '../report/summary.ts';
import type { Transition } from './compare.ts';
import type { Replay, Turned } from './replay.ts';

/** What `kerb replay` prints for a person. */
export function replayText({ summary, turned }: Replay): string {
  const lines = [...summaryLines(summary), ...turned.slice(0, maxShown).map(turnedLine)];
  if (turned.length > maxShown) lines.push(`  and ${turned.length - maxShown} more`);
  return lines.map((line) => `${printable(line)}\n`).join('');
}

const maxShown = 50;

/** The figures alone, as reviewers see them too. */
export function summaryLines({
  since,
  decisions,
  replayed,
  obstacles,
  effects,
  groups,
  groupsLeftOut,
}: ReplaySummary): string[] {
  const missed = Object.entries(obstacles).filter(([, count]) => count > 0);
  return [
    `${counted(decisions, 'decision')} since ${since.slice(0, 10)}, ${replayed} replayed: ${transitionsLine(effects)}`,
    ...missed.map(([obstacle, count]) => `  ${count} not replayed: ${obstacleWords[obstacle as ReplayObstacle]}`),
    ...groups.map(groupLine),
    ...(groupsLeftOut > 0 ? [`and ${groupsLeftOut} more groups, of less weight`] : []),
  ];
}

/** `kerb replay --format json`. */
export function replayJson({ summary, turned }: Replay): object {
  return {
    ...summary,
    turned: turned.slice(0, maxTurned).map(({ record, commit, difference, after }) => ({
      ...{ id: record.id, at: record.at, repository: record.repository, gate: record.gate },
      commit: commit === null ? null : { id: commit.id, subject: commit.subject },
      ...{ before: record.effect, after, transition: difference.transition },
      policies: [...difference.policies.keys()].sort(),
    })),
  };
}

const maxTurned = 1_000;

function groupLine({ policy, repository, gate, decisions, findings }: ReplayGroup): string {
  const found = Object.entries(findings).filter(([, count]) => count > 0);
  const words = found.map(([kind, count]) => `${count} ${findingWords[kind as keyof ReplayGroup['findings']]}`);
  return `${policy}  ${repository}  ${gate}: ${transitionsLine(decisions)}; findings: ${words.join(', ')}`;
}

function turnedLine({ record, commit, difference, after }: Turned): string {
  const what =
    commit === null
      ? `what was to be committed on ${record.target.base?.slice(0, 12) ?? 'nothing'}`
      : `${commit.id.slice(0, 12)} ${commit.subject}`;
  const policies = [...difference.policies.keys()].sort().join(', ');
  return `  ${record.at.slice(0, 10)}  ${transitionWords[difference.transition ?? 'toNoVerdict']}  ${what}  [${policies}]  ${after}`;
}

function transitionsLine(transitions: ReplayTransitions): string {
  const turned = Object.entries(transitions).filter(([, count]) => count > 0);
  const words = turned.map(([kind, count]) => `${count} ${transitionWords[kind as Transition]}`);
  return words.length === 0 ? 'no decision turns' : words.join(', ');
}

const transitionWords: Readonly<Record<Transition, string>> = {
  allowToDeny: 'allow → deny',
  denyToAllow: 'deny → allow',
  toNoVerdict: '→ no verdict',
  fromNoVerdict: 'no verdict → verdict',
};

const findingWords: Readonly<Record<keyof ReplayGroup['findings'], string>> = {
  added: 'come',
  gone: 'go',
  tightened: 'block now',
  loosened: 'block no more',
};

const obstacleWords: Readonly<Record<ReplayObstacle, string>> = {
  notRecorded: 'what was judged is not in the record (messages, pushes)',
  repositoryGone: 'no work tree of the repository is known here',
  objectGone: 'git has let the objects go',
  olderPolicies: 'other policies decided it, and it was never committed',
  notReproduced: 'the policies that decided it come to something else today',
  tooLarge: 'it changes too many files',
  outOfTime: 'the time allowed was spent',
  failed: 'git could not bring what changed',
};
