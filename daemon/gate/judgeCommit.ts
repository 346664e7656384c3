/** The commit gate: the index that git is about to commit, by the rules of the commit that it starts from. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Change, configurationName, type GitFailure, type GitSession, gitFolder } from '../../repository/index.ts';
import type { Judgement } from '../check/judgeInput.ts';
import { wakeHook } from '../hooks/folder.ts';
import { changeDocument, ownFindings, readOwners, speaksOf } from './changeDocument.ts';
import { readCommitChange } from './commit.ts';
import { benchOf, type GateCase, type GateParts, type JudgeParts, problemsOf, unjudged } from './gateCase.ts';
import { commonFolder, type Head, readHead } from './head.ts';
import { approvedOf, type Bench, epochOf, judgeChange, judgeDocument } from './judgeChange.ts';
import type { CommitRequest } from './localGate.ts';
import type { Ruling } from './ruling.ts';

/** Judges what a commit would change. */
export async function judgeCommit(
  { tree, merged = [] }: CommitRequest,
  session: GitSession,
  parts: GateParts,
): Promise<GateCase> {
  const known = await readHead(session);
  const head = { ...known, merged: [...new Set([...known.merged, ...merged])] };
  const judged = await commitCase({ tree, head, change: null }, session, parts);
  markMessages(session.root, speaksOf(judged, 'change.message') ? 'judge' : 'pass');
  // Once it is committed, what is staged next is told from it.
  setImmediate(session.indexes.read);
  return judged;
}

/** A tree that is to be committed, and what it changes where somebody has looked already. */
export interface Committed {
  readonly tree: string;
  readonly head: Head;
  readonly change: Change | null;
}

/** The case of a commit to be: as it was judged ahead where that still holds, else judged now. */
export async function commitCase(
  { tree, head, change }: Committed,
  session: GitSession,
  parts: GateParts,
): Promise<GateCase> {
  const { root } = session;
  // git compares while the rules are made ready.
  const compared = change ?? (parts.ready.isOf(root, tree) ? null : readCommitChange(session, tree, head));
  const ruling = await parts.rulings.of(session, { commit: head.commit, gate: 'commit' });
  const bench = benchOf(parts, { session, ruling, gate: 'commit' });
  const rests = [head, ruling.digest, bench.date, epochOf(await approvedOf(bench))];
  const question = { tree, restsOn: JSON.stringify(rests), identity: parts.identityOf(root) };
  const judged = await parts.ready.of(root, question, async () =>
    judgeTree({ tree, head, change: await (compared ?? readCommitChange(session, tree, head)) }, bench, parts),
  );
  return { ...judged, ruling };
}

interface Compared {
  readonly tree: string;
  readonly head: Head;
  readonly change: Change | GitFailure;
}

async function judgeTree({ tree, head, change }: Compared, bench: Bench, parts: GateParts): Promise<GateCase> {
  const { session, ruling } = bench;
  const target = {
    base: head.commit,
    commit: null,
    tree,
    ref: head.branch === null ? null : `refs/heads/${head.branch}`,
  };
  if ('kind' in change) return unjudged(parts, session, target, change.message);
  const judged = await stagedCase({ change, head }, { session, ruling }, parts);
  if ('kind' in judged) return unjudged(parts, session, target, judged.message);
  return { ...judged, targets: [target] };
}

/** What a commit would change, judged by some rules; it names no target. */
export async function stagedCase(
  staged: Staged,
  question: { readonly session: GitSession; readonly ruling: Ruling },
  parts: JudgeParts,
): Promise<GateCase | GitFailure> {
  const { change, head } = staged;
  const bench = benchOf(parts, { ...question, gate: 'commit' });
  const judged = await judgeStaged(staged, bench, parts);
  if (judged.kind === 'failure') return judged;
  const bringsFirst = head.commit === null && change.touched.includes(configurationName);
  return {
    ruling: bench.ruling,
    judgements: judged.judgements,
    problems: await problemsOf(change, bench),
    skipped: change.skipped,
    notes: bringsFirst ? [`${configurationName} governs from the next commit on`] : [],
    targets: [],
    commits: [],
    made: judged.made,
  };
}

/** What a commit would change, and where it goes. */
export interface Staged {
  readonly change: Change;
  readonly head: Head;
}

interface JudgedStaged {
  readonly kind: 'judged';
  readonly judgements: readonly Judgement[];
  readonly made: ReadonlyMap<string, string>;
}

/** The files of a commit to be, and the change as such. */
export async function judgeStaged(
  { change, head }: Staged,
  bench: Bench,
  { identityOf }: Pick<JudgeParts, 'identityOf'>,
): Promise<JudgedStaged | { readonly kind: 'failure'; readonly message: string }> {
  const { root } = bench.session;
  // git answers while the files are judged.
  const owners = speaksOf(bench, 'change.') ? readOwners(head.commit, bench.session) : null;
  const judged = await judgeChange(change, bench);
  if (judged.kind === 'failure' || owners === null) return judged;
  const { subject } = await identityOf(root);
  const commit = {
    author: subject,
    committer: subject,
    parentCount: head.merged.length + (head.commit === null ? 0 : 1),
    isMerge: head.merged.length > 0,
  };
  const facts = { name: 'commit', branch: head.branch, pushes: [], commits: [commit], owners: await owners };
  const document = await judgeDocument(await changeDocument(change, judged, facts, bench), bench);
  return {
    kind: 'judged',
    judgements: [...judged.judgements, ownFindings(document.judgement, bench)],
    made: new Map([...judged.made, ...document.made]),
  };
}

/** The commit-msg hook looks for this file in git's folder: where it is missing, no policy speaks of messages. */
const messageMark = 'kerb-message';

function markMessages(root: string, messages: 'judge' | 'pass'): void {
  const folder = gitFolder(root);
  if (folder === null) return;
  const mark = path.join(folder, messageMark);
  if (messages === 'pass') rmSync(mark, { force: true });
  else {
    mkdirSync(folder, { recursive: true });
    writeFileSync(mark, '');
    // git looks for it once this hook has ended.
    wakeHook(path.join(commonFolder(folder), 'hooks', 'commit-msg'));
  }
}
