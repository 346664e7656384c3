/** What a past decision was on: found again in git, or what is in the way. */
import type { DecisionRecord, ReplayObstacle } from '../../hub/protocol.ts';
import type { Change, GitSession } from '../../repository/index.ts';
import { readCommitChange } from '../gate/commit.ts';
import { readCommits } from '../gate/commitObject.ts';
import type { Head } from '../gate/head.ts';
import { changeOfCommit } from '../gate/history.ts';
import type { MadeCommit, MadeCommits } from './madeCommits.ts';

/** A change that can be judged again. */
export interface ReplayInput {
  readonly kind: 'input';
  /** `staged`: as the commit gate sees it. `committed`: as a commit is judged that passed no gate. */
  readonly as: 'staged' | 'committed';
  readonly change: Change;
  readonly head: Head;
  /** The commit that was made of it; null where none is known. */
  readonly commit: MadeCommit | null;
}

export interface Hindrance {
  readonly kind: 'hindrance';
  readonly obstacle: ReplayObstacle;
}

/** More files than these are an import or a reformatting, and cost as much as all other changes together. */
const maxFiles = 1_000;

/** Finds it. */
export async function findInput(
  record: DecisionRecord,
  session: GitSession,
  made: MadeCommits,
): Promise<ReplayInput | Hindrance> {
  if (record.gate !== 'commit') return hindrance('notRecorded');
  const found =
    record.origin === 'bypass' ? await readCommitted(record, session) : await readTree(record, session, made);
  if (found.kind === 'hindrance') return found;
  return found.change.files.length > maxFiles ? hindrance('tooLarge') : found;
}

export function hindrance(obstacle: ReplayObstacle): Hindrance {
  return { kind: 'hindrance', obstacle };
}

/** A commit that passed no gate. */
async function readCommitted({ target }: DecisionRecord, session: GitSession): Promise<ReplayInput | Hindrance> {
  if (target.commit === null) return hindrance('notRecorded');
  const [facts] = await session.resolve([`${target.commit}^{commit}`]);
  if (facts == null) return hindrance('objectGone');
  const commits = await readCommits(session, [facts.id]);
  const [commit] = Array.isArray(commits) ? commits : [];
  if (commit === undefined) return hindrance('failed');
  const change = await changeOfCommit(commit, session);
  if ('kind' in change) return hindrance('failed');
  const [base = null, ...merged] = commit.parents;
  const [subject = ''] = commit.message.split('\n', 1);
  return {
    ...{ kind: 'input', as: 'committed', change },
    head: { commit: base, tree: null, branch: null, merged },
    commit: { id: commit.id, merged, subject },
  };
}

/** What was staged: the tree that git wrote for it, and what it was to be committed on. */
async function readTree(
  { target }: DecisionRecord,
  session: GitSession,
  made: MadeCommits,
): Promise<ReplayInput | Hindrance> {
  const { base, tree, ref } = target;
  if (tree === null) return hindrance('notRecorded');
  const [own, baseTree] = await session.resolve([`${tree}^{tree}`, ...(base === null ? [] : [`${base}^{tree}`])]);
  if (own == null || (base !== null && baseTree == null)) return hindrance('objectGone');
  const commit = made.of({ tree, base });
  const branch = /^refs\/heads\/(.+)$/.exec(ref ?? '')?.[1] ?? null;
  const head = { commit: base, tree: baseTree?.id ?? null, branch, merged: commit?.merged ?? [] };
  const change = await readCommitChange(session, tree, head);
  return 'kind' in change ? hindrance('failed') : { kind: 'input', as: 'staged', change, head, commit };
}
