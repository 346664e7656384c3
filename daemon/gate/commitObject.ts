/** Commits as git stores them. https://git-scm.com/docs/git-commit-tree */
import type { GitFailure, GitSession } from '../../repository/index.ts';

export interface CommitObject {
  readonly id: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  /** Whether a signature is there; not whether it is good, which takes the keys of others. */
  readonly signature: 'none' | 'present';
  readonly message: string;
}
interface Person {
  readonly name: string;
  readonly email: string;
}

/** Reads commits by id, in the order given. */
export async function readCommits(session: GitSession, ids: readonly string[]): Promise<CommitObject[] | GitFailure> {
  const commits: CommitObject[] = [];
  for (let from = 0; from < ids.length; from += maxAtOnce) {
    const some = ids.slice(from, from + maxAtOnce);
    const answer = await session.contents(some);
    if (answer.kind === 'failure') return answer;
    let at = 0;
    for (const id of some) {
      const end = answer.bytes.indexOf(0x0a, at);
      const size = / commit (\d+)$/.exec(answer.bytes.toString('latin1', at, end))?.[1];
      if (size === undefined) return { kind: 'failure', message: `${id} is not a commit, or not in this clone` };
      at = end + 1 + Number(size) + 1;
      commits.push(parseCommit(id, answer.bytes.toString('utf8', end + 1, at - 1)));
    }
  }
  return commits;
}

const maxAtOnce = 500;

/** Header lines up to the first empty one, those that begin with a space go on; then the message. */
function parseCommit(id: string, text: string): CommitObject {
  const end = text.indexOf('\n\n');
  const head = end < 0 ? text : text.slice(0, end);
  const fields = head.split('\n').map((line) => line.split(/ (.*)/s, 2) as [string, string?]);
  const value = (name: string) => fields.find(([key]) => key === name)?.[1] ?? '';
  return {
    id,
    tree: value('tree'),
    parents: fields.flatMap(([key, parent]) => (key === 'parent' && parent !== undefined ? [parent] : [])),
    author: personOf(value('author')),
    committer: personOf(value('committer')),
    signature: fields.some(([key]) => key.startsWith('gpgsig')) ? 'present' : 'none',
    message: end < 0 ? '' : text.slice(end + 2),
  };
}

function personOf(text: string): Person {
  const [, name = '', email = ''] = /^([^<]*?) ?<([^>]*)>/.exec(text) ?? [];
  return { name, email };
}
