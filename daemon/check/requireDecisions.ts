/**
 * `--require-decisions`: which commits of a range passed no gate, as far as this user's store remembers, or as the decisions
 * prove that travel with the commits.
 */
import { randomUUID } from 'node:crypto';
import { createNative, type GitSession, git, openGitSession } from '../../repository/index.ts';
import { UsageError } from '../command.ts';
import { provesPassage, type TrustedKeys } from '../evidence/note.ts';
import { readNotes } from '../evidence/notes.ts';
import { type CommitObject, readCommits } from '../gate/commitObject.ts';
import { requireHome } from '../home.ts';
import type { DecisionFact } from '../store/factTable.ts';
import { openStore } from '../store/open.ts';

const maxCommits = 10_000;

/**
 * The commits of `A..B` whose tree no gate has let pass, the newest first: by the notes that one of `keys` has signed, or
 * without keys by the store. Throws `UsageError` where nobody can tell.
 */
export async function undecidedCommits(
  root: string,
  range: string,
  keys: TrustedKeys | null,
): Promise<readonly CommitObject[]> {
  const session = openGitSession(root);
  try {
    const commits = await commitsOf(session, range);
    return keys === null ? unknownToStore(commits) : await unproven(commits, session, keys);
  } finally {
    session.close();
  }
}

/** The commits of `A..B`, the newest first. Throws `UsageError`. */
export async function commitsOf(session: GitSession, range: string): Promise<readonly CommitObject[]> {
  const asked = ['rev-list', `--max-count=${maxCommits + 1}`, '--end-of-options', range.replace('...', '..'), '--'];
  const answer = await git(session.root, asked);
  if (answer.kind === 'failure') throw new UsageError(answer.message);
  const ids = answer.bytes
    .toString()
    .split('\n')
    .filter((id) => id !== '');
  if (ids.length > maxCommits) throw new UsageError(`${range} has more than ${maxCommits} commits: ask in parts`);
  const commits = await readCommits(session, ids);
  if (!Array.isArray(commits)) throw new UsageError(commits.message);
  return commits;
}

function unknownToStore(commits: readonly CommitObject[]): readonly CommitObject[] {
  const home = requireHome();
  const store = openStore({ home, device: randomUUID(), now: Date.now, sha256: createNative().sha256 });
  if (store.kind === 'problem') throw new UsageError(store.message);
  try {
    return commits.filter(({ tree }) => !isPassage(store.findDecision({ tree })));
  } finally {
    store.close();
  }
}

/** Whether a gate let it pass: a bypass that was noticed later is on record too. */
export function isPassage(fact: DecisionFact | null): fact is DecisionFact {
  return fact?.passed === true && fact.origin !== 'bypass';
}

async function unproven(
  commits: readonly CommitObject[],
  session: GitSession,
  keys: TrustedKeys,
): Promise<readonly CommitObject[]> {
  const notes = await readNotes(session, new Set(commits.map(({ id }) => id)));
  if (notes.kind === 'failure') throw new UsageError(notes.message);
  return commits.filter(({ id, tree }) => !(notes.of.get(id) ?? []).some((note) => provesPassage(note, tree, keys)));
}
