/** Which commits were made of what gates decided on: a record names a tree and what it goes on from, since it is older. */
import { type GitFailure, git } from '../../repository/index.ts';

export interface MadeCommit {
  readonly id: string;
  /** Its parents but the first. */
  readonly merged: readonly string[];
  /** The first line of its message. */
  readonly subject: string;
}

export interface MadeCommits {
  of(target: { readonly tree: string; readonly base: string | null }): MadeCommit | null;
}

const maxCommits = 20_000;
/** Clocks differ, and a message may take a while to be written. */
const slackMs = 86_400_000;

/** Reads the commits of a work tree that any ref or reflog still leads to, made from an instant on. */
export async function readMadeCommits(root: string, sinceMs: number): Promise<MadeCommits | GitFailure> {
  const since = `--since=${new Date(sinceMs - slackMs).toISOString()}`;
  const asked = ['rev-list', '--all', '--reflog', since, `--max-count=${maxCommits}`, '--format=%H %T %P%x09%s'];
  const answer = await git(root, asked);
  if (answer.kind === 'failure') return answer;
  const made = new Map<string, MadeCommit>();
  for (const line of answer.bytes.toString('utf8').split('\n')) {
    const [, id, tree, parents = '', subject = ''] =
      /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) ([0-9a-f ]*)\t(.*)$/.exec(line) ?? [];
    if (id === undefined || tree === undefined) continue;
    const [base = null, ...merged] = parents.split(' ').filter((each) => each !== '');
    made.set(nameOf({ tree, base }), { id, merged, subject });
  }
  return { of: (target) => made.get(nameOf(target)) ?? null };
}

function nameOf({ tree, base }: { readonly tree: string; readonly base: string | null }): string {
  return `${tree} ${base ?? ''}`;
}
