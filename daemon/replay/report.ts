/** A replay in words and as JSON. */
import {
  countedWords,
  findingWords,
  obstacleWords,
  type ReplayGroup,
  type ReplayObstacle,
  type ReplaySummary,
  transitionWords,
  turnedWords,
} from '../../hub/protocol.ts';
import { printable } from '../report/style.ts';
import { counted } from '../report/summary.ts';
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
    `${counted(decisions, 'decision')} since ${since.slice(0, 10)}, ${replayed} replayed: ${turnedWords(effects)}`,
    ...missed.map(([obstacle, count]) => `  ${count} not replayed: ${obstacleWords[obstacle as ReplayObstacle]}`),
    ...groups.map(groupLine),
    ...(groupsLeftOut > 0 ? [`and ${groupsLeftOut} more groups, of less weight`] : []),
  ];
}

/** `kerb replay --format json`. */
export function replayJson({ summary, turned }: Replay): object {
  return {
    ...summary,
    turned: turned.slice(0, maxTurned).map(({ record, commit, difference, before, after }) => ({
      ...{ id: record.id, at: record.at, repository: record.repository, gate: record.gate },
      commit: commit === null ? null : { id: commit.id, subject: commit.subject },
      ...{ before, after, transition: difference.transition },
      policies: [...difference.policies.keys()].sort(),
    })),
  };
}

const maxTurned = 1_000;

function groupLine({ policy, repository, gate, decisions, findings }: ReplayGroup): string {
  return `${policy}  ${repository}  ${gate}: ${turnedWords(decisions)}; findings: ${countedWords(findings, findingWords)}`;
}

function turnedLine({ record, commit, difference, after }: Turned): string {
  const what =
    commit === null
      ? `what was to be committed on ${record.target.base?.slice(0, 12) ?? 'nothing'}`
      : `${commit.id.slice(0, 12)} ${commit.subject}`;
  const policies = [...difference.policies.keys()].sort().join(', ');
  return `  ${record.at.slice(0, 10)}  ${transitionWords[difference.transition ?? 'toNoVerdict']}  ${what}  [${policies}]  ${after}`;
}
