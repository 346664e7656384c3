/** The commit gate: the index that git is about to commit, by the rules of the commit that it starts from. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { configurationName, type GitSession, gitFolder } from '../../repository/index.ts';
import { changeDocument, ownFindings, readOwners, speaksOf } from './changeDocument.ts';
import { readCommitChange } from './commit.ts';
import { benchOf, type GateCase, type GateParts, problemsOf, unjudged } from './gateCase.ts';
import { readHead } from './head.ts';
import { judgeChange, judgeInputs } from './judgeChange.ts';
import type { CommitRequest } from './localGate.ts';

/** Judges what a commit would change. */
export async function judgeCommit({ tree }: CommitRequest, session: GitSession, parts: GateParts): Promise<GateCase> {
  const head = await readHead(session);
  const target = {
    base: head.commit,
    commit: null,
    tree,
    ref: head.branch === null ? null : `refs/heads/${head.branch}`,
  };
  const [change, ruling] = await Promise.all([
    readCommitChange(session, tree, head),
    parts.rulings.of(session, { commit: head.commit, gate: 'commit' }),
  ]);
  if ('kind' in change) return unjudged(parts, session, target, change.message);
  const bench = benchOf(parts, { session, ruling, gate: 'commit' });
  // git answers while the files are judged.
  const owners = speaksOf(bench, 'change.') ? readOwners(head.commit, session) : null;
  const judged = await judgeChange(change, bench);
  if (judged.kind === 'failure') return unjudged(parts, session, target, judged.message);
  markMessages(session.root, speaksOf(bench, 'change.message') ? 'judge' : 'pass');
  const judgements = [...judged.judgements];
  if (owners !== null) {
    const { subject } = await parts.identityOf(session.root);
    const commit = {
      author: subject,
      committer: subject,
      parentCount: head.merged.length + (head.commit === null ? 0 : 1),
      isMerge: head.merged.length > 0,
    };
    const facts = { name: 'commit', branch: head.branch, pushes: [], commits: [commit], owners: await owners };
    const document = await changeDocument(change, judged, facts, bench);
    judgements.push(...(await judgeInputs([document], bench)).map((each) => ownFindings(each, bench)));
  }
  const bringsFirst = head.commit === null && change.touched.includes(configurationName);
  return {
    ruling,
    judgements,
    problems: await problemsOf(change, bench),
    skipped: change.skipped,
    notes: bringsFirst ? [`${configurationName} governs from the next commit on`] : [],
    targets: [target],
    commits: [],
    made: judged.made,
  };
}

/** The commit-msg hook looks for this file in git's folder: where it is missing, no policy speaks of messages. */
export const messageMark = 'kerb-message';

function markMessages(root: string, messages: 'judge' | 'pass'): void {
  const folder = gitFolder(root);
  if (folder === null) return;
  const mark = path.join(folder, messageMark);
  if (messages === 'pass') rmSync(mark, { force: true });
  else {
    mkdirSync(folder, { recursive: true });
    writeFileSync(mark, '');
  }
}
