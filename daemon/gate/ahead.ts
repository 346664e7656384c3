/**
 * Judging ahead: what is staged is judged when it is staged, so that the hook, for which somebody waits, only looks up. Nothing
 * is decided here and nothing recorded. Verdicts are kept under all that they depend on, as every gate keeps them.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { changeOfEntries, type GitIndex, type GitSession, gitFolder, readStagedSince } from '../../repository/index.ts';
import { readCommitChange } from './commit.ts';
import { benchOf, type GateParts } from './gateCase.ts';
import { type Head, readHead } from './head.ts';
import { judgeChange } from './judgeChange.ts';
import { commitCase, judgeStaged, type Staged } from './judgeCommit.ts';

/** Whoever asks in between waits for no more files than this. */
const filesAtOnce = 8;
/** So many are judged as one, as the gate judges them. */
const maxFilesOfCase = 64;
/** A change of more files is less often a commit to be than a checkout or an import under way. */
const maxFiles = 2_000;
/** An identity that will soon be too old for a gate is asked for again while nobody waits. */
const identityMs = 30_000;

/** Judges what is staged in a work tree. What cannot be judged is left to the gate, which says why. */
export async function judgeAhead(session: GitSession, parts: GateParts, isWanted: () => boolean): Promise<void> {
  const folder = gitFolder(session.root);
  if (folder === null || isRewriting(folder)) return;
  void parts.identityOf(session.root, identityMs);
  const head = await readHead(session);
  if (head.commit === null || head.merged.length > 0) return;
  const index = session.indexes.read();
  const tree = index?.tree ?? null;
  const change = await (tree === null ? readStaged(index, head, session) : readCommitChange(session, tree, head));
  if ('kind' in change || change.files.length === 0 || change.files.length > maxFiles) return;
  // git writes the tree when it begins to commit: the question about it comes in a moment.
  if (tree !== null && change.files.length <= maxFilesOfCase)
    parts.keepVerdicts((await commitCase({ tree, head, change }, session, parts)).made);
  else await judgeInSteps({ change, head }, session, parts, isWanted);
}

/** By the index alone where that can be: to start git holds the daemon up for longer than to judge a few files. */
async function readStaged(index: GitIndex | null, { commit, tree }: Head, session: GitSession) {
  const entries = index === null || tree === null ? null : session.indexes.changes(index, tree);
  if (entries !== null) return changeOfEntries({ root: session.root, base: commit, head: null }, entries);
  return readStagedSince(session.root, { base: commit, from: commit ?? '' });
}

async function judgeInSteps(
  { change, head }: Staged,
  session: GitSession,
  parts: GateParts,
  isWanted: () => boolean,
): Promise<void> {
  const ruling = await parts.rulings.of(session, { commit: head.commit, gate: 'commit' });
  const bench = benchOf(parts, { session, ruling, gate: 'commit' });
  for (let from = 0; from < change.files.length; from += filesAtOnce) {
    await turn();
    if (!isWanted()) return;
    const some = { ...change, files: change.files.slice(from, from + filesAtOnce) };
    const judged = await judgeChange(some, bench);
    if (judged.kind === 'failure') return;
    parts.keepVerdicts(judged.made);
  }
  await turn();
  if (!isWanted()) return;
  const whole = await judgeStaged({ change, head }, bench, parts);
  if (whole.kind === 'judged') parts.keepVerdicts(whole.made);
}

/** A rebase writes the index at every step, and asks no gate. */
function isRewriting(folder: string): boolean {
  return ['rebase-merge', 'rebase-apply'].some((name) => existsSync(path.join(folder, name)));
}
