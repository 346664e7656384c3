/** What the next commit changes: its tree against that of HEAD. */
import { type Change, changeOf, type GitFailure, type GitSession } from '../../repository/index.ts';
import { emptyTreeLike, type Head } from './head.ts';

/**
 * The change of a tree that is to be committed. In a merge only what differs from every parent is this person's: what one
 * side had already was judged where it was made.
 */
export async function readCommitChange(session: GitSession, tree: string, head: Head): Promise<Change | GitFailure> {
  const from = head.tree ?? emptyTreeLike(tree);
  const whole = await compare(session, { base: head.commit, from, tree });
  if ('kind' in whole || head.merged.length === 0) return whole;
  const sides = await session.resolve(head.merged.map((commit) => `${commit}^{tree}`));
  return ownChange(
    session,
    whole,
    sides.flatMap((side) => (side === null ? [] : [side.id])),
  );
}

/** What of a change to a tree differs from other trees too. */
export async function ownChange(
  session: GitSession,
  whole: Change,
  others: readonly string[],
): Promise<Change | GitFailure> {
  let own = whole;
  for (const from of others) {
    const other = await compare(session, { base: null, from, tree: whole.head ?? '' });
    if ('kind' in other) return other;
    own = within(own, new Set(other.touched));
  }
  return own;
}

interface Ends {
  readonly base: string | null;
  /** Trees. */
  readonly from: string;
  readonly tree: string;
}

/** The change from one tree to another. */
export async function compare(session: GitSession, { base, from, tree }: Ends): Promise<Change | GitFailure> {
  const ends = { root: session.root, base, head: tree };
  if (from === tree) return changeOf(ends, Buffer.alloc(0));
  const raw = await session.diffTrees(from, tree);
  return raw.kind === 'failure' ? raw : changeOf(ends, raw.bytes);
}

/** What of a change is at some paths. */
function within(change: Change, paths: ReadonlySet<string>): Change {
  return {
    ...change,
    files: change.files.filter(({ path }) => paths.has(path)),
    entries: change.entries.filter(({ path }) => paths.has(path)),
    touched: change.touched.filter((path) => paths.has(path)),
    problems: change.problems.filter(({ file }) => paths.has(file)),
  };
}
