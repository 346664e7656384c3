/** `--require-decisions`: which commits of a range passed no gate, as far as this user's store remembers. */
import { randomUUID } from 'node:crypto';
import { createNative, git, openGitSession } from '../../repository/index.ts';
import { UsageError } from '../command.ts';
import { withoutDecision } from '../gate/bypass.ts';
import { type CommitObject, readCommits } from '../gate/commitObject.ts';
import { openHome } from '../home.ts';
import { openStore } from '../store/open.ts';

const maxCommits = 10_000;

/** The commits of `A..B` whose tree no gate has let pass, the newest first. Throws `UsageError` where nobody can tell. */
export async function undecidedCommits(root: string, range: string): Promise<readonly CommitObject[]> {
  const asked = ['rev-list', `--max-count=${maxCommits + 1}`, '--end-of-options', range.replace('...', '..'), '--'];
  const answer = await git(root, asked);
  if (answer.kind === 'failure') throw new UsageError(answer.message);
  const ids = answer.bytes
    .toString()
    .split('\n')
    .filter((id) => id !== '');
  if (ids.length > maxCommits) throw new UsageError(`${range} has more than ${maxCommits} commits: ask in parts`);
  const home = openHome();
  if (home.kind === 'problem') throw new UsageError(home.message);
  const store = openStore({ home, device: randomUUID(), now: Date.now, sha256: createNative().sha256 });
  if (store.kind === 'problem') throw new UsageError(store.message);
  const session = openGitSession(root);
  try {
    const commits = await readCommits(session, ids);
    if (!Array.isArray(commits)) throw new UsageError(commits.message);
    return withoutDecision(commits, { store });
  } finally {
    session.close();
    store.close();
  }
}
