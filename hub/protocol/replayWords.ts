/** What a replay says, in words: the same on the page and in the command. */
import type { ReplayGroup, ReplayObstacle, ReplayTransitions } from './replay.ts';

export const transitionWords: Readonly<Record<keyof ReplayTransitions, string>> = {
  allowToDeny: 'allow → deny',
  denyToAllow: 'deny → allow',
  toNoVerdict: '→ no verdict',
  fromNoVerdict: 'no verdict → verdict',
};

export const findingWords: Readonly<Record<keyof ReplayGroup['findings'], string>> = {
  added: 'come',
  gone: 'go',
  tightened: 'block now',
  loosened: 'block no more',
};

export const obstacleWords: Readonly<Record<ReplayObstacle, string>> = {
  notRecorded: 'what was judged is not in the record (messages, pushes)',
  repositoryGone: 'no work tree of the repository is known any more',
  objectGone: 'git has let the objects go',
  olderPolicies: 'other policies decided it, and it was never committed',
  notReproduced: 'the policies that decided it come to something else today',
  tooLarge: 'it changes too many files',
  outOfTime: 'the time allowed was spent',
  failed: 'git could not bring what changed',
};

/** `2 come, 1 go`; empty where every count is 0. */
export function countedWords<Kind extends string>(
  counts: Readonly<Record<Kind, number>>,
  words: Readonly<Record<Kind, string>>,
): string {
  const kinds = (Object.keys(words) as Kind[]).filter((kind) => counts[kind] > 0);
  return kinds.map((kind) => `${counts[kind]} ${words[kind]}`).join(', ');
}

/** What turns. */
export function turnedWords(transitions: ReplayTransitions): string {
  return countedWords(transitions, transitionWords) || 'no decision turns';
}
